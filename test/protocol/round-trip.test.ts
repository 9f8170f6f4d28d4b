import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { Decoder, type Decoding } from '../../src/protocol/decoder';
import { Duration } from '../../src/protocol/duration';
import { type Encoded, Encoder } from '../../src/protocol/encoder';
import { NDArray } from '../../src/protocol/ndarray';
import { PlainDate, PlainDateTime, PlainTime } from '../../src/protocol/plain-date-time';
import { PreciseDate } from '../../src/protocol/precise-date';
import { Complex, Decimal, UUID } from '../../src/protocol/values';

const AUTO: Decoding = { int: 'auto' };

const integer = fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.bigInt());
const time = fc.tuple(fc.nat(23), fc.nat(59), fc.nat(59), fc.nat(999_999));
const day = fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }));
const instant = fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') });
const data = fc.oneof(
  fc.float64Array(),
  fc.float32Array(),
  fc.int8Array(),
  fc.int16Array(),
  fc.int32Array(),
  fc.uint16Array(),
  fc.uint32Array(),
  fc.bigInt64Array(),
  fc.bigUint64Array(),
);
const hashable = fc.oneof(
  fc.constantFrom(null),
  fc.string({ unit: 'binary' }),
  fc.double().map((number) => number + 0),
  fc.bigInt({ min: 2n ** 53n }),
  day.map((parts) => new PlainDate(...parts)),
  fc.uuid().map(UUID.from),
);
const leaf = fc.oneof(
  hashable,
  fc.boolean(),
  integer,
  fc.double(),
  fc.uint8Array(),
  instant,
  fc.tuple(instant, fc.integer({ min: 1, max: 999 })).map(([date, microseconds]) => new PreciseDate(date, microseconds)),
  time.map((parts) => new PlainTime(...parts)),
  fc.tuple(day, time).map(([date, parts]) => new PlainDateTime(...date, ...parts)),
  fc.tuple(fc.integer({ min: -900_000_000, max: 900_000_000 }), fc.integer(), fc.integer()).map((parts) => new Duration(...parts)),
  fc.tuple(fc.bigInt(), fc.integer()).map(([digits, exponent]) => new Decimal(`${digits}E${exponent}`)),
  fc.tuple(fc.double(), fc.double()).map((parts) => new Complex(...parts)),
  data.map((array) => new NDArray(array as Float64Array)),
);
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value')),
    fc.array(fc.tuple(hashable, tie('value'))).map((pairs) => mapOf(pairs)),
    fc.array(hashable).map((items) => new Set(mapOf(items.map((item) => [item, 1])).keys())),
  ),
}));

/** Without keys that are equal values but different objects, and with a key that is no text, since else it comes back as an object. */
function mapOf(pairs: [unknown, unknown][]): Map<unknown, unknown> {
  return new Map([...new Map(pairs.map((pair) => [String(pair[0]), pair])).values(), [null, 0]]);
}

/** As it is read: safe integers are numbers, whatever they were, and objects have the usual prototype. */
function asRead(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(asRead);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [asRead(key), asRead(item)]));
  if (value instanceof Set) return new Set([...value].map(asRead));
  const isPlain = typeof value === 'object' && value !== null && [null, Object.prototype].includes(Object.getPrototypeOf(value));
  return isPlain ? record(value) : value;
}

function record(value: object): object {
  const copy = {};
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(copy, key, { value: asRead(item), enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

function written({ payload, buffers }: Encoded): [Uint8Array, number, number, readonly Uint8Array[]] {
  return [Uint8Array.from(payload), 0, payload.length, buffers];
}

it('brings every value of the table back as it was', () => {
  const encoder = new Encoder('rich');
  const decoder = new Decoder('rich', AUTO);
  fc.assert(
    fc.property(anyValue, (original) => {
      const back = decoder.decode(...written(encoder.encode(original, 'payload')));
      expect(isDeepStrictEqual(back, asRead(original))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it('keeps every character of texts and keys, in whatever length and place', () => {
  const decoder = new Decoder('rich', AUTO);
  const encoder = new Encoder('rich');
  const units = fc.array(fc.nat(0xffff), { maxLength: 40 }).map((codes) => String.fromCharCode(...codes));
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ maxLength: 40 }), units);
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
      const value = record(Object.fromEntries(pairs));
      expect(isDeepStrictEqual(decoder.decode(...written(encoder.encode([value, value], 'payload'))), [value, value])).toBe(true);
    }),
  );
});
