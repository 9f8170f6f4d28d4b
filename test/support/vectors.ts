/** The golden vectors that both banks share. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Table } from 'apache-arrow';
import { Duration } from '../../src/protocol/duration';
import { arrayOfBytes } from '../../src/protocol/ndarray';
import { PlainDate, PlainDateTime, PlainTime } from '../../src/protocol/plain-date-time';
import { PreciseDate } from '../../src/protocol/precise-date';
import { Complex, Decimal, UUID } from '../../src/protocol/values';
import { FIXTURES } from './fixture';

export interface EncodingRow {
  name: string;
  hex: string;
  then?: [unit: string, times: number];
  value?: unknown;
  buffers?: [unit: string, times: number][];
  python_only?: boolean;
  typescript_only?: boolean;
}

export function load<T>(name: string): T {
  return JSON.parse(readFileSync(join(FIXTURES, 'vectors', name), 'utf8')) as T;
}

export function encodingOf({ hex, then: [unit, times] = ['', 0] }: EncodingRow): Buffer {
  return Buffer.from(hex + unit.repeat(times), 'hex');
}

export function buffersOf({ buffers = [] }: EncodingRow): Uint8Array[] {
  return buffers.map(([unit, times]) => bytesOf(unit, times));
}

function bytesOf(unit: string, times = 1): Uint8Array {
  return Uint8Array.from(Buffer.from(unit.repeat(times), 'hex'));
}

/** Stands for an object that stays on its side. */
export class Referred {
  readonly code: 11 | 12 | 13;
  readonly details: unknown[];

  constructor(code: 11 | 12 | 13, ...details: unknown[]) {
    this.code = code;
    this.details = details;
  }
}

/** An Arrow table by the items of its columns. */
export class Columns {
  readonly columns: readonly [name: string, items: unknown[]][];

  constructor(columns: readonly [name: string, items: unknown[]][]) {
    this.columns = columns;
  }

  static of(table: Table): Columns {
    return new Columns(table.schema.fields.map(({ name }, at) => [name as string, [...(table.getChildAt(at) ?? [])]]));
  }
}

const FLOATS: Record<string, number> = { inf: Infinity, '-inf': -Infinity, nan: Number.NaN };

function float(text: string): number {
  return FLOATS[text] ?? Number(text);
}

/** A Date as it is read: precise only if it must be. */
function instant(text: string): Date {
  const date = PreciseDate.from(text);
  return date.microseconds === 0 ? new Date(date.getTime()) : date;
}

function array({
  dtype,
  shape,
  bytes,
  repeat = [bytes ?? '', 1],
}: {
  dtype: string;
  shape: number[];
  bytes?: string;
  repeat?: [string, number];
}) {
  return arrayOfBytes(bytesOf(...repeat), shape, dtype);
}

function nested(depth: number): unknown[] {
  return depth === 1 ? [] : [nested(depth - 1)];
}

type Pairs = [unknown, unknown][];

/** An object with own properties only, `__proto__` too. */
function plainObject(pairs: Pairs): object {
  const object = {};
  for (const [key, item] of pairs) {
    Object.defineProperty(object, key as string, { value: untag(item), enumerable: true, configurable: true, writable: true });
  }
  return object;
}

const TAGS: Record<string, (content: never) => unknown> = {
  $bytes: (hex: string) => bytesOf(hex),
  $float: float,
  $int: (text: string) => BigInt(text),
  $repeat: ([text, times]: [string, number]) => text.repeat(times),
  $repeatByte: ([byte, times]: [number, number]) => new Uint8Array(times).fill(byte),
  $repeatItem: ([item, times]: [unknown, number]) => new Array(times).fill(item),
  $object: plainObject,
  $map: (pairs: Pairs) => new Map(pairs.map(([key, item]) => [untag(key), untag(item)])),
  $set: (items: unknown[]) => new Set(items.map(untag)),
  $tuple: (items: unknown[]) => items.map(untag),
  $instant: instant,
  $datetime: PlainDateTime.from,
  $date: PlainDate.from,
  $time: PlainTime.from,
  $duration: (parts: [number, number, number]) => new Duration(...parts),
  $decimal: Decimal.from,
  $uuid: UUID.from,
  $complex: ([real, imaginary]: [string, string]) => new Complex(float(real), float(imaginary)),
  $array: array,
  $table: (columns: [string, unknown[]][]) => new Columns(columns),
  $nested: nested,
  $handle: (details: unknown[]) => new Referred(11, ...details),
  $function: (id: number) => new Referred(12, id),
  $stream: (id: number) => new Referred(13, id),
};

/** The value that a golden one stands for; its tags are told in the vectors' own words. */
export function untag(tagged: unknown): unknown {
  if (Array.isArray(tagged)) return tagged.map(untag);
  if (typeof tagged !== 'object' || tagged === null) return tagged;
  const entries = Object.entries(tagged);
  const [tag, content] = entries[0] ?? ['', undefined];
  const make = entries.length === 1 ? TAGS[tag] : undefined;
  return make ? make(content as never) : plainObject(entries);
}
