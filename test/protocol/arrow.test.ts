import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as arrow from 'apache-arrow';
import { ARROW_IS_MISSING, type ArrowTable, findArrow, isArrowTable, writeTable } from '../../src/protocol/arrow';
import { Encoder } from '../../src/protocol/encoder';

type Arrow = typeof arrow;

/** As in a program that imports and requires the package. */
function anotherCopy(): Arrow {
  let copy: Arrow | undefined;
  jest.isolateModules(() => {
    copy = jest.requireActual<Arrow>('apache-arrow');
  });
  return copy as Arrow;
}

function tables({ tableFromArrays, Table, vectorFromArray, ...types }: Arrow): Record<string, arrow.Table> {
  const { Field, Utf8, Int32, List, Struct, Dictionary, Uint8, Bool, TimestampMillisecond, Decimal } = types;
  const nested = new Table({
    list: vectorFromArray([[1, 2], [], null], new List(new Field('item', new Int32(), true))),
    struct: vectorFromArray([{ a: 'x' }, { a: null }, { a: 'y' }], new Struct([new Field('a', new Utf8(), true)])),
    kind: vectorFromArray(['k', 'l', 'k'], new Dictionary(new Utf8(), new Uint8())),
    truth: vectorFromArray([true, null, false], new Bool()),
    when: vectorFromArray([new Date(0), null, new Date(5)], new TimestampMillisecond('UTC')),
    price: vectorFromArray([new Uint32Array(4), null, new Uint32Array(4)], new Decimal(2, 10)),
  });
  return {
    numbers: tableFromArrays({ n: Float64Array.of(1, 2, 3), s: ['a', 'b', 'a'] }),
    nested,
    batches: nested.concat(nested),
    sliced: nested.slice(1, 3),
    'no rows': new Table(nested.schema),
    nothing: new Table(),
  } as Record<string, arrow.Table>;
}

const foreign = anotherCopy();

test.each(Object.entries(tables(foreign)))('writes a table of another copy as that copy would: %s', (name, table) => {
  const own = foreign.tableToIPC(table, 'stream');
  expect(isArrowTable(table)).toBe(true);
  expect(Buffer.compare(writeTable(table as unknown as ArrowTable), own)).toBe(0);
  const near = tables(arrow)[name] as arrow.Table;
  expect(Buffer.compare(writeTable(near as unknown as ArrowTable), arrow.tableToIPC(near, 'stream'))).toBe(0);
});

it('writes a dictionary that batches share once', () => {
  const batches = (tables(foreign)['numbers'] as arrow.Table).concat(tables(foreign)['numbers'] as arrow.Table);
  expect(writeTable(batches as unknown as ArrowTable).length).toBe(foreign.tableToIPC(batches, 'stream').length);
});

test.each([null, undefined, 1, 'x', [], {}, { schema: {}, batches: [] }, { batches: [] }, new Map(), () => 1])(
  '%p is no table',
  (value) => {
    expect(isArrowTable(value)).toBe(false);
  },
);

test.each([[''], ['010203'], ['00'.repeat(64)], ['ffffffff01000000aa']])('refuses bytes that are no stream: %p', (hex) => {
  expect(() => findArrow()?.(Buffer.from(hex, 'hex'))).toThrow();
});

it('puts a large table out of band and a small one in line', () => {
  const small = arrow.tableFromArrays({ n: Int32Array.of(1) });
  const large = arrow.tableFromArrays({ n: new Float64Array(10_000) });
  const { buffers } = new Encoder('rich').encode([small, large], 'payload');
  expect(buffers.map(({ length }) => length)).toEqual([arrow.tableToIPC(large, 'stream').length]);
});

it('refuses a table in a plain conversation, and says what to send instead', () => {
  const table = arrow.tableFromArrays({ n: Int32Array.of(1) });
  expect(() => new Encoder('plain').encode({ table }, 'payload')).toThrow(
    expect.objectContaining({ path: 'payload.table', message: expect.stringContaining('tableToIPC()') }),
  );
});

describe('without apache-arrow', () => {
  const folder = mkdtempSync(join(tmpdir(), 'synapse-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('finds it nowhere, and names the package when a table is to be written', () => {
    jest.isolateModules(() => {
      jest.doMock('node:module', () => ({ createRequire: () => ({ resolve: () => jest.requireActual(['no', 'package'].join('-')) }) }));
      const { findArrow: find, writeTable: write } =
        jest.requireActual<typeof import('../../src/protocol/arrow')>('../../src/protocol/arrow');
      const { arrowCodec } = jest.requireActual<typeof import('../../src/codecs/arrow')>('../../src/codecs/arrow');
      const table = arrow.tableFromArrays({ n: [1] });
      expect(find(folder)).toBeUndefined();
      expect(() => write(table as unknown as ArrowTable, folder)).toThrow(ARROW_IS_MISSING);
      for (const use of [() => arrowCodec.serialize(table as unknown as ArrowTable), () => arrowCodec.deserialize(new Uint8Array(1))]) {
        expect(use).toThrow(
          expect.objectContaining({ code: 'ERR_SYNAPSE_SERIALIZATION', message: expect.stringContaining('npm install apache-arrow') }),
        );
      }
    });
    jest.dontMock('node:module');
  });
});
