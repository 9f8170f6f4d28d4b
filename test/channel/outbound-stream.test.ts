import { Readable } from 'node:stream';
import { KIND } from '../../src/protocol/message';
import { FakeWorker } from '../support/fake-worker';
import { rejection } from '../support/until';

const nextTurn = () => new Promise(setImmediate);

/** A source that tells what is done with it. */
function source(values: unknown[], fails?: Error) {
  const seen: string[] = [];
  async function* generate() {
    try {
      for (const value of values) {
        seen.push(`pulled ${value}`);
        yield value;
      }
      if (fails) throw fails;
    } finally {
      seen.push('closed');
    }
  }
  return { seen, iterable: generate() };
}

/** Gives a stream to a function; its id is 4, since the arguments are encoded after the call got its own. */
function give(worker: FakeWorker, iterable: unknown, options = {}) {
  const call = worker.send('double', [iterable], options);
  return { call, sent: worker.sent() };
}

it('goes as a reference, and nothing is asked of it before Python gives credit', async () => {
  const worker = new FakeWorker();
  const { seen, iterable } = source([1]);
  const { sent } = give(worker, iterable);
  await nextTurn();
  expect(sent).toEqual([{ kind: 'call', id: 2, rest: ['double'], payload: [[{ ext: 13, id: 4 }]] }]);
  expect([seen, worker.sent()]).toEqual([[], []]);
});

it('is pulled while there is credit, and ends', async () => {
  const worker = new FakeWorker();
  const { seen, iterable } = source(['a', 'b', 'c']);
  give(worker, iterable);
  worker.play([KIND.credit, 4, 1]);
  await nextTurn();
  expect(worker.sent()).toEqual([{ kind: 'chunk', id: 4, rest: [], payload: 'a' }]);
  worker.play([KIND.credit, 4, 255]);
  await nextTurn();
  expect(seen).toEqual(['pulled a']);
  worker.play([KIND.credit, 4, 1000]);
  await nextTurn();
  expect(worker.sent()).toEqual([
    { kind: 'chunk', id: 4, rest: [], payload: 'b' },
    { kind: 'chunk', id: 4, rest: [], payload: 'c' },
    { kind: 'end', id: 4, rest: [], payload: undefined },
  ]);
  worker.play([KIND.credit, 4, 1000]);
  expect([seen.at(-1), worker.failures]).toEqual(['closed', []]);
});

test.each([
  [
    'a generator',
    () =>
      (function* () {
        yield 1;
        yield 2;
      })(),
  ],
  ['a Node stream', () => Readable.from([1, 2])],
  [
    'an object with an async iterator',
    () => ({
      async *[Symbol.asyncIterator]() {
        yield 1;
        yield 2;
      },
    }),
  ],
])('can be %s', async (_, make) => {
  const worker = new FakeWorker();
  give(worker, { deep: [make()] });
  worker.play([KIND.credit, 4, 100_000]);
  const messages: unknown[] = [];
  while (messages.length < 3) {
    messages.push(...worker.sent().map(({ kind, payload }) => payload ?? kind));
    await nextTurn();
  }
  expect(messages).toEqual([1, 2, 'end']);
});

it('tells Python of its error', async () => {
  const worker = new FakeWorker();
  give(worker, source([1], new RangeError('broken')).iterable);
  worker.play([KIND.credit, 4, 100_000]);
  await nextTurn();
  const [, error] = worker.sent();
  const traceback = expect.stringContaining('outbound-stream.test');
  expect(error).toMatchObject({ kind: 'error', id: 4, payload: { type: 'RangeError', message: 'broken', traceback } });
});

it('ends with an error at a value that has no form, and is closed', async () => {
  const worker = new FakeWorker();
  const { seen, iterable } = source([{ x: Symbol('s') }, 2]);
  give(worker, iterable);
  worker.play([KIND.credit, 4, 100_000]);
  await nextTurn();
  expect(worker.sent()).toMatchObject([{ kind: 'error', id: 4, payload: { code: 'ERR_SYNAPSE_SERIALIZATION', path: 'chunk.x' } }]);
  expect(seen.at(-1)).toBe('closed');
});

it('is closed when Python leaves it, and answers with its end', async () => {
  const worker = new FakeWorker();
  const { seen, iterable } = source([1, 2, 3]);
  give(worker, iterable);
  worker.play([KIND.credit, 4, 1]);
  await nextTurn();
  worker.play([KIND.cancel, 4]);
  await nextTurn();
  expect(worker.sent().map(({ kind }) => kind)).toEqual(['chunk', 'end']);
  expect(seen).toEqual(['pulled 1', 'closed']);
  worker.play([KIND.credit, 4, 1000]);
  worker.play([KIND.cancel, 4]);
  await nextTurn();
  expect(worker.sent()).toEqual([]);
});

describe('is closed without a word', () => {
  it('when the channel closes', async () => {
    const worker = new FakeWorker();
    const { seen, iterable } = source([1, 2]);
    const { call } = give(worker, iterable);
    const failed = rejection(call);
    worker.play([KIND.credit, 4, 1]);
    await nextTurn();
    worker.channel.close(() => new Error('over'), true);
    await failed;
    await nextTurn();
    expect(seen).toEqual(['pulled 1', 'closed']);
  });

  it('when its call is never sent, or cannot be', async () => {
    const worker = new FakeWorker({ maxInFlight: 1 });
    worker.send('double').catch(() => undefined);
    const abort = new AbortController();
    const streams = [Readable.from([1]), Readable.from([2]), Readable.from([3])] as const;
    const queued = rejection(worker.send('double', [streams[0]], { signal: abort.signal }));
    abort.abort();
    await queued;
    await rejection(worker.send('double', [streams[1], Symbol('s')]));
    const closed = rejection(worker.send('double', [streams[2]]));
    worker.channel.close(() => new Error('over'), true);
    await closed;
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
  });
});
