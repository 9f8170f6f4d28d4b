/** Instants as bytes: the timestamp extension of MessagePack. Owns its three forms; finer than a microsecond it reads nothing. */

import { brandOf } from './brand';
import { PreciseDate } from './precise-date';

/** Seconds since 1970 at the ends of the years that Python's datetime has, 1 to 9999. */
const FIRST_SECOND = -62_135_596_800;
const LAST_SECOND = 253_402_300_799;
const SECONDS_32 = 2 ** 32;
const SECONDS_34 = 2 ** 34;

/** Whether Python's datetime has the instant. */
export function isInPythonYears(date: Date): boolean {
  const second = Math.floor(date.getTime() / 1000);
  return second >= FIRST_SECOND && second <= LAST_SECOND;
}

/** @param date a valid one; a PreciseDate keeps its microseconds */
export function timestampBytes(date: Date): Uint8Array {
  const milliseconds = date.getTime();
  const seconds = Math.floor(milliseconds / 1000);
  const microseconds = brandOf(date) === 'PreciseDate' ? (date as PreciseDate).microseconds : 0;
  const nanoseconds = ((milliseconds - seconds * 1000) * 1000 + microseconds) * 1000;
  if (seconds < 0 || seconds >= SECONDS_34) return longForm(seconds, nanoseconds);
  if (nanoseconds === 0 && seconds < SECONDS_32) return words(seconds);
  return words(nanoseconds * 4 + Math.floor(seconds / SECONDS_32), seconds);
}

function words(...values: number[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value % SECONDS_32, 4 * index);
  return bytes;
}

function longForm(seconds: number, nanoseconds: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(12);
  bytes.writeUInt32BE(nanoseconds, 0);
  bytes.writeBigInt64BE(BigInt(seconds), 4);
  return bytes;
}

/**
 * Reads an instant: a Date, or a PreciseDate if it has microseconds. Nanoseconds, which neither Python's datetime nor a Date has, are
 * rounded down.
 *
 * @param bytes 4, 8 or 12
 * @throws RangeError there are more or fewer, or no Date has the instant
 */
export function readTimestamp(bytes: Buffer): Date {
  const [seconds, nanoseconds] = parts(bytes);
  const microseconds = Math.floor(nanoseconds / 1000);
  const milliseconds = seconds * 1000 + Math.floor(microseconds / 1000);
  const date = microseconds % 1000 === 0 ? new Date(milliseconds) : new PreciseDate(milliseconds, microseconds % 1000);
  if (nanoseconds < 1e9 && !Number.isNaN(date.getTime())) return date;
  throw new RangeError('a timestamp in it is none that a Date has');
}

function parts(bytes: Buffer): [seconds: number, nanoseconds: number] {
  if (bytes.length === 4) return [bytes.readUInt32BE(0), 0];
  if (bytes.length === 8) return [(bytes.readUInt32BE(0) % 4) * SECONDS_32 + bytes.readUInt32BE(4), Math.floor(bytes.readUInt32BE(0) / 4)];
  if (bytes.length === 12) return [Number(bytes.readBigInt64BE(4)), bytes.readUInt32BE(0)];
  throw new RangeError(`a timestamp in it has ${bytes.length} bytes`);
}
