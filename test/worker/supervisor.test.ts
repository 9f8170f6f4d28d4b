import { PassThrough } from 'node:stream';
import type { Engine, StartedWorker, WorkerSpec } from '../../src/engine/engine';
import { FrameError, SpawnError } from '../../src/errors';
import type { ExitStatus } from '../../src/process/spawn';
import type { RetryDelay, Supervision } from '../../src/worker/restart-policy';
import { Supervisor } from '../../src/worker/supervisor';
import { CHANNEL_OPTIONS } from '../support/channel-options';
import { FakeTransport } from '../support/fake-transport';

/** What happened, in order: attempts, what was told of them, and the waits. */
const log: string[] = [];

jest.mock('node:timers/promises', () => ({
  ...jest.requireActual('node:timers/promises'),
  setTimeout: async (delay: number) => void log.push(`waits ${delay}`),
}));

const SPEC: WorkerSpec = { kind: 'program', command: 'a program', args: [], env: {}, cwd: undefined, socketBufferSize: undefined };
const EXPONENTIAL: RetryDelay = { type: 'exponential', base: 1000, max: 3000 };

/** Plays an engine: each attempt fails as it is told, or gives a worker that is ready and ends when the test says so. */
class FakeEngine implements Engine {
  readonly failures: (Error | undefined)[];
  end: () => void = () => undefined;

  constructor(failures: (Error | undefined)[]) {
    this.failures = failures;
  }

  async prepare() {
    log.push('attempt');
    const failure = this.failures.shift();
    if (failure) throw failure;
    return { directory: '.', entry: 'a program', environment: undefined };
  }

  async start(): Promise<StartedWorker> {
    const transport = new FakeTransport();
    const exited = new Promise<ExitStatus>((resolve) => {
      this.end = () => resolve({ exitCode: 1, signal: null });
    });
    return {
      transport,
      announces: false,
      info: { pid: 1 },
      stdout: undefined,
      stderr: new PassThrough(),
      exited,
      kill: () => this.end(),
      hold: () => undefined,
    };
  }
}

function supervise(failures: (Error | undefined)[], policy: Partial<Supervision> = {}) {
  const engine = new FakeEngine(failures);
  const restartLimit = { maxRestarts: 10, windowMs: 60_000 };
  const supervision = { maxRetries: 3, firstRetries: 3, retryDelay: EXPONENTIAL, restartOnCrash: true, restartLimit, quarantineAfter: 3 };
  let hear: (news: string) => void = () => undefined;
  const tell = (news: string): void => {
    log.push(news);
    hear(news);
  };
  const supervisor = new Supervisor(
    engine,
    {
      ...CHANNEL_OPTIONS,
      disposeTimeout: 10,
      startupTimeout: 0,
      heartbeat: undefined,
      verify: undefined,
    },
    { ...supervision, ...policy },
    {
      output: { onBytes: () => true, onPrinted: () => undefined, onLine: () => undefined, onEnd: () => undefined },
      news: { onEvent: () => undefined, onCancel: () => undefined },
      onState: () => undefined,
      onExit: () => undefined,
      onFreed: () => undefined,
      onRetry: (attempt, _, delay) => tell(`failed ${attempt}, next in ${delay}`),
      onRestart: () => tell('restart'),
      onReady: () => tell('ready'),
      onError: () => undefined,
      onGone: (_, reason) => tell(`gone: ${(reason as SpawnError).message}, ${String((reason as SpawnError).lastError)}`),
    },
  );
  /** Ends the worker, and waits for news. */
  const loseUntil = (news: string): Promise<void> =>
    new Promise((resolve) => {
      hear = (each) => each.startsWith(news) && resolve();
      engine.end();
    });
  return { supervisor, loseUntil };
}

const failure = (lastError?: Error): SpawnError =>
  new SpawnError('it failed', { moduleName: 'a program', attempts: 1, lastError, output: '' });

beforeEach(() => {
  log.length = 0;
});

it.each<[string, RetryDelay, number[]]>([
  ['doubled up to the largest', EXPONENTIAL, [1000, 2000, 3000]],
  ['fixed', { type: 'fixed', delay: 700 }, [700, 700, 700]],
])('waits between attempts as it tells: %s', async (_, retryDelay, delays) => {
  const { supervisor } = supervise([failure(), failure(), failure()], { retryDelay });
  await supervisor.spawn(SPEC, undefined, 3);
  const between = delays.flatMap((delay, index) => [`failed ${index + 1}, next in ${delay}`, `waits ${delay}`, 'attempt']);
  expect(log).toEqual(['attempt', ...between, 'ready']);
  await supervisor.dispose();
});

it('restarts at once, then after the same delays', async () => {
  const { supervisor, loseUntil } = supervise([]);
  await supervisor.spawn(SPEC, undefined, 3);
  for (let loss = 0; loss < 4; loss++) await loseUntil('ready');
  const restarts = [[], ['waits 1000'], ['waits 2000'], ['waits 3000']].flatMap((wait) => ['restart', ...wait, 'attempt', 'ready']);
  expect(log).toEqual(['attempt', 'ready', ...restarts]);
  await supervisor.dispose();
});

it('does not try again what was not the protocol', async () => {
  const { supervisor } = supervise([failure(new FrameError('no hello'))]);
  await expect(supervisor.spawn(SPEC, undefined, 3)).rejects.toMatchObject({ attempts: 1 });
  expect(log).toEqual(['attempt']);
});

it('gives up by a SpawnError, whatever a restart failed by', async () => {
  const { supervisor, loseUntil } = supervise([undefined, new Error('it does not fit')]);
  await supervisor.spawn(SPEC, undefined, 3);
  await loseUntil('gone');
  expect(log.at(-1)).toBe('gone: it does not fit, Error: it does not fit');
});
