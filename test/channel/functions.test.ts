import { KIND } from '../../src/protocol/message';
import { FakeWorker } from '../support/fake-worker';

const nextTurn = () => new Promise(setImmediate);
const call = (id: number, on: number) => [KIND.call, id, '', { on }];

/** Sends functions to Python; gives their ids there. */
function give(worker: FakeWorker, ...functions: unknown[]): number[] {
  worker.send('fetch', functions).catch(() => undefined);
  const [message] = worker.sent();
  const [args] = message!.payload as [{ ext: number; id: number }[]];
  expect(args.every(({ ext }) => ext === 12)).toBe(true);
  return args.map(({ id }) => id);
}

it('runs for Python with its arguments, those by name last, and answers', async () => {
  const worker = new FakeWorker();
  const [id] = give(worker, async (...args: unknown[]) => ({ args }));
  worker.play(call(1, id as number), [[1, 'two']]);
  worker.play(call(3, id as number), [[1], { x: 2 }]);
  await nextTurn();
  expect(worker.sent()).toEqual([
    { kind: 'result', id: 1, rest: [], payload: { args: [1, 'two'] } },
    { kind: 'result', id: 3, rest: [], payload: { args: [1, { x: 2 }] } },
  ]);
});

it('tells Python what it threw, be it an error or not', async () => {
  const worker = new FakeWorker();
  const [error, text, formless] = give(
    worker,
    () => {
      throw new RangeError('too far');
    },
    () => Promise.reject('just text'),
    () => ({ x: Symbol('s') }),
  );
  for (const [i, id] of [error, text, formless].entries()) worker.play(call(2 * i + 1, id as number), [[]]);
  await nextTurn();
  expect(worker.sent().map(({ payload }) => payload)).toEqual([
    { type: 'RangeError', message: 'too far', traceback: expect.stringContaining('functions.test') },
    { type: 'string', message: 'just text', traceback: '' },
    expect.objectContaining({ type: 'SerializationError', code: 'ERR_SYNAPSE_SERIALIZATION', path: 'answer.x' }),
  ]);
});

it('is known by the same id until Python has let go of it as often as it was sent', async () => {
  const worker = new FakeWorker();
  const double = (x: number) => 2 * x;
  const [id, again] = give(worker, double, double);
  expect(again).toBe(id);
  worker.play([KIND.release, id, 1]);
  worker.play(call(1, id as number), [[4]]);
  await nextTurn();
  worker.play([KIND.release, id, 1]);
  worker.play(call(3, id as number), [[4]]);
  await nextTurn();
  expect(worker.sent()).toMatchObject([
    { kind: 'result', payload: 8 },
    { kind: 'error', payload: { code: 'ERR_SYNAPSE_STALE_HANDLE' } },
  ]);
  expect(give(worker, double)).not.toEqual([id]);
});

it('is forgotten again if the call it was given to is never sent', async () => {
  const worker = new FakeWorker();
  const double = (x: number) => 2 * x;
  await worker.send('fetch', [double, Symbol('s')]).catch(() => undefined);
  const [id] = give(worker, double);
  worker.play([KIND.release, id, 1]);
  worker.play(call(1, id as number), [[4]]);
  await nextTurn();
  expect(worker.sent()).toMatchObject([{ kind: 'error' }]);
});

it('makes the calls that it makes nested, and those do not wait for the window; others are not and do', async () => {
  const worker = new FakeWorker({ maxInFlight: 1 });
  let finish: () => void = () => undefined;
  const [id] = give(worker, async () => {
    await nextTurn();
    void worker.send('double');
    void worker.stream('count').next();
    await new Promise<void>((resolve) => (finish = resolve));
  });
  void worker.send('double');
  worker.play(call(1, id as number), [[]]);
  worker.sent();
  await nextTurn();
  await nextTurn();
  expect(worker.sent().map(({ kind, rest }) => [kind, rest])).toEqual([
    ['call', ['double', { nested: true }]],
    ['call', ['count', { nested: true }]],
    ['credit', expect.anything()],
  ]);
  void worker.send('double');
  void worker.stream('count').next();
  expect(worker.sent().map(({ kind, rest }) => [kind, rest])).toEqual([
    ['call', ['count']],
    ['credit', expect.anything()],
  ]);
  finish();
  await nextTurn();
  expect(worker.sent()).toMatchObject([{ kind: 'result', id: 1, payload: null }]);
});

it('whose arguments do not decode is not run', async () => {
  const worker = new FakeWorker();
  const [id] = give(worker, () => 1);
  const header = [0x94, KIND.call, 1, 0xa0, 0x81, 0xa2, 0x6f, 0x6e, id as number, 0xc1];
  worker.transport.give(Buffer.from([header.length, 0, 0, 0, ...header]));
  await nextTurn();
  expect(worker.sent()).toMatchObject([{ kind: 'error', id: 1, payload: { code: 'ERR_SYNAPSE_SERIALIZATION' } }]);
  expect(worker.failures).toEqual([]);
});

it('answers no one when the channel has closed', async () => {
  const worker = new FakeWorker();
  let finish: (value: number) => void = () => undefined;
  const [id] = give(worker, () => new Promise((resolve) => (finish = resolve)));
  worker.play(call(1, id as number), [[]]);
  await nextTurn();
  worker.channel.close(() => new Error('over'), true);
  finish(1);
  await nextTurn();
  expect(worker.sent()).toEqual([]);
});
