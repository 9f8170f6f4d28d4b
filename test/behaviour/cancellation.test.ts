import { once } from 'node:events';
import type { Synapse } from '../../src/api/synapse';
import { spawnFixture } from '../support/fixture';
import { rejection } from '../support/until';

function begun(synapse: Synapse, name: string): Promise<void> {
  return new Promise((resolve) => synapse.onEvent('begun', (each) => each === name && resolve()));
}

function ended(synapse: Synapse, name: string): Promise<void> {
  return new Promise((resolve) => synapse.onEvent('ended', (each) => each === name && resolve()));
}

/** Aborts a call once it has begun; gives what it rejected with and how it was stopped. */
async function abortOnce(synapse: Synapse, method: string): Promise<{ rung: string; method: string }> {
  const abort = new AbortController();
  const reason = new Error('not wanted');
  const started = begun(synapse, method);
  const report = once(synapse, 'cancel');
  const outcome = rejection(synapse.send(method, undefined, { signal: abort.signal }));
  await started;
  abort.abort(reason);
  expect(await outcome).toBe(reason);
  return (await report)[0];
}

describe('an aborted call', () => {
  it('that looks at its flag stops by itself', async () => {
    const synapse = await spawnFixture('cancel');
    const stopped = ended(synapse, 'polite');
    expect(await abortOnce(synapse, 'polite')).toMatchObject({ method: 'polite', rung: 'cooperative' });
    await stopped;
    expect(await synapse.send('quick', 1)).toBe(1);
  });

  it('that computes in Python is freed by an exception, and its finally runs', async () => {
    const synapse = await spawnFixture('cancel');
    const stopped = ended(synapse, 'busy');
    expect(await abortOnce(synapse, 'busy')).toMatchObject({ rung: 'injected' });
    await stopped;
    expect(await synapse.send('quick', 1)).toBe(1);
  });

  it('that sleeps is woken, and its finally runs', async () => {
    const synapse = await spawnFixture('cancel');
    const stopped = ended(synapse, 'sleeps');
    expect(await abortOnce(synapse, 'sleeps')).toMatchObject({ rung: 'injected' });
    await stopped;
    expect(await synapse.send('quick', 1)).toBe(1);
  });

  it('that waits for a process is woken too', async () => {
    const synapse = await spawnFixture('cancel');
    expect(await abortOnce(synapse, 'waits_for_a_child')).toMatchObject({ rung: 'injected' });
    expect(await synapse.send('quick', 1)).toBe(1);
  });

  it('that catches the exception gets another', async () => {
    const synapse = await spawnFixture('cancel');
    expect(await abortOnce(synapse, 'stubborn')).toMatchObject({ rung: 'injected' });
    expect(await synapse.send('quick', 2)).toBe(2);
  });

  it('that prints all the time never breaks the stream of frames', async () => {
    for (let round = 0; round < 5; round += 1) {
      const synapse = await spawnFixture('cancel');
      expect(await abortOnce(synapse, 'prints_for_ever')).toMatchObject({ rung: 'injected' });
      expect(await synapse.send('quick', round)).toBe(round);
      await synapse.dispose();
    }
  });

  it('that is a coroutine is cancelled as asyncio does it', async () => {
    const synapse = await spawnFixture('cancel');
    const stopped = ended(synapse, 'waits');
    expect(await abortOnce(synapse, 'waits')).toMatchObject({ rung: 'cooperative' });
    await stopped;
  });

  it('that runs in a thread is freed too', async () => {
    const synapse = await spawnFixture('cancel');
    expect(await abortOnce(synapse, 'in_thread')).toMatchObject({ rung: 'injected' });
  });

  it('that waits for a function of this program stops waiting', async () => {
    const synapse = await spawnFixture('cancel');
    const abort = new AbortController();
    const started = begun(synapse, 'waits_for');
    const call = rejection(synapse.send('waits_for', () => new Promise(() => undefined), { signal: abort.signal }));
    await started;
    abort.abort();
    await call;
    expect(await synapse.send('quick', 3)).toBe(3);
  });

  it('that has not begun never runs', async () => {
    const synapse = await spawnFixture('cancel');
    const started = begun(synapse, 'computes');
    const first = synapse.send('computes', 0.3);
    await started;
    const abort = new AbortController();
    const report = once(synapse, 'cancel');
    const second = rejection(synapse.send('busy', undefined, { signal: abort.signal }));
    const third = synapse.send('quick', 'third');
    abort.abort();
    await second;
    expect((await report)[0]).toMatchObject({ method: 'busy', rung: 'queue' });
    expect(await Promise.all([first, third])).toEqual(['computed', 'third']);
  });

  it('whose signal was aborted before is never sent', async () => {
    const synapse = await spawnFixture('cancel');
    let wasBegun = false;
    synapse.onEvent('begun', () => {
      wasBegun = true;
    });
    const signal = AbortSignal.abort(new Error('too late'));
    expect(await rejection(synapse.send('polite', undefined, { signal }))).toBe(signal.reason);
    expect(await synapse.send('quick')).toBeNull();
    expect(wasBegun).toBe(false);
  });
});

it('a worker whose function does not stop is replaced, if that is asked for', async () => {
  const synapse = await spawnFixture('cancel', { cancelTimeout: 150 });
  const { pid } = synapse;
  const states: string[] = [];
  synapse.on('state', ({ to }) => states.push(to));
  const started = begun(synapse, 'stuck');
  const abort = new AbortController();
  const stuck = rejection(synapse.send('stuck', undefined, { signal: abort.signal }));
  await started;
  const behind = rejection(synapse.send('quick'));
  const report = once(synapse, 'cancel');
  abort.abort();
  await stuck;
  expect(await behind).toMatchObject({ code: 'ERR_SYNAPSE_WORKER_CRASHED', message: expect.stringContaining('stuck went on for 150 ms') });
  expect((await report)[0]).toMatchObject({ method: 'stuck', rung: 'replaced' });
  expect(states).toEqual(['disconnected', 'provisioning', 'initializing', 'connecting', 'ready']);
  expect(synapse.pid).not.toBe(pid);
  expect(await synapse.send('quick', 'new')).toBe('new');
});

it('a function that stops in time keeps its worker', async () => {
  const synapse = await spawnFixture('cancel', { cancelTimeout: 10_000 });
  const { pid } = synapse;
  expect(await abortOnce(synapse, 'busy')).toMatchObject({ rung: 'injected' });
  expect([await synapse.send('quick', 1), synapse.pid]).toEqual([1, pid]);
});

describe('a timeout', () => {
  it('stops the function and tells that it was running', async () => {
    const synapse = await spawnFixture('cancel');
    const stopped = ended(synapse, 'busy');
    const error = await rejection(synapse.send('busy', undefined, { timeout: 100 }));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_CALL_TIMEOUT', method: 'busy', timeout: 100, phase: 'run' });
    await stopped;
    expect(await synapse.send('quick', 1)).toBe(1);
  });

  it('of a call behind another one tells that it was waiting', async () => {
    const synapse = await spawnFixture('cancel');
    const started = begun(synapse, 'computes');
    const first = synapse.send('computes', 0.3);
    await started;
    expect(await rejection(synapse.send('quick', 1, { timeout: 20 }))).toMatchObject({ phase: 'queue' });
    expect(await first).toBe('computed');
  });

  it('can be read as a deadline in Python', async () => {
    const synapse = await spawnFixture('cancel');
    expect(await synapse.send('time_left')).toBeNull();
    const left = await synapse.send<number>('time_left', undefined, { timeout: 60_000 });
    expect(left).toBeGreaterThan(30);
    expect(left).toBeLessThanOrEqual(60);
  });
});

it('leaving a stream frees a generator that computes', async () => {
  const synapse = await spawnFixture('cancel');
  const reader = synapse.stream('busy_stream')[Symbol.asyncIterator]();
  const started = begun(synapse, 'busy_stream');
  await reader.next();
  await started;
  await reader.return?.();
  expect(await synapse.send('quick', 4)).toBe(4);
});

it('pings are answered while a function computes', async () => {
  const synapse = await spawnFixture('cancel');
  const started = begun(synapse, 'computes');
  let done = false;
  const call = synapse.send('computes', 2).then((value) => {
    done = true;
    return value;
  });
  await started;
  let pongs = 0;
  while (pongs < 5) {
    expect(await synapse.ping()).toBeGreaterThan(0);
    pongs += 1;
  }
  expect(done).toBe(false);
  expect(await call).toBe('computed');
});
