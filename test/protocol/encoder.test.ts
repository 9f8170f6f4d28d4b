import { runInNewContext } from 'node:vm';
import { encode as reference } from '@msgpack/msgpack';
import fc from 'fast-check';
import { SerializationError, SynapseError } from '../../src/errors';
import { Encoder } from '../../src/protocol/encoder';
import { MAX_COPIED_BYTES } from '../../src/protocol/frame';
import { NDArray } from '../../src/protocol/ndarray';
import { PreciseDate } from '../../src/protocol/precise-date';
import type { Refer } from '../../src/protocol/reference';
import { Decimal } from '../../src/protocol/values';
import { buffersOf, type EncodingRow, encodingOf, load, Referred, untag } from '../support/vectors';

const { both_directions: rows } = load<{ both_directions: EncodingRow[] }>('values.json');
const refer: Refer = (value) => (value instanceof Referred ? { code: value.code, id: value.details[0] as number } : undefined);

function hex(value: unknown): string {
  return Buffer.from(new Encoder('rich', refer).encode(value, 'payload').payload).toString('hex');
}

test.each(rows.filter((row) => !row.python_only))('writes the golden value as its golden bytes: $name', (row) => {
  const { payload, buffers } = new Encoder('rich', refer).encode(untag(row.value), 'payload');
  expect(Buffer.from(payload).equals(encodingOf(row))).toBe(true);
  expect(buffers.map((buffer) => Buffer.from(buffer).toString('hex'))).toEqual(
    buffersOf(row).map((buffer) => Buffer.from(buffer).toString('hex')),
  );
});

it('writes plain values as the reference implementation does', () => {
  const leaf = fc.oneof(
    fc.constantFrom(null, true, false, '', 2 ** 31, -(2 ** 31), 2 ** 53, 1.5),
    fc.maxSafeInteger().map((number) => number + 0),
    fc.double({ noNaN: true }).filter((number) => !Object.is(number, -0)),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.uint8Array(),
    fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') }),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value'), { maxLength: 40 }), fc.dictionary(fc.string(), tie('value'))),
  }));
  fc.assert(fc.property(value, (original) => expect(hex(original)).toBe(Buffer.from(reference(original)).toString('hex'))));
});

it('gives each text the head for its bytes, not its characters', () => {
  for (const letter of ['a', 'ü', '世', '🧪']) {
    for (const length of [1, 7, 8, 10, 11, 15, 16, 20, 21, 31, 32, 85, 86, 127, 128, 255, 256, 21_845, 21_846, 65_535, 65_536]) {
      expect(hex(letter.repeat(length)) === Buffer.from(reference(letter.repeat(length))).toString('hex')).toBe(true);
    }
  }
});

const form = (value: unknown) => hex(value);
const bytes = (value: unknown, root = 'payload') => new Encoder('rich', refer).encode(value, root);

class Point {
  x = 1;
}
const cyclic: { self?: unknown; list: unknown[] } = { list: [] };
cyclic.list.push(cyclic);
const cyclicMap = new Map<unknown, unknown>();
cyclicMap.set('me', [cyclicMap]);
const detached = new Float64Array(2);
structuredClone(detached, { transfer: [detached.buffer] });
const detachedBuffer = new ArrayBuffer(2);
structuredClone(detachedBuffer, { transfer: [detachedBuffer] });

const REFUSED: [what: string, value: unknown, path: string, reason: RegExp][] = [
  ['a function', { items: [1, { x: () => 1 }] }, 'payload.items[1].x', /function/],
  ['a symbol', [Symbol('s')], 'payload[0]', /symbol/],
  ['an Error', new TypeError('no'), 'payload', /instance of TypeError/],
  ['a RegExp', { pattern: /x/ }, 'payload.pattern', /instance of RegExp/],
  ['a Promise', [Promise.resolve(1)], 'payload[0]', /await it first/],
  ['a WeakMap', { 'a key': new WeakMap() }, 'payload["a key"]', /instance of WeakMap/],
  ['a URL', { 'a-b': [new URL('http://x')] }, 'payload["a-b"][0]', /instance of URL/],
  ['a boxed number', [Object(1)], 'payload[0]', /instance of Number/],
  ['a class instance', { p: new Point() }, 'payload.p', /instance of Point.*convert it/],
  ['an instance of a class without a name', { p: new (class {})() }, 'payload.p', /instance of Object/],
  ['an invalid Date', { when: new Date(Number.NaN) }, 'payload.when', /invalid Date/],
  ['a Date that Python does not have', [new Date(8.64e15)], 'payload[0]', /years 1 to 9999/],
  ['an async iterable that nobody refers to', [{ async *[Symbol.asyncIterator]() {} }], 'payload[0]', /async iterable/],
  ['an object that contains itself', cyclic, 'payload.list[0]', /contains itself/],
  ['a Map that contains itself', { map: cyclicMap }, 'payload.map.me[0]', /contains itself/],
  ['a value in a Map', new Map<unknown, unknown>([[1, [/x/]]]), 'payload[1][0]', /RegExp/],
  ['an object as a key', { m: new Map([[{ a: 1 }, 1]]) }, 'payload.m[{ a: 1 }]', /key of a dict/],
  ['a Map in a Set', new Set([new Map()]), 'payload[Map(0) {}]', /item of a set/],
  ['an object in a tuple of a Set', new Set([[1, {}]]), 'payload[[ 1, {} ]][1]', /item of a set/],
  ['a typed array as a key', new Map([[new Float32Array(1), 1]]), 'payload[Float32Array(1) [ 0 ]]', /instance of Float32Array/],
  ['an NDArray as a key', new Map([[new NDArray(new Int8Array(0)), 1]]), expect.anything() as unknown as string, /instance of NDArray/],
  [
    'keys that are one in Python',
    [
      new Map<unknown, unknown>([
        [1, 'a'],
        [true, 'b'],
      ]),
    ],
    'payload[0]',
    /true for the same/,
  ],
  ['a number and a bigint that are one in Python', new Set<unknown>([2 ** 53, 2n ** 53n]), 'payload', /for the same/],
  ['undefined beside null as a key', new Set([null, undefined]), 'payload', /for the same/],
  [
    'equal bytes as keys',
    new Map([
      [Uint8Array.of(1), 1],
      [Uint8Array.of(1), 2],
    ]),
    expect.anything() as unknown as string,
    /the same/,
  ],
  [
    'equal tuples in a Set',
    new Set([
      [1, 2],
      [1, 2],
    ]),
    expect.anything() as unknown as string,
    /the same/,
  ],
  ['a typed array whose memory was transferred', { a: detached }, 'payload.a', /detached/],
  ['an ArrayBuffer that was transferred', [detachedBuffer], 'payload[0]', /detached/],
];

test.each(REFUSED)('refuses %s and names its path', (_, value, path, reason) => {
  const encoder = new Encoder('rich');
  const refused = expect(() => encoder.encode(value, 'payload'));
  refused.toThrow(SerializationError);
  refused.toThrow(expect.objectContaining({ code: 'ERR_SYNAPSE_SERIALIZATION', path, message: expect.stringMatching(reason) }));
  expect(Buffer.from(encoder.encode('still works', 'payload').payload).toString()).toContain('still works');
});

it('limits nesting as the other side does', () => {
  const nested = (depth: number, wrap: (value: unknown) => unknown) => {
    let value: unknown = 0;
    for (let level = 0; level < depth; level++) value = wrap(value);
    return value;
  };
  for (const wrap of [(value: unknown) => [value], (a: unknown) => ({ a }), (value: unknown) => new Map([[1, value]])]) {
    expect(() => bytes(nested(256, wrap))).not.toThrow();
    expect(() => bytes(nested(257, wrap))).toThrow(/nested deeper than 256 levels/);
  }
  expect(() => bytes(nested(257, (value) => new Set([value])))).toThrow(/nested deeper than 256 levels/);
});

it('takes undefined as None, holes too, and what has a plain form in another realm or without a prototype', () => {
  expect(form([undefined, Object.assign(Object.create(null), { a: undefined })])).toBe(form([null, { a: null }]));
  // biome-ignore lint/suspicious/noSparseArray: the hole is the point
  expect(form([1, , 2])).toBe(form([1, null, 2]));
  const foreign = runInNewContext('[{ a: [1] }, new Map([[1, 2]]), new Set([3]), new Uint8Array([4]), new Date(0), new Float32Array(1)]');
  expect(form(foreign)).toBe(form([{ a: [1] }, new Map([[1, 2]]), new Set([3]), Uint8Array.of(4), new Date(0), new Float32Array(1)]));
});

it('takes each form of bytes for bytes', () => {
  const whole = Uint8Array.of(9, 1, 2, 9).buffer;
  const same = [Uint8Array.of(1, 2), Buffer.of(1, 2), new Uint8Array(whole, 1, 2), new DataView(whole, 1, 2), whole.slice(1, 3)];
  for (const value of same) expect(form(value)).toBe('c4020102');
  expect(form(new (class Own extends Uint8Array {})(2))).toBe('c4020000');
});

it('writes a typed array as an array of one dimension', () => {
  const half = new Uint16Array([1, 2]);
  expect(form(half)).toBe(form(new NDArray(half)));
  expect(form(new Uint8ClampedArray([7]))).toBe(form(new NDArray(Uint8Array.of(7))));
  expect(form(new Float64Array(new ArrayBuffer(24), 8, 1))).toBe(form(new NDArray(new Float64Array(1))));
});

it('writes a bigint in as few bytes as its value needs', () => {
  expect(form([5n, -1n, 2n ** 40n])).toBe(form([5, -1, 2 ** 40]));
  expect(form(2n ** 63n)).toBe('cf8000000000000000');
});

it('keeps the microseconds of a PreciseDate, also in a Map', () => {
  const date = new PreciseDate(0, 7);
  expect(form(new Map([[1, date]]))).toBe('8101d7ff00006d6000000000');
});

it('asks for a reference for whatever would be refused, and only then', () => {
  const asked: unknown[] = [];
  const encoder = new Encoder('rich', (value) => {
    asked.push(value);
    return { code: 12, id: 300 };
  });
  const [call, point, pattern, source] = [() => 1, new Point(), /x/, { async *[Symbol.asyncIterator]() {} }];
  const { payload } = encoder.encode(
    [call, { point }, new Map<unknown, unknown>([[pattern, source]]), new Decimal('1'), [], {}, new Date(0)],
    'payload',
  );
  expect(asked).toEqual([call, point, pattern, source]);
  expect(Buffer.from(payload).toString('hex')).toMatch(/^97c7030ccd012c81a5706f696e74c7030ccd012c81c7030ccd012cc7030ccd012c/);
});

it('tells the obstacle of a reference with its path, and lets other errors of this library pass', () => {
  const failing = (error: Error) =>
    new Encoder('rich', () => {
      throw error;
    });
  expect(() => failing(new TypeError('it is a handle of another worker')).encode({ a: [() => 1] }, 'arguments')).toThrow(
    expect.objectContaining({ path: 'arguments.a[0]', message: 'arguments.a[0] cannot be sent: it is a handle of another worker.' }),
  );
  const own = new SynapseError('stale');
  expect(() => failing(own).encode([() => 1], 'arguments')).toThrow(own);
});

describe('arguments', () => {
  const encoder = new Encoder('rich');
  const written = (args: unknown[], kwargs?: Record<string, unknown>) =>
    Buffer.from(encoder.encodeArguments(args, kwargs).payload).toString('hex');

  it('are an array of positional ones, and a map of those by keyword if there are any', () => {
    expect(written([1, 'a'])).toBe(form([[1, 'a']]));
    expect(written([], { digits: 2 })).toBe(form([[], { digits: 2 }]));
  });

  test.each([
    [[1, { x: /x/ }], undefined, 'arguments[1].x'],
    [[], { name: [/x/] }, 'arguments.name[0]'],
    [[[[cyclic]]], undefined, 'arguments[0][0][0].list[0]'],
  ])('are named in the path of an error: %#', (args, kwargs, path) => {
    expect(() => encoder.encodeArguments(args, kwargs)).toThrow(expect.objectContaining({ path }));
  });
});

describe('memory', () => {
  const large = 'x'.repeat(MAX_COPIED_BYTES);

  it('of a small message is used again, that of a large one is kept', () => {
    const encoder = new Encoder('rich');
    const first = encoder.encode(large, 'payload').payload;
    const copy = Buffer.from(first);
    const small = encoder.encode('a', 'payload').payload;
    encoder.encode('b', 'payload');
    expect(copy.equals(first)).toBe(true);
    expect(Buffer.from(small).toString('hex')).toBe('a162');
  });

  it('grows with the message', () => {
    const value = Array.from({ length: 50_000 }, (_, index) => ({ id: index, text: `text ${index} ü` }));
    expect(Buffer.from(bytes(value).payload).equals(Buffer.from(reference(value)))).toBe(true);
  });

  it('of large bytes and arrays goes out as it lies, up to 1024 of them', () => {
    const block = new Uint8Array(40_000);
    const numbers = new Float64Array(5000);
    const { buffers } = bytes([block, { numbers }, new Uint8Array(32_767)]);
    expect(buffers[0]).toBe(block);
    expect(buffers[1]?.buffer).toBe(numbers.buffer);
    expect(buffers).toHaveLength(2);
    expect(bytes(new Array(1030).fill(block)).buffers).toHaveLength(1024);
    expect(bytes(1).buffers).toEqual([]);
  });

  it('is not shared with a value that is encoded within a getter', () => {
    const encoder = new Encoder('rich');
    const inner: string[] = [];
    const tricky = {
      a: 1,
      get b() {
        inner.push(Buffer.from(encoder.encode('inner', 'payload').payload).toString('hex'));
        inner.push(Buffer.from(encoder.encodeArguments(['inner'], undefined).payload).toString('hex'));
        return 2;
      },
    };
    expect(Buffer.from(encoder.encode(tricky, 'payload').payload).toString('hex')).toBe(form({ a: 1, b: 2 }));
    expect(inner).toEqual([form('inner'), form([['inner']])]);
  });
});
