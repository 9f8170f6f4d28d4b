import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Handle, kw } from '../../src/index';
import { spawnFixture } from '../support/fixture';
import { rejection, until } from '../support/until';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('an object that stays in Python', () => {
  it('has its methods and attributes, also in keywords and coroutines', async () => {
    const synapse = await spawnFixture('objects');
    const counter = await synapse.py.Counter(5);
    expect(await counter.increment()).toBe(6);
    expect(await counter.increment(kw({ by: 4 }))).toBe(10);
    expect(await counter.value).toBe(10);
    expect(await counter.later()).toBe(10);
    expect(await counter(3)).toBe(30);
    expect(await synapse.send('value_of', counter)).toBe(10);
  });

  it('can come from a function, a constant, a class or a method', async () => {
    const synapse = await spawnFixture('objects');
    const made = await synapse.send<Handle>('make_counter', 1);
    const shared = await synapse.py.shared;
    const itself = await made.itself();
    expect(await synapse.py.same(made, itself)).toBe(true);
    expect(await synapse.py.same(made, shared)).toBe(false);
    expect(itself).toBe(made);
    expect(await (await synapse.py.Counter).start).toBe(0);
  });

  it('is the same handle wherever it comes from, also within values', async () => {
    const synapse = await spawnFixture('objects');
    const { items } = await synapse.send<{ items: Handle[] }>('give_shared');
    expect(items[0]).toBe(items[1]);
    expect(items[0]).toBe(await synapse.py.shared);
    expect(await synapse.py.same(items[0], items[1])).toBe(true);
  });

  it('may be a function', async () => {
    const synapse = await spawnFixture('objects');
    const addTwo = await synapse.send<Handle>('adder', 2);
    expect(await addTwo(40)).toBe(42);
  });

  it('is let go by release(), by using and by the garbage collector', async () => {
    const synapse = await spawnFixture('objects');
    const before = await synapse.send<number>('alive_count');
    const released = await synapse.send<Handle>('make_counter');
    released.release();
    expect(await synapse.send('alive_count')).toBe(before);
    const used = await synapse.send<Handle>('make_counter');
    used[Symbol.dispose]();
    expect(await synapse.send('alive_count')).toBe(before);
    await synapse.send('make_counter');
    await until(async () => {
      collectGarbage();
      return (await synapse.send('alive_count')) === before;
    });
  });

  it('cannot be used after its release', async () => {
    const synapse = await spawnFixture('objects');
    const counter = await synapse.send<Handle>('make_counter');
    counter.release();
    const expected = { name: 'StaleHandleError', code: 'ERR_SYNAPSE_STALE_HANDLE', type: 'Counter' };
    expect(await rejection(Promise.resolve(counter.increment()))).toMatchObject(expected);
    expect(await rejection(synapse.send('value_of', counter))).toMatchObject(expected);
  });

  it('cannot be used when its worker is gone', async () => {
    const synapse = await spawnFixture('objects');
    const counter = await synapse.send<Handle>('make_counter');
    await synapse.dispose();
    expect(await rejection(Promise.resolve(counter.increment()))).toMatchObject({ code: 'ERR_SYNAPSE_STALE_HANDLE' });
  });

  it('cannot be given to another worker', async () => {
    const [one, other] = await Promise.all([spawnFixture('objects'), spawnFixture('objects')]);
    const counter = await one.send<Handle>('make_counter');
    expect(await rejection(other.send('value_of', counter))).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION', path: 'arguments[0]' });
  });

  it('shows neither private nor unknown names', async () => {
    const synapse = await spawnFixture('objects');
    const counter = await synapse.send<Handle>('make_counter');
    expect(await rejection(Promise.resolve(counter._hidden()))).toMatchObject({ code: 'ERR_SYNAPSE_UNKNOWN_METHOD' });
    expect(await rejection(Promise.resolve(counter.missing))).toMatchObject({ code: 'ERR_SYNAPSE_UNKNOWN_METHOD' });
  });

  it('is no promise, and prints as what it is', async () => {
    const synapse = await spawnFixture('objects');
    const counter = await synapse.send<Handle>('make_counter');
    expect(counter.then).toBeUndefined();
    expect(inspect(counter)).toContain('Counter');
    expect(await counter).toBe(counter);
  });
});

describe('a function of this program', () => {
  it('can be called from a function, a coroutine and a thread', async () => {
    const synapse = await spawnFixture('objects');
    const callback = async (a: number, b = 1) => a + b;
    expect(await synapse.send('call_with', (): string => 'sync')).toBe('sync');
    for (const method of ['call_with', 'call_later', 'call_in_thread']) {
      expect(await synapse.py[method]?.(callback, 1, 2)).toBe(3);
    }
  });

  it('may call the same module while that waits for it', async () => {
    const synapse = await spawnFixture('objects');
    const callback = async (n: number): Promise<number> => (n === 0 ? 0 : 1 + ((await synapse.py.call_with(callback, n - 1)) as number));
    expect(await synapse.py.call_with(callback, 5)).toBe(5);
  });

  it('gets objects of Python, and may give them back', async () => {
    const synapse = await spawnFixture('objects');
    const shared = await synapse.py.shared;
    const seen: unknown[] = [];
    const result = await synapse.py.call_with((each: unknown) => {
      seen.push(each);
      return each;
    }, shared);
    expect(seen).toEqual([shared]);
    expect(result).toBe(shared);
  });

  it('that throws raises in Python, with its name and message', async () => {
    const synapse = await spawnFixture('objects');
    const fails = () => {
      throw new TypeError('not today');
    };
    expect(await synapse.send('caught', fails)).toEqual(['CallbackError', 'TypeError: not today']);
  });

  it('that gives what cannot be sent raises in Python', async () => {
    const synapse = await spawnFixture('objects');
    const [type, message] = await synapse.send<string[]>('caught', () => ({ x: Symbol('s') }));
    expect(type).toBe('CallbackError');
    expect(message).toContain('answer.x');
  });

  it('can be kept and called later, and is let go when Python drops it', async () => {
    const synapse = await spawnFixture('objects');
    const weak: WeakRef<() => string>[] = [];
    const keep = async () => {
      const callback = () => 'kept';
      weak.push(new WeakRef(callback));
      await synapse.send('keep', callback);
    };
    await keep();
    expect(await synapse.send('call_kept')).toBe('kept');
    await synapse.send('forget');
    await until(() => {
      collectGarbage();
      return weak[0]?.deref() === undefined;
    });
  });
});
