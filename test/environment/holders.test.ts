import { once } from 'node:events';
import { rename as move, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { type HolderOptions, holdersOf, makeHoldable, USE_NAME, waitUntilUnheld } from '../../src/environment/holders';
import { BOOTSTRAP_ARGUMENTS } from '../../src/paths';
import { temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';

const options: HolderOptions = { python: 'python3', env: process.env };
const workers: Worker[] = [];

interface Worker {
  readonly pid: number;
  /** Ends its input, so that it ends by itself. */
  end(): Promise<void>;
  kill(): Promise<void>;
}

async function makeEnvironment(): Promise<string> {
  const venv = join(await temporaryFolder(), '.venv');
  await execa('python3', ['-m', 'venv', '--without-pip', venv]);
  await makeHoldable(venv);
  await writeFile(join(venv, '.synapse.json'), '{}');
  return venv;
}

/** Starts what the library starts; its greeting says that its bootstrap is done. */
async function startWorker(venv: string): Promise<Worker> {
  const directory = join(venv, '..');
  const entry = join(directory, 'main.py');
  await writeFile(entry, 'import sys\nsys.stdin.buffer.read()\n');
  const child = execa(join(venv, 'bin', 'python'), [...BOOTSTRAP_ARGUMENTS, directory, entry], { reject: false, encoding: 'buffer' });
  const worker: Worker = {
    pid: child.pid ?? 0,
    end: async () => {
      child.stdin.end();
      await child;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await child;
    },
  };
  workers.push(worker);
  await once(child.stdout, 'data');
  return worker;
}

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
});

describe('the holders of an environment', () => {
  it('are none while no worker runs', async () => {
    expect(await holdersOf(await makeEnvironment(), options)).toEqual([]);
  });

  it('are none where workers could not hold it: nothing is asked', async () => {
    expect(await holdersOf(await temporaryFolder(), { ...options, python: '/no/such/python' })).toEqual([]);
  });

  it('are all workers that run in it, each by its process number', async () => {
    const venv = await makeEnvironment();
    const first = await startWorker(venv);
    expect(await holdersOf(venv, options)).toEqual([first.pid]);
    const others = [await startWorker(venv), await startWorker(venv)];
    const pids = [first, ...others].map(({ pid }) => pid).sort((a, b) => a - b);
    expect(await holdersOf(venv, options)).toEqual(pids);
  });

  it('are rid of one that was killed, at once', async () => {
    const venv = await makeEnvironment();
    const [killed, left] = [await startWorker(venv), await startWorker(venv)];
    await killed.kill();
    expect(await holdersOf(venv, options)).toEqual([left.pid]);
  });

  it('cannot be told by a Python that does not run; the error has what it said', async () => {
    const error = await rejection(holdersOf(await makeEnvironment(), { ...options, python: '/no/such/python' }));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_PROVISION', step: 'lock', output: expect.stringContaining('ENOENT') });
  });
});

it('makes an environment holdable without a byte, and without disturbing those who hold it', async () => {
  const venv = await makeEnvironment();
  const { pid } = await startWorker(venv);
  const { ino } = await stat(join(venv, USE_NAME));
  await makeHoldable(venv);
  expect(await stat(join(venv, USE_NAME))).toMatchObject({ ino, size: 0 });
  expect(await holdersOf(venv, options)).toEqual([pid]);
});

describe('waiting', () => {
  it('is not needed where nobody holds the environment', async () => {
    const onWait = jest.fn();
    await waitUntilUnheld(await makeEnvironment(), { ...options, timeoutMs: 0, onWait });
    expect(onWait).not.toHaveBeenCalled();
  });

  it('lasts until the last holder has ended, and tells once for whom it waits', async () => {
    const venv = await makeEnvironment();
    const [first, last] = [await startWorker(venv), await startWorker(venv)];
    const told: number[][] = [];
    const order: string[] = [];
    let endings: Promise<void> = Promise.resolve();
    const endBoth = async () => {
      await first.end();
      expect(await holdersOf(venv, options)).toEqual([last.pid]);
      order.push('the last ends');
      await last.end();
    };
    const onWait = (pids: number[]) => {
      told.push(pids);
      endings = endBoth();
    };
    await waitUntilUnheld(venv, { ...options, onWait }).finally(() => order.push('waited'));
    await endings;
    expect(order).toEqual(['the last ends', 'waited']);
    expect(told).toEqual([[first.pid, last.pid].sort((a, b) => a - b)]);
  });

  it('ends after its time with an error that names those who are left and the ways out', async () => {
    const venv = await makeEnvironment();
    const { pid } = await startWorker(venv);
    const error = await rejection(waitUntilUnheld(venv, { ...options, timeoutMs: 300 }));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_ENVIRONMENT_IN_USE', step: 'lock' });
    for (const part of [venv, `process ${pid}`, '0.3 s', 'Dispose', 'venv', 'store: true']) expect(error.message).toContain(part);
    expect(await holdersOf(venv, options)).toEqual([pid]);
  });

  it('ends when aborted, with the reason of the signal', async () => {
    const venv = await makeEnvironment();
    await startWorker(venv);
    const abort = new AbortController();
    const refused = rejection(waitUntilUnheld(venv, { ...options, signal: abort.signal, onWait: () => abort.abort(new Error('enough')) }));
    expect((await refused).message).toBe('enough');
    expect((await rejection(holdersOf(venv, { ...options, signal: abort.signal }))).message).toBe('enough');
  });
});

it('lets a worker that starts without a stamp end itself before the module runs', async () => {
  const venv = await makeEnvironment();
  const directory = join(venv, '..');
  const entry = join(directory, 'main.py');
  await writeFile(entry, 'open("ran", "w").close()\nraise SystemExit(0)\n');
  const start = () => execa(join(venv, 'bin', 'python'), [...BOOTSTRAP_ARGUMENTS, directory, entry], { reject: false, cwd: directory });
  const stamp = join(venv, '.synapse.json');
  const content = await readFile(stamp);
  await rm(stamp);
  const { exitCode, stderr, stdout } = await start();
  expect({ exitCode, stdout, lines: stderr.split('\n').length }).toEqual({ exitCode: 75, stdout: '', lines: 1 });
  expect(stderr).toContain(`The environment ${venv} is being made anew`);
  expect(await readdir(directory)).not.toContain('ran');
  await writeFile(stamp, content);
  expect(await start()).toMatchObject({ exitCode: 0 });
  expect(await readdir(directory)).toContain('ran');
});

describe('on Windows', () => {
  const windows: HolderOptions = { ...options, python: '/no/such/python', platform: 'win32' };

  async function makeFolder(): Promise<string> {
    const venv = await temporaryFolder();
    await makeHoldable(venv);
    return venv;
  }

  function refuse(code: string): Promise<never> {
    return Promise.reject(Object.assign(new Error(`${code}: the file is open`), { code }));
  }

  it('nobody holds an environment whose file can be moved; it is put back', async () => {
    const venv = await makeFolder();
    expect(await holdersOf(venv, windows)).toEqual([]);
    expect(await readdir(venv)).toEqual([USE_NAME]);
  });

  it('nobody holds an environment without the file', async () => {
    expect(await holdersOf(await temporaryFolder(), windows)).toEqual([]);
  });

  test.each(['EBUSY', 'EPERM', 'EACCES'])('somebody unknown holds it if that fails by %s', async (code) => {
    expect(await holdersOf(await makeFolder(), { ...windows, rename: () => refuse(code) })).toEqual([0]);
  });

  it('another who asks at the same moment is no holder; any other failure is told', async () => {
    const venv = await makeFolder();
    expect(await holdersOf(venv, { ...windows, rename: () => refuse('ENOENT') })).toEqual([]);
    expect(await rejection(holdersOf(venv, { ...windows, rename: () => refuse('EIO') }))).toMatchObject({ code: 'EIO' });
  });

  it('the file is made anew if it cannot be put back', async () => {
    const venv = await makeFolder();
    const rename = (from: string) => (from.endsWith(USE_NAME) ? move(from, `${from}.lost`) : refuse('EPERM'));
    expect(await holdersOf(venv, { ...windows, rename })).toEqual([]);
    expect(await readdir(venv)).toContain(USE_NAME);
  });

  it('waiting lasts until the file can be moved', async () => {
    const answers = ['EBUSY', 'EBUSY'];
    const rename = () => {
      const code = answers.pop();
      return code ? refuse(code) : Promise.resolve();
    };
    const onWait = jest.fn();
    await waitUntilUnheld(await makeFolder(), { ...windows, rename, onWait });
    expect(onWait.mock.calls).toEqual([[[0]]]);
    expect(answers).toEqual([]);
  });

  it('the error after the time names no process', async () => {
    const error = await rejection(waitUntilUnheld(await makeFolder(), { ...windows, rename: () => refuse('EBUSY'), timeoutMs: 50 }));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_ENVIRONMENT_IN_USE' });
    expect(error.message).toContain('a process still used it');
  });

  it('waiting ends when aborted between two tries, with the reason of the signal', async () => {
    const abort = new AbortController();
    let tries = 0;
    const rename = () => {
      if (++tries === 2) setImmediate(() => abort.abort(new Error('enough')));
      return refuse('EBUSY');
    };
    const refused = waitUntilUnheld(await makeFolder(), { ...windows, rename, signal: abort.signal });
    expect((await rejection(refused)).message).toBe('enough');
  });
});
