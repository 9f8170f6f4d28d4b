/** The golden vectors that both banks share. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIXTURES } from './fixture';

export interface EncodingRow {
  name: string;
  hex: string;
  then?: [unit: string, times: number];
  value?: unknown;
}

export function load<T>(name: string): T {
  return JSON.parse(readFileSync(join(FIXTURES, 'vectors', name), 'utf8')) as T;
}

export function encodingOf({ hex, then: [unit, times] = ['', 0] }: EncodingRow): Buffer {
  return Buffer.from(hex + unit.repeat(times), 'hex');
}

const FLOATS: Record<string, number> = { inf: Infinity, '-inf': -Infinity, nan: Number.NaN };

export function untag(tagged: unknown): unknown {
  if (Array.isArray(tagged)) return tagged.map(untag);
  if (typeof tagged !== 'object' || tagged === null) return tagged;
  const entries = Object.entries(tagged);
  const [tag, content] = entries[0] ?? ['', undefined];
  if (entries.length !== 1 || !tag.startsWith('$')) return Object.fromEntries(entries.map(([key, item]) => [key, untag(item)]));
  if (tag === '$bytes') return new Uint8Array(Buffer.from(content, 'hex'));
  if (tag === '$float') return FLOATS[content] ?? Number(content);
  const [unit, times] = content as [never, number];
  if (tag === '$repeat') return (unit as string).repeat(times);
  return tag === '$repeatByte' ? new Uint8Array(times).fill(unit) : new Array(times).fill(unit);
}
