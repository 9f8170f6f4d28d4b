import { inspect } from 'node:util';
import type { Handle } from '../../src/channel/handle';
import { kw } from '../../src/channel/keywords';
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
  const handle = await take(worker);
  expect(await rejection(worker.send('fetch', [handle.version]))).toMatchObject({
    path: 'arguments[0]',
    message: expect.stringContaining('await it first'),
  });
  expect(await rejection(worker.send('fetch', [kw({ a: 1 }), 2]))).toMatchObject({
    path: 'arguments[0]',
    message: expect.stringContaining('last argument'),
  });
});
