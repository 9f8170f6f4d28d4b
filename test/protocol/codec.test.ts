import { encode as reference } from '@msgpack/msgpack';
import fc from 'fast-check';
import { SerializationError } from '../../src/errors';
import { Codec } from '../../src/protocol/codec';
import { MAX_COPIED_BYTES } from '../../src/protocol/frame';
import { PreciseDate } from '../../src/protocol/precise-date';
import { Decimal } from '../../src/protocol/values';
import { type EncodingRow, encodingOf, load, untag } from '../support/vectors';

const vectors = load<Record<'both_directions' | 'decode_only' | 'invalid', EncodingRow[]>>('codec.json');

function encode(value: unknown): Buffer {
  return Buffer.concat(new Codec().encode(value));
}

function back(value: unknown, codec = new Codec()): unknown {
  return codec.decode(Uint8Array.from(Buffer.concat(codec.encode(value))));
}

test.each(vectors.both_directions)('encodes the golden value to its golden bytes: $name', (row) => {
  expect(encode(untag(row.value)).equals(encodingOf(row))).toBe(true);
});

test.each([...vectors.both_directions, ...vectors.decode_only])('decodes the golden bytes to the golden value: $name', (row) => {
  expect(new Codec().decode(Uint8Array.from(encodingOf(row)))).toEqual(untag(row.value));
});

test.each(vectors.invalid)('refuses bytes that are not one value: $name', (row) => {
  expect(() => new Codec().decode(encodingOf(row))).toThrow(SerializationError);
  expect(() => new Codec().decode(encodingOf(row))).toThrow(
    /not one MessagePack value \(.+\): pack each answer once, with msgpack.packb\(\)/,
  );
});

it('brings every value back as it was', () => {
  const leaf = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((number) => number + 0),
    fc.double(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array(),
    fc.date({ noInvalidDate: true }),
    fc.array(fc.tuple(fc.integer(), fc.string())).map((pairs) => new Map<unknown, unknown>([...pairs, [1, 2]])),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'))),
  }));
  const codec = new Codec();
  fc.assert(fc.property(value, (original) => expect(back(original, codec)).toEqual(original)));
});

it('gives one codec many values without mixing them up', () => {
  const codec = new Codec();
  const sizes = [1, MAX_COPIED_BYTES + 5, 3, 2 * MAX_COPIED_BYTES, 7];
  const encoded = sizes.map((size) => {
    const parts = codec.encode({ text: 'x'.repeat(size) });
    return size > MAX_COPIED_BYTES ? parts : parts.map((part) => Uint8Array.from(part));
  });
  const lengths = encoded.map((parts) => (codec.decode(Buffer.concat(parts)) as { text: string }).text.length);
  expect(lengths).toEqual(sizes);
});

it('does not copy large bytes that are the value itself', () => {
  const bytes = new Uint8Array(MAX_COPIED_BYTES + 1).fill(5);
  const codec = new Codec();
  const parts = codec.encode(bytes);
  codec.encode('another value');
  expect(parts[1]).toBe(bytes);
  expect(new Codec().decode(Uint8Array.from(Buffer.concat(parts)))).toEqual(bytes);
});

it('keeps what a stock library has a form for', () => {
  expect(back(-0)).toBe(-0);
  expect(back([2n ** 63n, -(2n ** 63n), 2n ** 53n, 5n])).toEqual([2n ** 63n, -(2n ** 63n), 2n ** 53n, 5]);
  expect(back(2 ** 53)).toBe(2 ** 53);
  const map = new Map<unknown, unknown>([
    [true, 'b'],
    [null, 'c'],
  ]);
  expect(back(map)).toEqual(map);
  expect(back(new PreciseDate(5, 7))).toEqual(new PreciseDate(5, 7));
  expect(back([new ArrayBuffer(2), new DataView(new ArrayBuffer(1))])).toEqual([new Uint8Array(2), new Uint8Array(1)]);
  const own = JSON.parse('{"__proto__": 1}');
  expect(Object.entries(back(own) as object)).toEqual([['__proto__', 1]]);
});

it('writes nothing that a stock library would not read', () => {
  const value = { list: [1, 2.5, 'ü'], bytes: Uint8Array.of(1), when: new Date(1.5e12), flag: true, none: undefined };
  expect(encode(value).equals(Buffer.from(reference(value)))).toBe(true);
});

it('makes integers what the option says', () => {
  expect(new Codec('bigint').decode(encode([1, 2n ** 60n]))).toEqual([1n, 2n ** 60n]);
  expect(new Codec('number').decode(encode([1, 2n ** 60n]))).toEqual([1, 2 ** 60]);
});

test.each([
  ['a function', { items: [1, { x: () => 1 }] }, 'payload.items[1].x', /function/],
  ['a bigint beyond 64 bit', { n: 2n ** 64n }, 'payload.n', /no plain MessagePack form/],
  ['a Set', [[new Set([1])]], 'payload[0][0]', /send its items as an array/],
  ['a typed array of numbers', { a: new Float64Array(2) }, 'payload.a', /send its bytes as a Uint8Array/],
  ['a Decimal', [new Decimal('1')], 'payload[0]', /no plain MessagePack form: send it as a text/],
  ['a lone surrogate', { text: '\ud800' }, 'payload.text', /lone surrogate/],
  ['a lone surrogate as a key', { '\ud800': 1 }, 'payload["\\ud800"]', /lone surrogate/],
  ['an Array as a key', new Map([[[1], 1]]), 'payload[[ 1 ]]', /cannot be a key/],
])('refuses %s and names its path', (_, value, path, message) => {
  const codec = new Codec();
  const refused = expect(() => codec.encode(value));
  refused.toThrow(expect.objectContaining({ code: 'ERR_SYNAPSE_SERIALIZATION', path, message: expect.stringMatching(message) }));
  expect(codec.decode(Buffer.concat(codec.encode('still works')))).toBe('still works');
});

test.each([
  ['an extension type', 'd46300', /extension type 99, which is not known here/],
  ['an extension of the rpc protocol', 'd40700', /extension type 7/],
  ['a timestamp of no Date', 'd7ffffffffff00000000', /timestamp/],
])('refuses to read %s', (_, hex, message) => {
  expect(() => new Codec().decode(Buffer.from(hex, 'hex'))).toThrow(message);
});

it('reads an instant of any year, to the microsecond', () => {
  expect(new Codec().decode(Buffer.from('c70cff000007d0000000e8d4a51000', 'hex'))).toEqual(new PreciseDate(1e15, 2));
  expect(() => encode(new Date(8.64e15))).not.toThrow();
});
