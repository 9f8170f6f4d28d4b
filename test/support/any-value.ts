/** Any value that crosses, for property tests. Owns what is made, and what it is once it has been read. */

import fc from 'fast-check';
import { Duration } from '../../src/protocol/duration';
import { NDArray } from '../../src/protocol/ndarray';
import { PlainDate, PlainDateTime, PlainTime } from '../../src/protocol/plain-date-time';
import { PreciseDate } from '../../src/protocol/precise-date';
import { Complex, Decimal, UUID } from '../../src/protocol/values';

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
export const { value: anyValue } = fc.letrec((tie) => ({
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
export function asRead(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(asRead);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [asRead(key), asRead(item)]));
  if (value instanceof Set) return new Set([...value].map(asRead));
  const isPlain = typeof value === 'object' && value !== null && [null, Object.prototype].includes(Object.getPrototypeOf(value));
  return isPlain ? record(value) : value;
}

export function record(value: object): object {
  const copy = {};
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(copy, key, { value: asRead(item), enumerable: true, configurable: true, writable: true });
  }
  return copy;
}
