import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SynapseOptions } from '../../src/api/options';
import type { WorkerCrashedError } from '../../src/errors';
import type { QuarantinedError, RestartLimitError } from '../../src/module-errors';
import type { SpawnPolicy } from '../../src/worker/restart-policy';
import { copyFixture, FIXTURES, makeForFixture, spawnFixture, temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';

/** Restarts at once and for ever, so that what a test waits for is never a delay. */
const AT_ONCE: SpawnPolicy = { retryDelay: 0, restartLimit: { maxRestarts: 1000, windowMs: 60_000 } };

const spawn = (options: SynapseOptions = {}) => spawnFixture('dies-on-request', { restart: AT_ONCE, ...options });

it('a call behind the one that ended the worker is answered by the next worker; only that one rejects', async () => {
  const synapse = await spawn();
  const before = synapse.pid;
  const deadly = rejection<WorkerCrashedError>(synapse.send('die', 7));
  const others = Array.from({ length: 200 }, (_, index) => synapse.send('echo', index));
  expect(await deadly).toMatchObject({ code: 'ERR_SYNAPSE_WORKER_CRASHED', exitCode: 7, begun: true });
  expect(await Promise.all(others)).toEqual(Array.from({ length: 200 }, (_, index) => index));
  expect(await synapse.send('pid')).not.toBe(before);
  expect(synapse.stats().restarts).toBe(1);
});

it('calls that had ended before the one that ended the worker have their answers', async () => {
  const synapse = await spawn();
  const done = Array.from({ length: 20 }, (_, index) => synapse.send('echo', index));
  const deadly = rejection(synapse.send('die'));
  expect(await Promise.all(done)).toHaveLength(20);
  expect(await deadly).toMatchObject({ begun: true });
});

it('a module that reads frames itself is started again too', async () => {
  const synapse = await spawnFixture('crash-on-call', { restart: AT_ONCE });
  const calls = ['exit', 'a', 'b'].map((payload) => synapse.call(payload));
  expect(await rejection(calls[0] as Promise<unknown>)).toMatchObject({ code: 'ERR_SYNAPSE_WORKER_CRASHED', begun: true });
  expect(await Promise.all(calls.slice(1))).toEqual(['a', 'b']);
});

it('without restarts, every call says whether it had begun', async () => {
  const synapse = await spawn({ restart: false, maxInFlight: 1 });
  const [deadly, queued] = await Promise.all([rejection(synapse.send('die')), rejection(synapse.send('echo', 1))]);
  expect([deadly, queued]).toMatchObject([{ begun: true }, { code: 'ERR_SYNAPSE_WORKER_CRASHED', begun: false }]);
});

it('tells of each restart, and of each loss', async () => {
  const synapse = await spawn();
  const events: string[] = [];
  synapse.on('restart', () => events.push('restart'));
  synapse.on('error', ({ message }) => events.push(message.split(' before')[0] as string));
  synapse.on('state', ({ to }) => events.push(to));
  await rejection(synapse.send('die', 3));
  await synapse.send('echo', 1);
  const loss = ['disconnected', 'The worker ended with exit code 3', 'restart'];
  expect(events).toEqual([...loss, 'provisioning', 'initializing', 'connecting', 'ready']);
});

it('a call that is idempotent is made again when the worker ends that runs it', async () => {
  const synapse = await spawn();
  const file = join(await temporaryFolder(), 'died');
  expect(await synapse.send('die_once', file, { idempotent: true })).toBe(await synapse.send('pid'));
});

it('a call that is idempotent and ends every worker is given up, and keeps nobody else from an answer', async () => {
  const synapse = await spawn({ restart: { ...AT_ONCE, quarantineAfter: 2 } });
  const deadly = rejection<QuarantinedError>(synapse.send('die', 5, { idempotent: true }));
  const others = Array.from({ length: 50 }, (_, index) => synapse.send('echo', index, { idempotent: true }));
  expect(await deadly).toMatchObject({ code: 'ERR_SYNAPSE_QUARANTINED', method: 'die', crashes: 2, cause: { exitCode: 5 } });
  expect(await Promise.all(others)).toHaveLength(50);
});

it('of idempotent calls that ran side by side, only the one that ends workers is given up', async () => {
  const synapse = await spawn({ restart: { ...AT_ONCE, quarantineAfter: 2 } });
  const beside = Array.from({ length: 5 }, () => synapse.send('wait', 0.05, { idempotent: true }));
  const deadly = rejection(synapse.send('die', 5, { idempotent: true }));
  expect(await deadly).toMatchObject({ code: 'ERR_SYNAPSE_QUARANTINED' });
  expect(await Promise.all(beside)).toHaveLength(5);
});

it('a call in the time without a worker waits for the next one, keeps its own time limit, and can be given up', async () => {
  const synapse = await spawn({ restart: { ...AT_ONCE, retryDelay: 60_000 } });
  for (let count = 0; count < 2; count++) await rejection(synapse.send('die')); // the second restart waits
  expect(synapse.state).toBe('disconnected');
  const stopped = new AbortController();
  const late = rejection(synapse.send('echo', 1, { timeout: 30 }));
  const aborted = rejection(synapse.send('echo', 1, { signal: stopped.signal }));
  const stream = rejection(synapse.stream('count', 3, { timeout: 30 }).next());
  const disposed = rejection(synapse.send('echo', 1));
  stopped.abort(new Error('enough'));
  expect(await late).toMatchObject({ code: 'ERR_SYNAPSE_CALL_TIMEOUT', timeout: 30, phase: 'queue' });
  expect(await aborted).toEqual(new Error('enough'));
  expect(await stream).toMatchObject({ code: 'ERR_SYNAPSE_CALL_TIMEOUT', phase: 'queue' });
  await synapse.dispose();
  expect(await disposed).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
});

it('a stream that is asked for in the time without a worker begins at the next one; one that had begun rejects', async () => {
  const synapse = await spawn();
  const begun = synapse.stream('count', 100_000);
  await begun.next();
  const deadly = rejection(synapse.send('die'));
  const end = rejection(
    (async () => {
      for await (const _ of begun);
    })(),
  );
  expect(await end).toMatchObject({ code: 'ERR_SYNAPSE_WORKER_CRASHED' });
  await deadly;
  const numbers: unknown[] = [];
  for await (const number of synapse.stream('count', 3)) numbers.push(number);
  expect(numbers).toEqual([0, 1, 2]);
});

it('gives up when workers end more often than the policy allows, and says so to everyone', async () => {
  const synapse = await spawn({ restart: { ...AT_ONCE, restartLimit: { maxRestarts: 2, windowMs: 60_000 } } });
  const errors: Error[] = [];
  synapse.on('error', (error) => errors.push(error));
  for (let count = 0; count < 2; count++) await rejection(synapse.send('die'));
  const last = rejection(synapse.send('die', 9));
  const waiting = rejection<RestartLimitError>(synapse.send('echo', 1));
  expect(await last).toMatchObject({ code: 'ERR_SYNAPSE_WORKER_CRASHED', exitCode: 9 });
  const limit = { code: 'ERR_SYNAPSE_RESTART_LIMIT', restarts: 2, windowMs: 60_000, lastError: { exitCode: 9 } };
  expect(await waiting).toMatchObject(limit);
  expect(await rejection(synapse.send('echo', 1))).toMatchObject(limit);
  expect(errors.at(-1)).toMatchObject(limit);
  expect(synapse.state).toBe('disconnected');
  await synapse.spawn(join(FIXTURES, 'dies-on-request'));
  expect(await synapse.send('echo', 1)).toBe(1);
});

it('a worker that cannot be started again is tried as often as the policy says, and then given up', async () => {
  const folder = await copyFixture('dies-on-request');
  const synapse = makeForFixture({ restart: { ...AT_ONCE, maxRetries: 2 } });
  await synapse.spawn(folder);
  const { writeFile } = await import('node:fs/promises');
  await writeFile(join(folder, 'main.py'), 'raise ValueError("broken meanwhile")');
  const waiting = [rejection(synapse.send('die')), rejection(synapse.send('echo', 1))];
  const [, error] = await Promise.all(waiting);
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SPAWN', attempts: 3 });
  expect(String(error)).toContain('broken meanwhile');
});

it('a first spawn that fails is not tried again unless the policy says so', async () => {
  const folder = await copyFixture('dies-on-request');
  const { writeFile } = await import('node:fs/promises');
  await writeFile(join(folder, 'main.py'), 'import os\nopen("tries", "a").write("x")\nos._exit(4)');
  const { readFile } = await import('node:fs/promises');
  expect(await rejection(makeForFixture({ restart: true }).spawn(folder))).toMatchObject({ attempts: 1 });
  expect(await readFile(join(folder, 'tries'), 'utf8')).toBe('x');
  expect(await rejection(makeForFixture({ restart: { maxRetries: 2, retryDelay: 0 } }).spawn(folder))).toMatchObject({ attempts: 3 });
  expect(await readFile(join(folder, 'tries'), 'utf8')).toBe('xxxx');
});

it('what is disposed between two attempts is not started again', async () => {
  const synapse = await spawn({ restart: { ...AT_ONCE, retryDelay: 60_000 } });
  for (let count = 0; count < 2; count++) await rejection(synapse.send('die'));
  const states: string[] = [];
  synapse.on('state', ({ to }) => states.push(to));
  await synapse.dispose();
  expect([states, synapse.pids]).toEqual([['closed'], []]);
});

describe('a heartbeat', () => {
  const HEARTBEAT = { intervalMs: 50, timeoutMs: 300 };

  it('ends and replaces a worker that was stopped', async () => {
    const synapse = await spawn({ restart: { ...AT_ONCE, heartbeat: HEARTBEAT } });
    const before = synapse.pid;
    const lost = once(synapse, 'error');
    const stopped = rejection(synapse.send('stop'));
    const queued = synapse.send('echo', 'still here');
    expect(await stopped).toMatchObject({ code: 'ERR_SYNAPSE_HEARTBEAT_TIMEOUT', timeout: 300, signal: 'SIGKILL' });
    expect(await lost).toMatchObject([{ code: 'ERR_SYNAPSE_HEARTBEAT_TIMEOUT' }]);
    expect(await queued).toBe('still here');
    expect(synapse.pid).not.toBe(before);
  });

  it.each([
    ['computes in Python', 'work', 1.2],
    ['computes in C code that lets nothing else run', 'hold_the_interpreter', 9_000_000],
  ])('does not end a worker that %s for longer than it may take', async (_, method, amount) => {
    const synapse = await spawn({ restart: { ...AT_ONCE, heartbeat: { intervalMs: 20, timeoutMs: 100 } } });
    const before = synapse.pid;
    await synapse.send(method, amount);
    await synapse.send('echo', 1);
    expect(synapse.pid).toBe(before);
    expect(synapse.stats().restarts).toBe(0);
  });

  it('does not blame the worker for a program that is itself busy', async () => {
    const synapse = await spawn({ restart: { ...AT_ONCE, heartbeat: { intervalMs: 10, timeoutMs: 200 } } });
    const before = synapse.pid;
    for (let count = 0; count < 5; count++) {
      await sleep(12);
      const end = performance.now() + 400;
      while (performance.now() < end);
    }
    expect(await synapse.send('pid')).toBe(before);
  });
});

it('a worker that breaks the protocol is replaced; what was sent to it may have run, and is not made again', async () => {
  const synapse = await spawn({ maxInFlight: 3 });
  const before = synapse.pid;
  const calls = [synapse.send('write_garbage'), ...Array.from({ length: 4 }, (_, index) => synapse.send('echo', index))];
  const [broken, ...others] = await Promise.allSettled(calls);
  expect(broken).toMatchObject({ status: 'rejected', reason: { code: 'ERR_SYNAPSE_FRAME' } });
  for (const sent of others.slice(0, 2)) expect(sent).toMatchObject({ status: 'rejected', reason: { code: 'ERR_SYNAPSE_FRAME' } });
  expect(others.slice(2)).toEqual([2, 3].map((value) => ({ status: 'fulfilled', value })));
  expect(synapse.pid).not.toBe(before);
});

it('what a worker has answered before it is ended for a call that does not stop still counts', async () => {
  const synapse = await spawn({ cancelTimeout: 50 });
  const stop = new AbortController();
  const begun = new Promise((resolve) => synapse.onEvent('begun', resolve));
  synapse.send('never_ends', undefined, { signal: stop.signal }).catch(() => undefined);
  await begun;
  const behind = Array.from({ length: 20 }, (_, index) => synapse.send('echo', index));
  const replaced = once(synapse, 'cancel');
  stop.abort();
  expect(await replaced).toMatchObject([{ rung: 'replaced', method: 'never_ends' }]);
  expect(await Promise.all(behind)).toHaveLength(20);
});
