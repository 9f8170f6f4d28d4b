import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import * as arrow from 'apache-arrow';
import fc from 'fast-check';
import type { Synapse } from '../../src/api/synapse';
import * as library from '../../src/index';
import { anyValue, asRead } from '../support/any-value';
import { FIXTURES, makeForFixture, makeSynapse, spawnFixture } from '../support/fixture';
import { rejection } from '../support/until';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'types.md'), 'utf8');
/** What expressions on the page may use besides the library. */
const helpers = {
  cyclic: () => {
    const items: unknown[] = [];
    items.push(items);
    return items;
  },
  nested: (depth: number) => {
    let value: unknown = 0;
    for (let at = 0; at < depth; at += 1) value = [value];
    return value;
  },
};

interface Row {
  left: string;
  right: string;
}

/** Reads the table that stands behind a comment. */
function rowsOf(name: string): Row[] {
  const table = page.split(`<!-- ${name} -->`)[1]?.split('\n\n')[0] ?? '';
  const lines = table.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) => {
    const [left = '', right = ''] = line.split(' | ').map((cell) => cell.replace(/^\| /, '').replaceAll('`', ''));
    return { left, right };
  });
}

function evaluate(expression: string): unknown {
  const { Float64, Table, tableFromArrays, Utf8, vectorFromArray } = arrow;
  const scope = { ...library, ...helpers, Float64, Table, tableFromArrays, Utf8, vectorFromArray };
  return new Function(...Object.keys(scope), `return (${expression});`)(...Object.values(scope));
}

function expectSame(found: unknown, expected: unknown): void {
  expect(found).toEqual(expected);
  if (typeof expected !== 'object' || expected === null) return;
  expect(found?.constructor).toBe(expected.constructor);
  if (Object.hasOwn(Object.getPrototypeOf(expected), 'toString')) expect(String(found)).toBe(String(expected));
  expect(Object.keys(found as object)).toEqual(Object.keys(expected));
}

async function expectArrives(synapse: Synapse, { left, right }: Row): Promise<void> {
  if (right !== 'error') return expectSame(await synapse.send('make', left), evaluate(right));
  expect(await rejection(synapse.send('make', left))).toMatchObject({
    code: 'ERR_SYNAPSE_SERIALIZATION',
    path: expect.stringMatching(/^result/),
  });
}

async function expectIsTaken(synapse: Synapse, { left, right }: Row): Promise<void> {
  if (right !== 'error') return expect(await synapse.py.difference(evaluate(left), right)).toBeNull();
  const error = await rejection(synapse.py.difference(evaluate(left), 'None'));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION', path: expect.stringMatching(/^arguments\[0\]/) });
}

it.each([
  ['from python', 55],
  ['from python with numpy', 18],
  ['from typescript', 40],
  ['from typescript with numpy', 9],
  ['from typescript with pyarrow', 5],
])('the table %s of docs/types.md has its rows', (name, least) => {
  expect(rowsOf(name).length).toBeGreaterThanOrEqual(least);
});

/** As Python gives it back: its sets have no order, and it writes a Decimal in a form of its own. */
function normal(value: unknown): string {
  return inspect(comparable(asRead(value)), {
    depth: null,
    maxArrayLength: null,
    maxStringLength: null,
    breakLength: Number.POSITIVE_INFINITY,
  });
}

function comparable(value: unknown): unknown {
  if (value instanceof library.Decimal) return ['a Decimal', digitsOf(String(value))];
  if (value instanceof Set) return ['a set', ...[...value].map((item) => normal(item)).sort()];
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, comparable(item)]));
  if (Array.isArray(value)) return value.map(comparable);
  const isPlain = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? Object.entries(value).map(([key, item]) => [key, comparable(item)]) : value;
}

/** Sign, digits and exponent of a Decimal's text. */
function digitsOf(text: string): [string, string, number] {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/.exec(text) ?? [];
  return [sign, (whole + fraction).replace(/^0+(?=\d)/, ''), Number(exponent) - fraction.length];
}

async function expectEveryValueComesBack(synapse: Synapse): Promise<void> {
  await fc.assert(
    fc.asyncProperty(anyValue, async (value) => {
      expect(normal(await synapse.send('echo', [value]))).toEqual(normal([value]));
    }),
    { numRuns: 150 },
  );
}

describe('on the standard library alone', () => {
  let synapse: Synapse;
  beforeEach(async () => {
    synapse = makeForFixture({ args: ['--without-msgpack'] });
    await synapse.spawn(join(FIXTURES, 'values'));
    expect(await synapse.send('has_compiled_codec')).toBe(false);
  });

  it('values arrive from Python as docs/types.md says', async () => {
    for (const row of rowsOf('from python')) await expectArrives(synapse, row);
  });

  it('values arrive in Python as docs/types.md says', async () => {
    for (const row of rowsOf('from typescript')) await expectIsTaken(synapse, row);
  });

  it('every value comes back as it was', () => expectEveryValueComesBack(synapse));

  it('a typed array arrives as a memoryview of its format and shape', async () => {
    const array = new library.NDArray(new Int16Array([1, 2, 3, 4]), [2, 2]);
    expect(await synapse.send('memory', array)).toEqual([
      'memoryview',
      'h',
      [2, 2],
      [
        [1, 2],
        [3, 4],
      ],
    ]);
  });
});

describe('with msgpack, NumPy and pandas', () => {
  let synapse: Synapse;
  beforeEach(async () => {
    synapse = makeSynapse({ requirements: 'data.txt', args: ['--without-pyarrow'] });
    await synapse.spawn(join(FIXTURES, 'values'));
    expect(await synapse.send('has_compiled_codec')).toBe(true);
  }, 300_000);

  it.each(['from python', 'from python with numpy'])('values arrive %s as docs/types.md says', async (table) => {
    for (const row of rowsOf(table)) await expectArrives(synapse, row);
  });

  it.each(['from typescript', 'from typescript with numpy'])('values arrive %s as docs/types.md says', async (table) => {
    for (const row of rowsOf(table)) await expectIsTaken(synapse, row);
  });

  it('every value comes back as it was', () => expectEveryValueComesBack(synapse));

  it('large arrays and byte strings come back as they were', async () => {
    const numbers = Float64Array.from({ length: 200_000 }, (_, at) => at / 3);
    const bytes = new Uint8Array(numbers.buffer.slice(0, 100_003));
    const back = await synapse.send<{ numbers: library.NDArray; bytes: Uint8Array; text: string }>('echo', {
      numbers,
      bytes,
      text: 'small',
    });
    expect(back.numbers.data).toEqual(numbers);
    expect(Buffer.compare(back.bytes, bytes)).toBe(0);
    expect(back.text).toBe('small');
  });
});

it('an Arrow table without PyArrow is refused by the name of that package, for that call only', async () => {
  const synapse = await spawnFixture('values');
  const error = await rejection(synapse.send('echo', arrow.tableFromArrays({ n: [1] })));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION', message: expect.stringContaining('takes pyarrow: add it to') });
  expect(await synapse.send('echo', 1)).toBe(1);
});

it('arrowCodec carries tables of a Module: of a call, a stream and an event', async () => {
  const options = { requirements: 'data.txt', progress: false };
  const codec = library.arrowCodec.as<arrow.Table>();
  const module = new library.Module('tables')
    .python(join(FIXTURES, 'values'), 'main', options)
    .method('echo', { codec })
    .method('rows', { codec, response: 'stream' })
    .method('tell', { requestCodec: codec, response: 'ack' })
    .event('told', { codec });
  const manager = new library.ModuleManager().register(module);
  try {
    await manager.spawn();
    const table = arrow.tableFromArrays({ x: Float64Array.of(0.5, 1.5, 2.5), t: ['a', 'b', null] });
    const plain = (each: arrow.Table) => each.toArray().map((row) => row.toJSON());
    expect(plain(await module.send('echo', table))).toEqual(plain(table));
    const rows: unknown[] = [];
    for await (const row of module.stream('rows', table)) rows.push(...plain(row));
    expect(rows).toEqual(plain(table));
    const told = new Promise<arrow.Table>((resolve) => module.onEvent('told', resolve));
    await module.send('tell', table);
    expect(plain(await told)).toEqual(plain(table));
    expect(await rejection(module.send('echo', [1] as never))).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION', path: 'arguments[0]' });
  } finally {
    await manager.shutdown();
  }
}, 300_000);

describe('with apache-arrow and PyArrow', () => {
  let synapse: Synapse;
  beforeEach(async () => {
    synapse = makeSynapse({ requirements: 'data.txt' });
    await synapse.spawn(join(FIXTURES, 'values'));
  }, 300_000);

  it('a DataFrame is an Arrow table', async () => {
    const { table } = await synapse.send<{ table: arrow.Table }>('make', '{"table": pd.DataFrame({"n": [1, 2], "t": ["a", None]})}');
    expect(table).toBeInstanceOf(arrow.Table);
    expect(table.toArray().map((row) => row.toJSON())).toEqual([
      { n: 1n, t: 'a' },
      { n: 2n, t: null },
    ]);
    const large = await synapse.send<arrow.Table>('make', 'pd.DataFrame({"x": np.arange(100_000.0)})');
    expect([large.numRows, large.getChild('x')?.get(99_999)]).toEqual([100_000, 99_999]);
  });

  it('tables arrive in Python as docs/types.md says', async () => {
    for (const row of rowsOf('from typescript with pyarrow')) await expectIsTaken(synapse, row);
  });

  it('a table comes back as it was, small or large, as an argument of send and of py, within other values', async () => {
    for (const rows of [3, 50_000]) {
      const table = arrow.tableFromArrays({ x: Float64Array.from({ length: rows }, (_, at) => at / 3), n: new Uint8Array(rows).fill(7) });
      const back = [await synapse.send('echo', table), (await synapse.py.echo([{ table }]))[0].table] as arrow.Table[];
      for (const each of back) {
        expect(each.schema.names).toEqual(['x', 'n']);
        expect(each.getChild('x')?.toArray()).toEqual(table.getChild('x')?.toArray());
        expect(each.getChild('n')?.get(rows - 1)).toBe(7);
      }
    }
  });
});

it.each([
  ['auto', 1, 2n ** 60n],
  ['bigint', 1n, 2n ** 60n],
  ['number', 1, 2 ** 60],
] as const)('int: %s decides what becomes of whole numbers', async (int, small, large) => {
  const synapse = makeForFixture({ int });
  await synapse.spawn(join(FIXTURES, 'values'));
  expect(await synapse.send('make', '[1, 2**60]')).toEqual([small, large]);
});
