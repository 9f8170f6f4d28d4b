import { join } from 'node:path';
import { python, shutdown } from '../../src/api/python';
import { kw } from '../../src/channel/keywords';
import { FIXTURES, spawnFixture } from '../support/fixture';
import { rejection } from '../support/until';

const PLACE = join(FIXTURES, 'python-files');

// biome-ignore lint/suspicious/noExplicitAny: a Python module has whatever names it has
let m: any;
// biome-ignore lint/suspicious/noExplicitAny: a Python module has whatever names it has
let builtins: any;
beforeAll(async () => {
  [m, builtins] = await Promise.all([python(join(PLACE, 'passed.py')), python('builtins')]);
});
afterAll(shutdown);

async function collect(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('a name of a module as an argument', () => {
  it('is what Python has under it: alone, by keyword, and within every container', async () => {
    expect(await m.call([m.neg], 5)).toEqual([-5]);
    expect(await m.keyed([1, 3, 2], kw({ key: m.neg }))).toEqual([3, 2, 1]);
    expect(await builtins.sorted([1, 3, 2], kw({ key: m.neg, reverse: true }))).toEqual([1, 2, 3]);
    const given = { deep: [{ f: m.neg }], map: new Map([['k', m.Shape]]), set: new Set([m.LIMIT, 7]) };
    expect(await m.take(given)).toEqual({ deep: [{ f: 'neg' }], map: { k: 'Shape' }, set: [3, 7] });
    expect(await m.take(new Map([[m.LIMIT, 'key']]))).toEqual(new Map([[3, 'key']]));
  });

  it('may have dots, and be of an object', async () => {
    const shape = await m.Shape('cube');
    expect(await m.call([m.Shape.double], 4)).toEqual([8]);
    expect(await m.take([shape.name, shape.inner.name, m.Shape.sides])).toEqual(['cube', 'cube', 4]);
    expect(await m.same(shape.inner, shape)).toBe(true);
  });

  it('goes to methods of objects, calls of objects, streams and attributes of any depth', async () => {
    const [shape, neg] = [await m.Shape(), await builtins.getattr(m, 'neg')];
    expect([await shape.submit(m.neg, 3), await shape.inner.submit(m.neg, kw({ value: 4 })), await neg(m.LIMIT)]).toEqual([-3, -4, -3]);
    expect(await collect(m.each(m.neg, 1, m.LIMIT))).toEqual([-1, -3]);
    expect(await new m.Shape(m.LIMIT).then((made: { name: Promise<number> }) => made.name)).toBe(3);
  });

  it('is read for each call, and what needs no reading is not kept waiting', async () => {
    const first = m.take([m.state]);
    expect(await m.tick()).toBe(1);
    expect([await first, await m.take([m.state])]).toEqual([[{ n: 0 }], [{ n: 1 }]]);
  });

  it('stands beside functions and iterables of this program, which are sent once', async () => {
    const seen: string[] = [];
    function* numbers() {
      try {
        yield* [1, 2, 3];
      } finally {
        seen.push('closed');
      }
    }
    expect(await m.total(m.neg, numbers(), [m.Shape])).toEqual(['neg', 6, ['Shape']]);
    expect(seen).toEqual(['closed']);
    expect(await m.call([(value: number) => value * 2, m.neg], 4)).toEqual([8, -4]);
  });

  it('that is not there rejects the call, and closes the iterables that it would have had', async () => {
    let isClosed = false;
    function* numbers() {
      try {
        yield 1;
      } finally {
        isClosed = true;
      }
    }
    const started = numbers();
    started.next();
    expect(await rejection(m.total(m.nothing, started, 1))).toMatchObject({
      code: 'ERR_SYNAPSE_UNKNOWN_METHOD',
      message: expect.stringContaining('nothing'),
    });
    expect(isClosed).toBe(true);
    const failed = collect(m.each(m.neg, m.nothing));
    expect(await rejection(failed)).toMatchObject({ code: 'ERR_SYNAPSE_UNKNOWN_METHOD' });
  });

  it('is what a function of this program may return, but not an item of an iterable', async () => {
    expect(await m.take_from(() => [m.neg, m.LIMIT])).toEqual(['neg', 3]);
    expect(await m.take_from(() => m.Shape)).toBe('Shape');
    function* functions() {
      yield m.neg;
    }
    expect(await rejection(m.call(functions(), 1))).toMatchObject({ message: expect.stringContaining('neg of the module passed') });
  });

  it('may be a getter that gives another object each time', async () => {
    expect(
      await m.take({
        get f() {
          return m.Shape.double;
        },
      }),
    ).toEqual({ f: 'double' });
  });
});

describe('a module as an argument', () => {
  it('is the module', async () => {
    expect([await m.is_own(m), await m.take([m, { builtins }])]).toEqual([true, ['passed', { builtins: 'builtins' }]]);
    expect(await builtins.getattr(m, 'LIMIT')).toBe(3);
  });

  it('of a Synapse is refused', async () => {
    const { py } = await spawnFixture('objects');
    expect(await rejection(py.same(py, 1))).toMatchObject({
      code: 'ERR_SYNAPSE_UNSUPPORTED_CALL',
      message: expect.stringContaining('py.name'),
    });
  });
});

describe('with another worker', () => {
  it('functions are refused with both names, and data are sent', async () => {
    const other = await python(join(PLACE, 'passed.py'), { python: 'python3' });
    expect(await rejection(builtins.sorted([1], kw({ key: other.neg })))).toMatchObject({
      code: 'ERR_SYNAPSE_SERIALIZATION',
      path: 'arguments.key',
      message: expect.stringMatching(/neg of the module passed belongs to another worker than sorted/),
    });
    expect(await rejection(m.take([other]))).toMatchObject({
      path: 'arguments[0][0]',
      message: expect.stringContaining('the module passed'),
    });
    expect(await m.take([other.LIMIT])).toEqual([3]);
  });
});

describe('names of a Synapse', () => {
  it('can be arguments of each of its calls', async () => {
    const synapse = await spawnFixture('objects');
    const { py } = synapse;
    const counter = await py.make_counter(5);
    expect(await py.same(py.Counter, py.Counter)).toBe(true);
    expect(await synapse.send('same', kw({ a: py.Counter, b: py.make_counter }))).toBe(false);
    expect(await py.same(counter.itself, py.shared)).toBe(false);
    expect(await py.value_of(py.shared)).toBe(40);
  });

  it('are read in the worker of a pool that has the call, also when each has as many calls as it takes', async () => {
    const synapse = await spawnFixture('objects', { workers: 2, maxInFlight: 1 });
    const { py } = synapse;
    const calls = Array.from({ length: 8 }, () => py.same(py.Counter, py.Counter));
    expect(await Promise.all(calls)).toEqual(calls.map(() => true));
    const counters = await Promise.all([py.make_counter(1), py.make_counter(2), py.make_counter(3)]);
    expect(await Promise.all(counters.map((counter) => py.same(counter.itself, 1)))).toEqual([false, false, false]);
  });
});

describe('while a name is read', () => {
  it('the time of the call runs, and its signal counts', async () => {
    const synapse = await spawnFixture('objects', { callTimeout: 0 });
    const aborter = new AbortController();
    const call = synapse.send('value_of', synapse.py.shared, { signal: aborter.signal });
    aborter.abort(new Error('enough'));
    expect(await rejection(call)).toMatchObject({ message: 'enough' });
    expect(await synapse.send('value_of', synapse.py.shared, { timeout: 60_000 })).toBe(40);
  });
});
