import { InboundStream, type StreamConnection } from '../../src/channel/inbound-stream';
import { invocationOf } from '../../src/channel/invocation';
import { KIND } from '../../src/protocol/message';
import { FakeWorker, pythonObject } from '../support/fake-worker';
import { rejection } from '../support/until';

const MIB = 1024 * 1024;
const chunk = (id: number, value: unknown) => [[KIND.chunk, id], value] as const;
const next = (value: unknown) => ({ value, done: false });
const DONE = { value: undefined, done: true };

async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of stream) values.push(value);
  return values;
}

it('is called at the first pull, with a window of credit', () => {
  const worker = new FakeWorker();
  const stream = worker.stream('count', [3]);
  expect(worker.sent()).toEqual([]);
  void stream.next();
  expect(worker.sent()).toEqual([
    { kind: 'call', id: 2, rest: ['count'], payload: [[3]] },
    { kind: 'credit', id: 2, rest: [MIB], payload: undefined },
  ]);
});

it('gives chunks in order, those that wait and those that are waited for, and ends', async () => {
  const worker = new FakeWorker();
  const values = collect(worker.stream('count'));
  worker.play([KIND.chunk, 2], 'a');
  worker.playAll([chunk(2, 'b'), chunk(2, { c: 1 }), [[KIND.end, 2]]]);
  expect(await values).toEqual(['a', 'b', { c: 1 }]);
  expect(worker.transport.held).toBe(false);
});

it('serves pulls in the order in which they were made', async () => {
  const worker = new FakeWorker();
  const stream = worker.stream('count');
  const pulls = [stream.next(), stream.next(), stream.next(), stream.next()];
  worker.playAll([chunk(2, 1), chunk(2, 2), [[KIND.end, 2]]]);
  expect(await Promise.all(pulls)).toEqual([next(1), next(2), DONE, DONE]);
  expect(await stream.next()).toEqual(DONE);
});

it('lets Python send no more than its window while nobody pulls, and more when half of it is taken', async () => {
  const worker = new FakeWorker();
  const stream = worker.stream('count');
  const first = stream.next();
  worker.sent();
  const bytes = new Uint8Array(100 * 1024);
  worker.playAll(Array.from({ length: 8 }, () => chunk(2, bytes)));
  await first;
  for (let pulled = 1; pulled < 5; pulled++) await stream.next();
  expect(worker.sent()).toEqual([]);
  await stream.next();
  const [credit] = worker.sent();
  expect(credit).toMatchObject({ kind: 'credit', id: 2 });
  expect(credit?.rest[0]).toBeGreaterThan(6 * (100 * 1024 + 256));
  expect(credit?.rest[0]).toBeLessThan(6 * (100 * 1024 + 256 + 50));
});

it('counts small chunks for what they hold on to', async () => {
  const worker = new FakeWorker();
  const stream = worker.stream('count');
  void stream.next();
  worker.sent();
  worker.playAll(Array.from({ length: 4096 }, (_, i) => chunk(2, i)));
  for (let pulled = 1; pulled < 4096; pulled++) await stream.next();
  expect(worker.sent().map(({ kind }) => kind)).toEqual(['credit', 'credit']);
});

it('gives no credit for what it takes after the end', async () => {
  const worker = new FakeWorker();
  const stream = worker.stream('count');
  const first = stream.next();
  worker.sent();
  worker.playAll([chunk(2, new Uint8Array(MIB / 4)), chunk(2, new Uint8Array(MIB / 2)), [[KIND.end, 2]]]);
  expect([(await first).done, (await stream.next()).done, (await stream.next()).done]).toEqual([false, false, true]);
  expect(worker.sent()).toEqual([]);
});

it('decodes a large chunk in its turn', async () => {
  const worker = new FakeWorker();
  const values = collect(worker.stream('count'));
  const rows = Array.from({ length: 30_000 }, (_, i) => ({ i }));
  worker.playAll([chunk(2, 'before'), chunk(2, rows), chunk(2, 'after'), [[KIND.end, 2]]]);
  expect((await values).map((value) => (Array.isArray(value) ? value.length : value))).toEqual(['before', 30_000, 'after']);
});

describe('leaving it', () => {
  it('by break closes the generator, and what is on its way is dropped', async () => {
    const worker = new FakeWorker();
    const stream = worker.stream('count');
    const done = (async () => {
      for await (const value of stream) if (value === 2) break;
    })();
    worker.playAll([chunk(2, 1), chunk(2, 2), chunk(2, 3)]);
    await done;
    expect(worker.sent().map(({ kind, id }) => [kind, id])).toEqual([
      ['call', 2],
      ['credit', 2],
      ['cancel', 2],
    ]);
    expect(worker.channel.load).toBe(1); // the generator may still have something to close
    worker.playAll([chunk(2, 4), [[KIND.end, 2]]]);
    expect([worker.failures, worker.channel.load]).toEqual([[], 0]);
    expect(worker.cancels).toEqual([{ method: 'count', id: 2, rung: 'finished', elapsed: expect.any(Number) }]);
    expect(await stream.next()).toEqual(DONE);
  });

  it('ends the pulls that wait, at once', async () => {
    const worker = new FakeWorker();
    const stream = worker.stream('count');
    const pull = stream.next();
    expect(await stream.return('left')).toEqual({ value: 'left', done: true });
    expect(await pull).toEqual(DONE);
    expect(worker.transport.held).toBe(false);
  });

  it('before the first pull costs nothing', async () => {
    const worker = new FakeWorker();
    const stream = worker.stream('count');
    await stream[Symbol.asyncDispose]();
    expect(await stream.next()).toEqual(DONE);
    expect(await rejection(worker.stream('count').throw('mine'))).toBe('mine');
    expect(worker.sent()).toEqual([]);
  });
});

describe('an error', () => {
  it('of Python comes after the values before it, once', async () => {
    const worker = new FakeWorker();
    const stream = worker.stream('count');
    const first = stream.next();
    worker.playAll([chunk(2, 1), chunk(2, 2), [[KIND.error, 2], { type: 'ValueError', module: 'builtins', message: 'no more' }]]);
    expect([await first, await stream.next()]).toEqual([next(1), next(2)]);
    expect(await rejection(stream.next())).toMatchObject({ name: 'PythonError(ValueError)', message: 'no more' });
    expect(await stream.next()).toEqual(DONE);
    expect(worker.sent().map(({ kind }) => kind)).toEqual(['call', 'credit']);
  });

  it('names the code that waits', async () => {
    const worker = new FakeWorker();
    async function consumer(): Promise<void> {
      await collect(worker.stream('count'));
    }
    const failed = rejection(consumer());
    worker.error(2, { type: 'ValueError', message: 'no more' });
    expect((await failed).stack).toMatch(/at .*consumer/);
  });

  it('of decoding ends the stream, and closes the generator', async () => {
    const worker = new FakeWorker();
    const stream = worker.stream('count');
    const first = rejection(stream.next());
    worker.transport.give(Buffer.from([4, 0, 0, 0, 0x92, KIND.chunk, 2, 0xc1]));
    expect(await first).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION' });
    expect(await stream.next()).toEqual(DONE);
    expect(worker.sent().map(({ kind }) => kind)).toEqual(['call', 'credit', 'cancel']);
  });

  it('tells of a function that gives no stream', async () => {
    const worker = new FakeWorker();
    const pull = rejection(worker.stream('sorted').next());
    worker.result(2, [1, 2]);
    expect(await pull).toMatchObject({ code: 'ERR_SYNAPSE_UNSUPPORTED_CALL', method: 'sorted', used: 'stream' });
  });
});

describe('a signal', () => {
  it('ends it with its reason, and what waits is dropped', async () => {
    const worker = new FakeWorker();
    const abort = new AbortController();
    const stream = worker.stream('count', [], { signal: abort.signal });
    const first = stream.next();
    worker.playAll([chunk(2, 1), chunk(2, 2)]);
    expect(await first).toEqual(next(1));
    abort.abort('enough');
    expect(await rejection(stream.next())).toBe('enough');
    expect(await stream.next()).toEqual(DONE);
    expect(worker.sent().map(({ kind }) => kind)).toEqual(['call', 'credit', 'cancel']);
  });

  it('is let go of when the stream ends', async () => {
    const worker = new FakeWorker();
    const { signal } = new AbortController();
    const add = jest.spyOn(signal, 'addEventListener');
    const remove = jest.spyOn(signal, 'removeEventListener');
    const values = collect(worker.stream('count', [], { signal }));
    worker.play([KIND.end, 2]);
    await values;
    expect(remove.mock.calls.map(([type, listener]) => [type, listener])).toEqual(
      add.mock.calls.map(([type, listener]) => [type, listener]),
    );
  });
});

it('has a time limit for each wait, not for the whole', async () => {
  jest.useFakeTimers();
  const worker = new FakeWorker();
  const stream = worker.stream('count', [], { timeout: 50 });
  for (let i = 0; i < 3; i++) {
    const pull = stream.next();
    jest.advanceTimersByTime(40);
    worker.play([KIND.chunk, 2], i);
    expect(await pull).toEqual(next(i));
    jest.advanceTimersByTime(1000);
  }
  const late = rejection(stream.next());
  jest.advanceTimersByTime(50);
  expect(await late).toMatchObject({ code: 'ERR_SYNAPSE_CALL_TIMEOUT', method: 'count', timeout: 50, phase: 'run' });
  expect(worker.sent().at(-1)).toMatchObject({ kind: 'cancel', id: 2 });
  expect(worker.transport.held).toBe(false);
  jest.useRealTimers();
});

it('keeps the program alive only while a pull waits', async () => {
  const worker = new FakeWorker();
  const stream = worker.stream('count');
  const pull = stream.next();
  expect(worker.transport.held).toBe(true);
  worker.play([KIND.chunk, 2], 1);
  await pull;
  expect(worker.transport.held).toBe(false);
});

it('lets the objects arrive that lie in chunks which nobody takes, so that they can be let go of', async () => {
  const worker = new FakeWorker();
  const stream = worker.stream('count');
  const first = stream.next();
  worker.playAll([chunk(2, 1), chunk(2, pythonObject(1)), chunk(2, [pythonObject(2)])]);
  await first;
  expect(worker.channel.handles.size).toBe(0);
  await stream.return();
  expect(worker.channel.handles.size).toBe(2);
});

describe('with a worker that comes later', () => {
  function later() {
    const worker = new FakeWorker();
    let come = (): void => undefined;
    let stayAway = (_: Error): void => undefined;
    const connection = new Promise<StreamConnection>((resolve, reject) => {
      come = () => resolve(worker.channel.connection({}));
      stayAway = reject;
    });
    const stop = new AbortController();
    const stream = new InboundStream(() => connection, invocationOf('stream', 'count', []), { signal: stop.signal });
    return { worker, stream, stop, come, stayAway };
  }

  it('it is called when that is there, and pulls wait for it', async () => {
    const { worker, stream, come } = later();
    const pulls = [stream.next(), stream.next()];
    expect(worker.sent()).toEqual([]);
    come();
    await Promise.resolve();
    expect(worker.sent().map(({ kind }) => kind)).toEqual(['call', 'credit']);
    worker.playAll([chunk(2, 'a'), [[KIND.end, 2]]]);
    expect(await Promise.all(pulls)).toEqual([next('a'), DONE]);
    expect(worker.transport.held).toBe(false);
  });

  it('the pulls reject if it does not come', async () => {
    const { stream, stayAway } = later();
    const pull = rejection(stream.next());
    stayAway(new Error('no worker'));
    expect(await pull).toEqual(new Error('no worker'));
    expect(await stream.next()).toEqual(DONE);
  });

  it('one that was left or aborted meanwhile is never called', async () => {
    const [left, aborted] = [later(), later()];
    const pulls = [left.stream.next(), rejection(aborted.stream.next())];
    await left.stream.return();
    aborted.stop.abort('enough');
    expect(await Promise.all(pulls)).toEqual([DONE, 'enough']);
    for (const { come, worker } of [left, aborted]) {
      come();
      await Promise.resolve();
      expect(worker.sent()).toEqual([]);
    }
  });
});
