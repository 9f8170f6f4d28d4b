/** Values that travel as MessagePack extensions of a fixed form. Owns the codes and the bytes; containers and references are encoder's and decoder's. */

import { brandOf } from './brand';
import { Duration } from './duration';
import { PlainDate, PlainDateTime, PlainTime } from './plain-date-time';
import { isInPythonYears, readTimestamp, timestampBytes } from './timestamp';
import { Complex, Decimal, UUID } from './values';

/** The extension types; docs/protocol.md tells their data. */
export const EXT = {
  timestamp: -1,
  int: 1,
  datetime: 2,
  date: 3,
  time: 4,
  duration: 5,
  decimal: 6,
  uuid: 7,
  complex: 8,
  set: 9,
  tuple: 10,
  handle: 11,
  function: 12,
  stream: 13,
  buffer: 14,
  array: 15,
  table: 16,
} as const;

/** An extension's code and data. */
export interface Extension {
  readonly code: number;
  readonly data: Uint8Array;
}

/** The extension form of one of this library's values; undefined if it is none, or one with parts. */
export function extensionOf(value: object): Extension | undefined {
  switch (brandOf(value)) {
    case 'PlainDateTime':
      return { code: EXT.datetime, data: Buffer.from(String(value)) };
    case 'PlainDate':
      return { code: EXT.date, data: Buffer.from(String(value)) };
    case 'PlainTime':
      return { code: EXT.time, data: Buffer.from(String(value)) };
    case 'Duration':
      return { code: EXT.duration, data: durationBytes(value as Duration) };
    case 'Decimal':
      return { code: EXT.decimal, data: Buffer.from(String(value)) };
    case 'UUID':
      return { code: EXT.uuid, data: (value as UUID).bytes };
    case 'Complex':
      return { code: EXT.complex, data: complexBytes(value as Complex) };
    default:
      return undefined;
  }
}

/** A Date's extension form. */
export function instantExtension(date: Date): Extension {
  return { code: EXT.timestamp, data: timestampBytes(date) };
}

function durationBytes({ days, seconds, microseconds }: Duration): Uint8Array {
  const bytes = Buffer.allocUnsafe(12);
  bytes.writeInt32BE(days, 0);
  bytes.writeInt32BE(seconds, 4);
  bytes.writeInt32BE(microseconds, 8);
  return bytes;
}

function complexBytes({ real, imaginary }: Complex): Uint8Array {
  const bytes = Buffer.allocUnsafe(16);
  bytes.writeDoubleBE(real, 0);
  bytes.writeDoubleBE(imaginary, 8);
  return bytes;
}

/** An integer beyond 64 bit: two's complement in as few bytes as hold it. */
export function integerExtension(value: bigint): Extension {
  const magnitude = value < 0n ? ~value : value;
  // One bit more than the magnitude has, for the sign.
  const size = Math.floor(bitLength(magnitude) / 8) + 1;
  const hex = BigInt.asUintN(size * 8, value).toString(16);
  return { code: EXT.int, data: Buffer.from(hex.padStart(size * 2, '0'), 'hex') };
}

function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex.charAt(0), 16)));
}

/**
 * Reads an extension of a fixed form.
 *
 * @param start where its data begins
 * @param size bytes of data
 * @throws RangeError the data is not what the code says, or the code says nothing
 */
export function readExtension(code: number, bytes: Uint8Array, start: number, size: number): unknown {
  const read = READERS[code];
  if (!read) throw unknownExtension(code);
  return read(Buffer.from(bytes.buffer, bytes.byteOffset + start, size));
}

/** The same for a conversation that has no extension but the timestamp, of any year. */
export function readPlainExtension(code: number, bytes: Uint8Array, start: number, size: number): unknown {
  if (code === EXT.timestamp) return readTimestamp(Buffer.from(bytes.buffer, bytes.byteOffset + start, size));
  throw unknownExtension(code);
}

function unknownExtension(code: number): RangeError {
  return new RangeError(
    `it has the extension type ${code}, which is not known here: send the value as a text, or as an array or map of its parts`,
  );
}

const READERS: Readonly<Record<number, (data: Buffer) => unknown>> = {
  [EXT.timestamp]: readInstant,
  [EXT.int]: readInteger,
  [EXT.datetime]: (data) => readText(data, PlainDateTime),
  [EXT.date]: (data) => readText(data, PlainDate),
  [EXT.time]: (data) => readText(data, PlainTime),
  [EXT.duration]: readDuration,
  [EXT.decimal]: (data) => new Decimal(data.toString('latin1')),
  [EXT.uuid]: (data) => new UUID(sized(data, 16, 'UUID')),
  [EXT.complex]: (data) => new Complex(sized(data, 16, 'complex number').readDoubleBE(0), data.readDoubleBE(8)),
};

function sized(data: Buffer, size: number, what: string): Buffer {
  if (data.length === size) return data;
  throw new RangeError(`a ${what} in it has ${data.length} bytes instead of ${size}`);
}

function readInstant(data: Buffer): Date {
  const date = readTimestamp(data);
  if (isInPythonYears(date)) return date;
  throw new RangeError('a timestamp in it is outside the years 1 to 9999');
}

function readInteger(data: Buffer): bigint {
  if (data.length === 0) throw new RangeError('an integer in it has no bytes');
  return BigInt.asIntN(data.length * 8, BigInt(`0x${data.toString('hex')}`));
}

/** On the wire a value has one form only, so what would be written differently is refused. */
function readText(data: Buffer, valueClass: { from(text: string): PlainDate | PlainTime | PlainDateTime }): unknown {
  const text = data.toString('latin1');
  const value = valueClass.from(text);
  if (String(value) === text.replace(/\.0{6}$/, '')) return value;
  throw new RangeError(`${JSON.stringify(text)} in it is not the form of a date or time`);
}

function readDuration(data: Buffer): Duration {
  sized(data, 12, 'duration');
  const parts = [data.readInt32BE(0), data.readInt32BE(4), data.readInt32BE(8)] as const;
  const value = new Duration(...parts);
  if (value.seconds === parts[1] && value.microseconds === parts[2]) return value;
  throw new RangeError('a duration in it has parts outside their ranges');
}
