import { type Handle, python, type Synapse, shutdown } from '../../src/index';
import { spawnFixture } from '../support/fixture';
import { rejection } from '../support/until';

async function collect<T>(items: AsyncIterable<T>, most = Number.POSITIVE_INFINITY): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) {
    all.push(item);
    if (all.length === most) break;
  }
  return all;
}

function closedIn(synapse: Synapse): Promise<unknown> {
  return new Promise((resolve) => synapse.onEvent('closed', resolve));
}

async function newChat(): Promise<[Synapse, Handle]> {
  const synapse = await spawnFixture('objects');
  return [synapse, await synapse.py.Chat()];
}

const TOKENS = ['a', 'b', 'c'];

describe('the items of an object that stays in Python', () => {
  it.each(['Chat', 'LateChat'])('come one by one, each time anew (%s)', async (type) => {
    const synapse = await spawnFixture('objects');
    const chat = await synapse.py[type]();
    expect(await collect(chat)).toEqual(TOKENS);
    expect(await collect(chat)).toEqual(TOKENS);
  });

  it.each([
    ['tokens', 'tokens'],
    ['later', 'later'],
    ['tokens_later', 'tokens'],
  ])('come of what a method returns (%s), which is closed when it is left', async (method, told) => {
    const [synapse, chat] = await newChat();
    const generator = await chat[method]();
    expect(await collect(generator)).toEqual(TOKENS);
    expect(await collect(generator)).toEqual([]);
    const closed = closedIn(synapse);
    expect(await collect(await chat[method](), 1)).toEqual(['a']);
    expect(await closed).toBe(told);
  });

  it('come of an iterator of any kind', async () => {
    const [, chat] = await newChat();
    expect(await collect(await chat.each())).toEqual(TOKENS);
  });

  it('go on after a loop was left, where the object is an iterator that is no generator', async () => {
    const [, chat] = await newChat();
    const cursor = await chat.cursor();
    expect(await collect(cursor, 1)).toEqual([1]);
    expect(await cursor.closed).toBe(false);
    expect((await collect<number>(cursor, 1))[0]).toBeGreaterThan(1);
  });

  it('are sent as there is room for them, more than fit at once', async () => {
    const [, chat] = await newChat();
    expect((await collect(await chat.tokens(10_000))).length).toBe(30_000);
  });

  it('are made where the methods of objects run', async () => {
    const [, chat] = await newChat();
    expect(await collect(await chat.threads())).toEqual([true, true, true]);
  });

  it('end with what Python raises, after those before it', async () => {
    const [, chat] = await newChat();
    const items: unknown[] = [];
    const reading = async () => {
      for await (const item of await chat.fails()) items.push(item);
    };
    expect(await rejection(reading())).toMatchObject({ name: 'PythonError(ValueError)', message: 'no more words' });
    expect(items).toEqual(['a']);
  });

  it('are refused of what has none', async () => {
    const synapse = await spawnFixture('objects');
    const counter = await synapse.py.Counter();
    expect(await rejection(collect(counter))).toMatchObject({
      code: 'ERR_SYNAPSE_UNSUPPORTED_CALL',
      message: expect.stringContaining('a Counter is not iterable'),
    });
    counter.release();
    expect(await rejection(collect(counter))).toMatchObject({ code: 'ERR_SYNAPSE_STALE_HANDLE', type: 'Counter' });
  });

  it('come of the worker whose object it is', async () => {
    const synapse = await spawnFixture('objects', { workers: 3 });
    const chats: Handle[] = await Promise.all([1, 2, 3].map(() => synapse.py.Chat()));
    expect(await Promise.all(chats.map((chat) => collect(chat)))).toEqual([TOKENS, TOKENS, TOKENS]);
    expect(await Promise.all(chats.map((chat) => collect(chat.tokens())))).toEqual([TOKENS, TOKENS, TOKENS]);
  });
});

describe('the promise that a method gives', () => {
  it.each(['tokens', 'later', 'tokens_later', 'each', 'itself', 'as_list', 'as_set'])('can be iterated itself (%s)', async (method) => {
    const [, chat] = await newChat();
    expect((await collect<string>(chat[method]())).sort()).toEqual(TOKENS);
    expect(await chat.length()).toBe(3);
  });

  it('gives the entries of a map', async () => {
    const [, chat] = await newChat();
    expect(await collect(chat.as_map())).toEqual([[1, 'one']]);
  });

  it('is called at once, in the order of the calls', async () => {
    const synapse = await spawnFixture('objects');
    const counter = await synapse.py.Counter();
    const calls = [counter.increment(), counter.increment(), counter.increment()];
    expect(await Promise.all(calls)).toEqual([1, 2, 3]);
  });

  it('rejects the loop where the call fails, or gives what has no items, and nothing else', async () => {
    const [, chat] = await newChat();
    expect(await rejection(collect(chat.missing()))).toMatchObject({ code: 'ERR_SYNAPSE_UNKNOWN_METHOD' });
    expect(await rejection(collect(chat.fails()))).toMatchObject({ message: 'no more words' });
    expect(await rejection(collect(chat.length()))).toMatchObject({
      code: 'ERR_SYNAPSE_UNSUPPORTED_CALL',
      message: expect.stringContaining('What the call gave, 3, is not iterable'),
    });
  });

  it('lets go of what it gave when the loop is over, and of nothing else', async () => {
    const [synapse, chat] = await newChat();
    const closed = closedIn(synapse);
    const items = chat.tokens();
    expect(await collect(items, 1)).toEqual(['a']);
    expect(await closed).toBe('tokens');
    expect(await rejection(collect(await items))).toMatchObject({ code: 'ERR_SYNAPSE_STALE_HANDLE' });
    expect(await collect(chat.itself(), 1)).toEqual(['a']);
    expect(await chat.length()).toBe(3);
  });

  it('may be left before there is anything', async () => {
    const [synapse, chat] = await newChat();
    const iterator = chat.tokens()[Symbol.asyncIterator]();
    expect(await iterator.return()).toMatchObject({ done: true });
    expect(await iterator.next()).toMatchObject({ done: true });
    const failing = chat.missing()[Symbol.asyncIterator]();
    await failing.return();
    expect(await synapse.send('alive_count')).toBe(1);
  });

  it('gives the items of objects of the module, too', async () => {
    const synapse = await spawnFixture('objects');
    expect(await collect(synapse.py.chat.tokens())).toEqual(TOKENS);
    expect(await collect(synapse.stream('chat.tokens', 2))).toEqual([...TOKENS, ...TOKENS]);
    expect(await collect(await synapse.send<Handle>('chat.tokens'))).toEqual(TOKENS);
  });

  it('cannot be an argument', async () => {
    const [synapse, chat] = await newChat();
    const itself = chat.itself();
    expect(await rejection(synapse.send('value_of', itself))).toMatchObject({ message: expect.stringContaining('await it first') });
    expect(await itself).toBe(chat);
  });
});

describe('python()', () => {
  afterEach(shutdown);

  it('gives handles that are iterated, of iterators of every origin', async () => {
    const { chat, Chat } = await python('./fixtures/objects/main.py', { logs: 'ignore' });
    expect(await collect((await Chat()).tokens())).toEqual(TOKENS);
    expect(await collect(await Chat())).toEqual(TOKENS);
    expect(await collect(await chat.tokens())).toEqual(TOKENS);
    const { enumerate } = await python('builtins');
    expect(await collect(await enumerate(['x']))).toEqual([[0, 'x']]);
  });

  it('calls the release of a lock, and lets go of it by using', async () => {
    const { Lock } = await python('threading');
    const lock = await Lock();
    await lock.acquire();
    expect(await lock.release()).toBeNull();
    expect(await lock.locked()).toBe(false);
    lock[Symbol.dispose]();
    expect(await rejection(Promise.resolve(lock.locked()))).toMatchObject({ code: 'ERR_SYNAPSE_STALE_HANDLE' });
  });
});

describe('an object that has something called as what handles have', () => {
  it('has its own; it is let go of by using', async () => {
    const synapse = await spawnFixture('objects');
    const gate = await synapse.py.Gate();
    expect(await gate.release(2)).toBe('released');
    expect(await gate.toString()).toBe('a gate');
    expect(await gate.log).toEqual(['release 2']);
    expect([`${gate}`, JSON.stringify(gate)]).toEqual(['[Python instance Gate]', '"[Python instance Gate]"']);
    gate[Symbol.dispose]();
    expect(await rejection(Promise.resolve(gate.release()))).toMatchObject({ code: 'ERR_SYNAPSE_STALE_HANDLE' });
  });

  it('has it also where it makes its names only when they are asked for', async () => {
    const synapse = await spawnFixture('objects');
    const lock = await synapse.py.make_lock();
    await lock.acquire();
    expect(await lock.release()).toBeNull();
    expect(await lock.locked()).toBe(false);
  });
});
