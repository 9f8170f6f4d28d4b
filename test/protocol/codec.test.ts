import fc from 'fast-check';
import { SerializationError } from '../../src/errors';
import { Codec } from '../../src/protocol/codec';
import { MAX_COPIED_BYTES } from '../../src/protocol/frame';
import { type EncodingRow, encodingOf, load, untag } from '../support/vectors';

const vectors = load<Record<'both_directions' | 'decode_only' | 'invalid', EncodingRow[]>>('codec.json');

function encode(value: unknown): Buffer {
  return Buffer.concat(new Codec().encode(value));
}

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

test.each(vectors.both_directions)('encodes the golden value to its golden bytes: $name', (row) => {
  expect(encode(untag(row.value)).equals(encodingOf(row))).toBe(true);
});

test.each([...vectors.both_directions, ...vectors.decode_only])('decodes the golden bytes to the golden value: $name', (row) => {
  const decoded = new Codec().decode(encodingOf(row));
  const expected = untag(row.value);
  expect(decoded instanceof Uint8Array ? new Uint8Array(decoded) : decoded).toEqual(expected);
});

test.each(vectors.invalid)('refuses bytes that are not one value: $name', (row) => {
  expect(() => new Codec().decode(encodingOf(row))).toThrow(SerializationError);
});

it('brings every value back as it was', () => {
  const leaf = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((number) => number + 0),
    fc.double().map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array(),
    fc.date({ noInvalidDate: true, min: new Date(0) }),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'))),
  }));
  const codec = new Codec();
  fc.assert(
    fc.property(
      value.filter((candidate) => !JSON.stringify(candidate)?.includes('__proto__')),
      (original) => {
        const back = codec.decode(Buffer.concat(codec.encode(original)));
        expect(plain(back)).toEqual(plain(original));
      },
    ),
  );
});

/** Views and null prototypes differ in class, not in content. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (value instanceof Date) return value.getTime();
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)])) : value;
}

it('gives one codec many values without mixing them up', () => {
  const codec = new Codec();
  const sizes = [1, MAX_COPIED_BYTES + 5, 3, 2 * MAX_COPIED_BYTES, 7];
  const encoded = sizes.map((size) => {
    const parts = codec.encode({ text: 'x'.repeat(size) });
    return size > MAX_COPIED_BYTES ? parts : parts.map((part) => Uint8Array.from(part));
  });
  const back = encoded.map((parts) => (codec.decode(Buffer.concat(parts)) as { text: string }).text.length);
  expect(back).toEqual(sizes);
});

it('does not copy large bytes that are the value itself', () => {
  const bytes = new Uint8Array(MAX_COPIED_BYTES + 1).fill(5);
  const parts = new Codec().encode(bytes);
  expect(parts[1]).toBe(bytes);
  expect(new Codec().decode(Buffer.concat(parts))).toEqual(Buffer.from(bytes));
});

class Point {
  x = 1;
}
const cyclic: { self?: unknown; list: unknown[] } = { list: [] };
cyclic.list.push(cyclic);

test.each([
  ['a function', { items: [1, { x: () => 1 }] }, 'payload.items[1].x'],
  ['a symbol', [Symbol('s')], 'payload[0]'],
  ['a bigint', { n: 1n }, 'payload.n'],
  ['a Map', { deep: { map: new Map() } }, 'payload.deep.map'],
  ['a Set', [[new Set([1])]], 'payload[0][0]'],
  ['an Error', new TypeError('no'), 'payload'],
  ['a RegExp', { pattern: /x/ }, 'payload.pattern'],
  ['an ArrayBuffer', [new ArrayBuffer(2)], 'payload[0]'],
  ['a typed array of numbers', { a: new Float64Array(2) }, 'payload.a'],
  ['a class instance', { p: new Point() }, 'payload.p'],
  ['an invalid Date', { when: new Date(Number.NaN) }, 'payload.when'],
  ['a Promise', [Promise.resolve(1)], 'payload[0]'],
  ['a value that contains itself', cyclic, 'payload.list[0]'],
])('refuses %s and names its path', (_, value, path) => {
  const codec = new Codec();
  expect(() => codec.encode(value)).toThrow(expect.objectContaining({ code: 'ERR_SYNAPSE_SERIALIZATION', path }));
  expect(codec.decode(Buffer.concat(codec.encode('still works')))).toBe('still works');
});

it('limits nesting', () => {
  expect(() => encode(nested(200))).not.toThrow();
  expect(() => encode(nested(300))).toThrow(/nested deeper than 256 levels/);
});

it('takes undefined as None, and objects without a prototype as plain', () => {
  const bare = Object.assign(Object.create(null), { a: undefined });
  expect(new Codec().decode(encode([undefined, bare]))).toEqual([null, { a: null }]);
});
