/** The library as programs on Bun and Deno get it, and on Node to compare: packed and installed once, used by each in the same way. */

import { cp, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { findRuntime, type Runtime } from '../support/runtimes';
import { isRunning, until } from '../support/until';
import { packLibrary } from './packed-library';
import { makeProject, type ProgramResult, runScript } from './user';

/** Milliseconds for npm to fetch and unpack what is not in its cache. */
const INSTALL_TIMEOUT_MS = 240_000;

let folder: string;
let project: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'synapse-hosts-')));
  project = await makeProject(join(folder, 'project'), { 'synapse-py': await packLibrary(join(folder, 'tarball')) });
}, INSTALL_TIMEOUT_MS);

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** What a worker that crashed leaves to each call. */
function crashed(exitCode: number | null, signal: string | null) {
  const error = { name: 'WorkerCrashedError', code: 'ERR_SYNAPSE_WORKER_CRASHED', exitCode, signal };
  return { errors: [expect.objectContaining(error), expect.objectContaining(error)], exit: [{ exitCode, signal }], state: 'disconnected' };
}

const RESULTS: Record<string, [title: string, result: unknown]> = {
  spawn: [
    'spawn makes the environment and starts the module',
    { state: 'ready', phases: expect.arrayContaining(['venv', 'done']), isThere: true },
  ],
  send: ['send calls a function', [4, 3]],
  py: ['py calls with any arguments, reads constants, and gives generators as streams', [-3, '1.2', [0, 1, 2]]],
  'python error': [
    'an exception arrives as an error of its classes, with its traceback',
    { name: 'PythonError(ValueError)', code: 'ERR_SYNAPSE_PYTHON', traceback: 'ValueError: so', isOne: [true, true, true] },
  ],
  values: ['values keep their meaning both ways', [5, String(2n ** 80n), [[1, 'x']], [1], [0.5, 2], 1]],
  'many calls': ['thousands of calls may be made at once', 1_999_000],
  'large bytes': ['20 MB of bytes go and come back', [true, true]],
  stream: ['a generator is a stream', 49_995_000],
  'stream left early': ['leaving a stream closes its generator', 1_000_000_000],
  'stream in': ['an async generator is an iterator in Python', 249_500],
  'function of the program': ['a function of the program can be called from Python', ['answered', 42]],
  events: ['events arrive', [0, 1, 2]],
  timeout: [
    'a time limit ends a call, and the worker goes on',
    [{ name: 'CallTimeoutError', code: 'ERR_SYNAPSE_CALL_TIMEOUT', phase: 'run' }, 2],
  ],
  abort: ['an abort ends a call with its reason, and the worker goes on', ['enough', 2]],
  ping: ['a ping is answered', 'number'],
  logs: ['everything printed in a call is log output, child processes included', 4],
  'crash by exit': ['a worker that exits rejects its calls with the exit code', crashed(3, null)],
  'spawn after exit': ['another worker may follow', 2],
  'crash by kill': ['a worker that is killed rejects its calls with the signal', crashed(null, 'SIGKILL')],
  'spawn after kill': ['another worker may follow that, too', 2],
  'failed start': ['an entry that fails rejects spawn', { name: 'SpawnError', code: 'ERR_SYNAPSE_SPAWN', isSynapseError: true }],
  loop: [
    'a loop of its own answers calls, with 20 MB of bytes, too',
    { sum: 124_750, isLarge: true, printed: 501, exit: [{ exitCode: 0, signal: null }] },
  ],
};

function testHost({ name, command, args }: Runtime): void {
  let place: string;
  let end: ProgramResult;
  const steps = new Map<string, { result?: unknown; error?: string }>();
  const hasUsing = name !== 'node' || Number(process.versions.node.split('.')[0]) >= 24;

  beforeAll(async () => {
    place = join(project, name);
    await cp(join(__dirname, 'consumers', 'hosts'), place, { recursive: true });
    const [script = '', ...rest] = [...args, join(place, 'program.mjs'), ...(hasUsing ? [] : ['--no-using'])];
    end = await runScript(command, script, rest);
    for (const line of end.stdout.split('\n').filter(Boolean)) {
      const { step, ...outcome } = JSON.parse(line);
      steps.set(step, outcome);
    }
  });

  test.each(Object.entries(RESULTS).map(([step, [title, result]]) => ({ step, title, result })))('$title', ({ step, result }) => {
    expect(steps.get(step)).toEqual({ result });
  });

  test('dispose settles what is outstanding, ends the worker and all that it started, and may be repeated', () => {
    const { result } = steps.get('dispose') as { result: { pids: number[] } };
    expect(result).toMatchObject({ state: 'closed', call: { code: 'ERR_SYNAPSE_DISPOSED' }, exits: 1 });
    expect(result.pids.map(isRunning)).toEqual([false, false]);
  });

  const notHere = hasUsing ? '' : ' (not here: what is older than Node 24 cannot read that)';
  (hasUsing ? test : test.skip)(`await using disposes${notHere}`, () => {
    expect(steps.get('await using')).toEqual({ result: [2, false] });
  });

  test('the program ends by itself and complains of nothing', () => {
    expect(end).toEqual({ exitCode: 0, stdout: expect.any(String), stderr: '' });
  });

  /** Starts a program that leaves its worker; gives the worker's processes and a way to read on. */
  async function startLeaving(way: string) {
    const program = execa(command, [...args, join(place, 'leave.cjs'), way], { reject: false, forceKillAfterDelay: false });
    const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
    const next = async () => JSON.parse((await lines.next()).value ?? '"nothing"');
    return { program, next, pids: (await next()) as number[] };
  }

  async function untilGone(pids: number[]): Promise<void> {
    expect(pids).toHaveLength(2);
    await until(() => !pids.some(isRunning));
  }

  test.each([
    ['idle', 0, 'nothing'],
    ['call outstanding', 0, 'answered'],
    ['dispose', 0, 'closed'],
    ['exit', 4, 'nothing'],
    ['throw', 1, 'nothing'],
  ])('a program that ends itself leaves nothing behind: %s', async (way, exitCode, said) => {
    const { program, next, pids } = await startLeaving(way);
    expect(await next()).toBe(said);
    expect(await program).toMatchObject({ exitCode });
    await untilGone(pids);
  });

  test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'a program that is ended by %s while Python computes leaves nothing behind',
    async (signal) => {
      const { program, next, pids } = await startLeaving('wait');
      expect(await next()).toBe('computing');
      program.kill(signal);
      expect(await program).toMatchObject({ signal });
      await untilGone(pids);
    },
  );
}

for (const name of ['node', 'bun', 'deno'] as const) {
  const host = findRuntime(name);
  if ('missing' in host) describe.skip(`on ${name}, which is not here: ${host.missing}`, () => test.todo('everything'));
  else describe(`on ${name}`, () => testHost(host));
}
