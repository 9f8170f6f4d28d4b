import { Readable } from 'node:stream';
import type { Synapse } from '../../src/api/synapse';
import { spawnFixture } from '../support/fixture';
import { rejection } from '../support/until';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function closedIn(synapse: Synapse): Promise<unknown> {
  return new Promise((resolve) => synapse.onEvent('closed', resolve));
}

describe('from Python', () => {
  it('a generator is a stream', async () => {
    const synapse = await spawnFixture('streams');
    expect(await collect(synapse.stream('batches', 3))).toEqual([{ i: 0 }, { i: 1 }, { i: 2 }]);
    expect(await collect(synapse.stream('batches', 0))).toEqual([]);
    expect(await collect(synapse.py.batches(2))).toEqual([{ i: 0 }, { i: 1 }]);
  });

  it.each(['slowly', 'in_thread', 'listed'])('%s is a stream too', async (method) => {
    const synapse = await spawnFixture('streams');
    expect(await collect(synapse.stream(method, 5))).toEqual([0, 1, 2, 3, 4]);
  });

  it('more items than fit into the window come in order', async () => {
    const synapse = await spawnFixture('streams');
    for (const method of ['listed', 'slowly', 'in_thread']) {
      const items = await collect<number>(synapse.stream(method, 20_000));
      expect(items.length).toBe(20_000);
      expect(items.every((item, at) => item === at)).toBe(true);
    }
  });

  it('several streams and calls go on side by side', async () => {
    const synapse = await spawnFixture('streams');
    const [a, b, c] = await Promise.all([
      collect(synapse.stream('batches', 3000)),
      collect(synapse.stream('fails_after', 0)).catch((error: Error) => error.message),
      synapse.send('how_many'),
    ]);
    expect([a.length, b, c]).toEqual([3000, 'no more', 0]);
  });

  it('what it raises comes after the items before it', async () => {
    const synapse = await spawnFixture('streams');
    const items: unknown[] = [];
    const all = async () => {
      for await (const item of synapse.stream('fails_after', 3)) items.push(item);
    };
    expect(await rejection(all())).toMatchObject({ name: 'PythonError(ValueError)', message: 'no more' });
    expect(items).toEqual([0, 1, 2]);
  });

  it.each(['numbers', 'slowly', 'in_thread'])('break closes the generator in Python (%s)', async (method) => {
    const synapse = await spawnFixture('streams');
    const closed = closedIn(synapse);
    for await (const _ of synapse.stream(method, method === 'numbers' ? undefined : 1_000_000)) break;
    expect(await closed).toBe(method);
    expect(await synapse.send('total', [1, 2])).toBe(3);
  });

  it('an error thrown by the reader closes it too', async () => {
    const synapse = await spawnFixture('streams');
    const closed = closedIn(synapse);
    const reading = async () => {
      for await (const _ of synapse.stream('numbers')) throw new Error('enough');
    };
    expect((await rejection(reading())).message).toBe('enough');
    expect(await closed).toBe('numbers');
  });

  it('an abort ends it with the reason of the signal, and closes it', async () => {
    const synapse = await spawnFixture('streams');
    const closed = closedIn(synapse);
    const abort = new AbortController();
    const reason = new Error('no longer');
    const reading = async () => {
      for await (const _ of synapse.stream('numbers', undefined, { signal: abort.signal })) abort.abort(reason);
    };
    expect(await rejection(reading())).toBe(reason);
    expect(await closed).toBe('numbers');
  });

  it('an aborted signal begins nothing', async () => {
    const synapse = await spawnFixture('streams');
    const signal = AbortSignal.abort();
    expect(await rejection(collect(synapse.stream('numbers', undefined, { signal })))).toBe(signal.reason);
    expect(await synapse.send('how_many')).toBe(0);
  });

  it('a reader that stops holds Python back, and nobody else', async () => {
    const synapse = await spawnFixture('streams');
    const reader = synapse.py.blocks(64 * 1024, 1000)[Symbol.asyncIterator]();
    await reader.next();
    let before = -1;
    let now = await synapse.send<number>('how_many');
    while (now !== before) {
      before = now;
      await new Promise((resolve) => setImmediate(resolve));
      now = await synapse.send<number>('how_many');
    }
    expect(now).toBeLessThan(40); // the window is 1 MiB, and as much again may be granted while it is read
    let rest = 1;
    while (!(await reader.next()).done) rest += 1;
    expect(rest).toBe(1000);
  });

  it('a slow generator on the main thread lets other calls in between', async () => {
    const synapse = await spawnFixture('streams');
    const reader = synapse.py.waits_between(1_000_000, 0.002)[Symbol.asyncIterator]();
    await reader.next();
    expect(await synapse.send('total', [4, 5])).toBe(9);
    expect((await reader.next()).value).toBe(1);
    await reader.return?.();
  });

  it('ends with the error of a crash', async () => {
    const synapse = await spawnFixture('streams');
    const reading = async () => {
      for await (const _ of synapse.stream('numbers')) process.kill(synapse.pid as number, 'SIGKILL');
    };
    expect(await rejection(reading())).toMatchObject({ code: 'ERR_SYNAPSE_WORKER_CRASHED' });
  });

  it('ends at dispose()', async () => {
    const synapse = await spawnFixture('streams');
    const reading = rejection(collect(synapse.stream('numbers')));
    while ((await synapse.send<number>('how_many')) === 0);
    await synapse.dispose();
    expect(await reading).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
  });
});

describe('to Python', () => {
  async function* upTo(n: number): AsyncGenerator<number> {
    for (let at = 1; at <= n; at += 1) yield at;
  }

  it.each(['total', 'total_async', 'total_in_thread'])('an async iterable is an iterator there (%s)', async (method) => {
    const synapse = await spawnFixture('streams');
    expect(await synapse.send(method, upTo(4))).toBe(10);
    expect(await synapse.send(method, upTo(20_000))).toBe(200_010_000);
  });

  it('a generator and a Node stream are too', async () => {
    const synapse = await spawnFixture('streams');
    const generator = (function* () {
      yield* [1, 2, 3];
    })();
    expect(await synapse.send('total', generator)).toBe(6);
    expect(await synapse.send('total', Readable.from([1, 2, 3]))).toBe(6);
  });

  it('goes through a generator of Python and back', async () => {
    const synapse = await spawnFixture('streams');
    expect(await collect(synapse.stream('doubled', upTo(3)))).toEqual([2, 4, 6]);
  });

  it('is closed when Python leaves it', async () => {
    const synapse = await spawnFixture('streams');
    let close: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => {
      close = resolve;
    });
    async function* endless() {
      try {
        for (let at = 0; ; at += 1) yield at;
      } finally {
        close();
      }
    }
    expect(await synapse.send('first', endless())).toBe(0);
    await closed;
  });

  it('is not touched by a function that does not read it', async () => {
    const synapse = await spawnFixture('streams');
    let begun = false;
    async function* watched() {
      begun = true;
      yield 1;
    }
    expect(await synapse.send('nothing_of', watched())).toBe('untouched');
    expect(begun).toBe(false);
  });

  it('what it throws is raised in Python', async () => {
    const synapse = await spawnFixture('streams');
    async function* broken() {
      yield 1;
      throw new RangeError('source broke');
    }
    const error = await rejection(synapse.send('total', broken()));
    expect(error).toMatchObject({ type: 'CallbackError', message: 'RangeError: source broke' });
  });

  it('is pulled no further than the window while Python does not read', async () => {
    const synapse = await spawnFixture('streams');
    let pulled = 0;
    async function* blocks() {
      for (; pulled < 500; pulled += 1) yield new Uint8Array(64 * 1024);
    }
    const reader = synapse.stream('passed_on', blocks())[Symbol.asyncIterator]();
    await reader.next();
    await synapse.ping();
    expect(pulled).toBeLessThan(80);
    let rest = 1;
    while (!(await reader.next()).done) rest += 1;
    expect(rest).toBe(500);
  });
});
