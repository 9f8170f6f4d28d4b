import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { copyFixture } from '../support/fixture';
import { isRunning, until } from '../support/until';

const HOST = join(__dirname, '..', 'support', 'host.mjs');
const PROVISION = join(__dirname, '..', 'support', 'provision.mjs');

function startHost(...args: string[]) {
  return execa(process.execPath, [HOST, ...args], { reject: false, forceKillAfterDelay: false });
}

async function firstLine(host: ReturnType<typeof startHost>): Promise<number[]> {
  const lines = createInterface({ input: host.stdout });
  const [line] = await Promise.race([once(lines, 'line'), host.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
  return JSON.parse(line);
}

describe('nothing is left behind when the program', () => {
  test.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)('is ended by %s while the worker computes', async (signal) => {
    const host = startHost('never-answers', 'wait');
    const pids = await firstLine(host);
    expect(pids.map(isRunning)).toEqual([true]);
    host.kill(signal);
    expect(await host).toMatchObject({ signal });
    await until(() => !pids.some(isRunning));
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)('is ended by %s: processes of the worker included', async (signal) => {
    const host = startHost('starts-a-child', 'wait');
    const pids = await firstLine(host);
    expect(pids.map(isRunning)).toEqual([true, true]);
    host.kill(signal);
    await host;
    await until(() => !pids.some(isRunning));
  });

  test.each([
    ['exit', 0],
    ['throw', 1],
  ])('ends by %s while the worker computes', async (action, exitCode) => {
    const host = startHost('never-answers', action);
    const pids = await firstLine(host);
    expect(await host).toMatchObject({ exitCode });
    await until(() => !pids.some(isRunning));
  });

  test('handles the signal in its own way, once and before it has spawned anything, and ends then', async () => {
    const host = startHost('never-answers', 'handle SIGTERM once');
    const pids = await firstLine(host);
    host.kill('SIGTERM');
    expect(await host).toMatchObject({ exitCode: 5 });
    await until(() => !pids.some(isRunning));
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('is ended by %s and its worker has no bootstrap', async (signal) => {
    const host = startHost('bare-program', 'wait', '1', JSON.stringify({ protocol: 'bare', entrypoint: 'stubborn' }));
    await firstLine(host);
    host.kill(signal);
    const { stdout } = await host;
    const pids = JSON.parse(stdout) as number[];
    expect(pids).toHaveLength(1);
    await until(() => !pids.some(isRunning));
  });
});

test.each(['SIGTERM', 'SIGINT'] as const)('an installer ends with the program that is ended by %s', async (signal) => {
  const folder = await copyFixture('echo', './slow\n');
  await mkdir(join(folder, 'slow'));
  const pidFile = join(folder, 'pid');
  const build = `import os, time; open(${JSON.stringify(`${pidFile}.part`)}, "w").write(str(os.getpid())); os.rename(${JSON.stringify(`${pidFile}.part`)}, ${JSON.stringify(pidFile)})`;
  await writeFile(join(folder, 'slow', 'backend.py'), `${build}\nwhile True: time.sleep(60)\n`);
  await writeFile(
    join(folder, 'slow', 'pyproject.toml'),
    '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
  );
  const host = execa(process.execPath, [PROVISION, folder, '{"installer":"pip"}'], { reject: false, forceKillAfterDelay: false });
  await until(() => existsSync(pidFile));
  const pid = Number(await readFile(pidFile, 'utf8'));
  expect(isRunning(pid)).toBe(true);
  host.kill(signal);
  expect(await host).toMatchObject({ signal });
  await until(() => !isRunning(pid));
});

describe('a program that does not dispose', () => {
  it('ends by itself when no call is outstanding, and its worker with it', async () => {
    const host = startHost('echo', 'end without disposing');
    const pids = await firstLine(host);
    expect(await host).toMatchObject({ exitCode: 0, stderr: '' });
    await until(() => !pids.some(isRunning));
  });

  it('is kept alive by an outstanding call', async () => {
    const host = startHost('echo', 'end without waiting', '"answered"');
    expect((await firstLine(host))[1]).toBe('answered');
    expect(await host).toMatchObject({ exitCode: 0 });
  });
});
