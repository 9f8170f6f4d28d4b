import { inspect } from 'node:util';
import type { Handle } from '../../src/channel/handle';
import { kw } from '../../src/channel/keywords';
import { KIND } from '../../src/protocol/message';
import { FakeWorker, pythonObject } from '../support/fake-worker';
import { rejection } from '../support/until';

const nextTurn = () => new Promise(setImmediate);

/** Lets Python return an object as a handle. */
async function take(worker: FakeWorker, id = 5, kind = 'instance', type = 'Model'): Promise<Handle> {
  const answer = worker.send('fetch');
  const [call] = worker.sent();
  worker.result(call?.id as number, [pythonObject(id, kind, type)]);
  return ((await answer) as [Handle])[0];
}

it('calls methods, reads attributes and calls the object itself', async () => {
  const worker = new FakeWorker({ maxInFlight: 3 });
  const handle = await take(worker);
  const answers = [handle.predict([1], kw({ precision: 2 })), (async () => await handle.version)(), handle(7, undefined)];
  await nextTurn();
  const sent = worker.sent();
  expect(sent.map(({ rest, payload }) => [...rest, payload])).toEqual([
    ['predict', { on: 5 }, [[[1]], { precision: 2 }]],
    ['', { on: 5 }, [[7]]],
    ['version', { get: true, on: 5 }, [[]]],
  ]);
  for (const [i, { id }] of sent.entries()) worker.result(id, i);
  expect(await Promise.all(answers)).toEqual([0, 2, 1]);
});

it('is no thenable, and looks like what it is', async () => {
  const handle = await take(new FakeWorker());
  expect([typeof handle, handle.then, 'then' in handle]).toEqual(['function', undefined, false]);
  expect([inspect(handle), String(handle), JSON.stringify({ handle })]).toEqual([
    '[Python instance Model]',
    '[Python instance Model]',
    '{"handle":"[Python instance Model]"}',
  ]);
  expect(() => {
    handle.x = 1;
  }).toThrow('cannot be set');
});

it('is the same for the same object, and released as often as it arrived', async () => {
  const worker = new FakeWorker();
  const [first, second, other] = [await take(worker), await take(worker), await take(worker, 7)];
  expect(second === first).toBe(true);
  expect(other === first).toBe(false);
  first.release();
  first.release();
  other[Symbol.dispose]();
  expect(worker.sent()).toEqual([
    { kind: 'release', id: 5, rest: [2], payload: undefined },
    { kind: 'release', id: 7, rest: [1], payload: undefined },
  ]);
  expect((await take(worker)) === first).toBe(false);
});

it('is iterated by a call without a name, from the first pull until it is left', async () => {
  const worker = new FakeWorker();
  const handle = await take(worker);
  const items = handle[Symbol.asyncIterator]();
  expect(worker.sent()).toEqual([]);
  const first = items.next();
  const [call, credit] = worker.sent();
  expect([call?.rest, call?.payload, credit?.kind]).toEqual([['', { stream: true, on: 5 }], [[]], 'credit']);
  worker.play([KIND.chunk, call?.id], 1);
  expect(await first).toEqual({ value: 1, done: false });
  await items.return();
  expect(worker.sent()).toMatchObject([{ kind: 'cancel', id: call?.id }]);
});

it('that a call gave only to be iterated is let go of at the end, once', async () => {
  const worker = new FakeWorker();
  const handle = await take(worker);
  for (const [id, kept] of [
    [5, handle],
    [7, undefined],
  ] as const) {
    const next = handle.tokens()[Symbol.asyncIterator]().next();
    worker.result(worker.sent()[0]?.id as number, pythonObject(id));
    await nextTurn();
    worker.play([KIND.end, worker.sent()[0]?.id]);
    expect(await next).toMatchObject({ done: true });
    expect(worker.sent()).toMatchObject([{ kind: 'release', id, rest: [1] }]);
    expect(worker.channel.handles.size).toBe(1);
    expect(kept === undefined || (await take(worker)) === kept).toBe(true);
  }
});

it('is the object again as an argument, however deep', async () => {
  const worker = new FakeWorker();
  const handle = await take(worker);
  void worker.send('fetch', [handle, { deep: [handle] }]);
  expect(worker.sent()[0]?.payload).toEqual([[{ ext: 11, id: 5 }, { deep: [{ ext: 11, id: 5 }] }]]);
});

it('of another worker is refused as an argument', async () => {
  const handle = await take(new FakeWorker());
  const error = await rejection(new FakeWorker().send('fetch', [[handle]]));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION', path: 'arguments[0][0]' });
  expect(error.message).toContain('belongs to its own worker');
});

it('is stale after its release and after the end of its worker, whatever is done with it', async () => {
  const worker = new FakeWorker();
  const [released, orphaned] = [await take(worker), await take(worker, 7, 'class', 'Tree')];
  released.release();
  expect(inspect(released)).toBe('[Python instance Model (released)]');
  const early = [released.predict(), released(), (async () => await released.version)(), worker.send('fetch', [released])];
  worker.channel.close(() => new Error('over'), true);
  const late = [orphaned.predict(), new FakeWorker().send('fetch', [orphaned])];
  const errors = await Promise.all([...early, ...late].map((promise) => rejection(promise)));
  expect(errors.map((error) => [(error as { code?: string }).code, (error as { type?: string }).type])).toEqual([
    ...early.map(() => ['ERR_SYNAPSE_STALE_HANDLE', 'Model']),
    ...late.map(() => ['ERR_SYNAPSE_STALE_HANDLE', 'Tree']),
  ]);
});

it('names the code that called it in errors', async () => {
  const worker = new FakeWorker();
  const handle = await take(worker);
  async function caller(): Promise<void> {
    await handle.fail();
  }
  const failed = rejection(caller());
  await nextTurn();
  worker.error(worker.sent()[0]?.id as number, { type: 'ValueError', message: 'no' });
  expect((await failed).stack).toMatch(/at .*caller/);
});

it('refuses what is no argument', async () => {
  const worker = new FakeWorker();
  expect(await rejection(worker.send('fetch', [kw({ a: 1 }), 2]))).toMatchObject({
    path: 'arguments[0]',
    message: expect.stringContaining('last argument'),
  });
});

describe('an attribute among arguments', () => {
  it('is read first, once for each call, and nothing else is sent before', async () => {
    const worker = new FakeWorker({ maxInFlight: 3 });
    const handle = await take(worker);
    const answer = worker.send('fetch', [handle.version, { deep: [handle.version, handle.inner.size] }, () => 1]);
    const [version, again, size, ...more] = worker.sent();
    expect([version, again, size].map((call) => call?.rest[0])).toEqual(['version', 'version', 'inner.size']);
    expect(more).toEqual([]);
    for (const call of [version, again]) worker.result(call?.id as number, '1.0');
    worker.result(size?.id as number, [2]);
    await nextTurn();
    const [call] = worker.sent();
    expect(call?.payload).toEqual([['1.0', { deep: ['1.0', [2]] }, { ext: 12, id: expect.anything() }]]);
    worker.result(call?.id as number, 'done');
    expect(await answer).toBe('done');
  });

  it('that is read after the end of the worker sends nothing', async () => {
    const [worker, other] = [new FakeWorker(), new FakeWorker()];
    const failed = rejection(worker.send('fetch', [(await take(other)).version]));
    const [read] = other.sent();
    worker.channel.close(() => new Error('over'), true);
    other.result(read?.id as number, 1);
    expect(await failed).toMatchObject({ message: 'over' });
    expect(worker.sent()).toEqual([]);
  });

  it('counts for the time of the call, whose error tells all of it', async () => {
    const worker = new FakeWorker({ callTimeout: 20 });
    const handle = await take(worker);
    expect(await rejection(worker.send('fetch', [handle.version]))).toMatchObject({ code: 'ERR_SYNAPSE_CALL_TIMEOUT', timeout: 20 });
  });
});
