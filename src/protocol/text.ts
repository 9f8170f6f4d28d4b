/** Texts as bytes. Owns UTF-8 both ways, with lone surrogates in their three-byte form, and the memory of keys that come often. */

import { isUtf8 } from 'node:buffer';

/** What Node's Buffer has and its types do not tell. */
interface TextBuffer {
  utf8Slice(start: number, end: number): string;
  utf8Write(text: string, at: number, length: number): number;
  latin1Slice(start: number, end: number): string;
}

const { utf8Slice, utf8Write, latin1Slice } = Buffer.prototype as unknown as TextBuffer;
const { fromCharCode } = String;
const REPLACEMENT = '\ufffd';
/** Up to here an ASCII text is put together letter by letter, which takes less than a call of native code. */
export const SHORT_TEXT = 12;

/** Bytes as a text of as many characters. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  return latin1Slice.call(bytes, start, end);
}

/** Reads `size` bytes, at most SHORT_TEXT, as ASCII; undefined if they are not. */
export function shortText(b: Uint8Array, at: number, size: number): string | undefined {
  for (let index = at; index < at + size; index++) if ((b[index] as number) > 127) return undefined;
  const c = (offset: number) => b[at + offset] as number;
  switch (size) {
    case 0:
      return '';
    case 1:
      return fromCharCode(c(0));
    case 2:
      return fromCharCode(c(0), c(1));
    case 3:
      return fromCharCode(c(0), c(1), c(2));
    case 4:
      return fromCharCode(c(0), c(1), c(2), c(3));
    case 5:
      return fromCharCode(c(0), c(1), c(2), c(3), c(4));
    case 6:
      return fromCharCode(c(0), c(1), c(2), c(3), c(4), c(5));
    case 7:
      return fromCharCode(c(0), c(1), c(2), c(3), c(4), c(5), c(6));
    case 8:
      return fromCharCode(c(0), c(1), c(2), c(3), c(4), c(5), c(6), c(7));
    case 9:
      return fromCharCode(c(0), c(1), c(2), c(3), c(4), c(5), c(6), c(7), c(8));
    case 10:
      return fromCharCode(c(0), c(1), c(2), c(3), c(4), c(5), c(6), c(7), c(8), c(9));
    case 11:
      return fromCharCode(c(0), c(1), c(2), c(3), c(4), c(5), c(6), c(7), c(8), c(9), c(10));
    default:
      return fromCharCode(c(0), c(1), c(2), c(3), c(4), c(5), c(6), c(7), c(8), c(9), c(10), c(11));
  }
}

/**
 * Reads a text of any length.
 *
 * @throws RangeError it is not UTF-8
 */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  const text = utf8Slice.call(bytes, start, end);
  return text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end)) ? readWithSurrogates(bytes, start, end) : text;
}

function readWithSurrogates(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  let from = start;
  for (let at = start; at < end; at++) {
    if (!isSurrogate(bytes, at, end)) continue;
    text +=
      readWellFormed(bytes, from, at) +
      fromCharCode(0xd000 | (((bytes[at + 1] as number) & 0x3f) << 6) | ((bytes[at + 2] as number) & 0x3f));
    from = at + 3;
  }
  return text + readWellFormed(bytes, from, end);
}

function isSurrogate(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 2 < end && bytes[at] === 0xed && ((bytes[at + 1] as number) & 0xe0) === 0xa0 && ((bytes[at + 2] as number) & 0xc0) === 0x80;
}

function readWellFormed(bytes: Uint8Array, start: number, end: number): string {
  if (isUtf8(bytes.subarray(start, end))) return utf8Slice.call(bytes, start, end);
  throw new RangeError('a text in it is not UTF-8');
}

/** Whether UTF-8 has a form for the text. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/** Writes a text without lone surrogates; there must be room for three bytes for each character. Returns the number of bytes. */
export function writeText(bytes: Uint8Array, text: string, at: number): number {
  return utf8Write.call(bytes, text, at, text.length * 3);
}

/** A text with lone surrogates as bytes. */
export function surrogateBytes(text: string): Uint8Array {
  const parts = text.split(/(\p{Cs})/u).map((part, index) => (index % 2 === 0 ? Buffer.from(part) : surrogate(part.charCodeAt(0))));
  return Buffer.concat(parts);
}

function surrogate(unit: number): Uint8Array {
  return Uint8Array.of(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
}

/** Whether a value that begins with the byte is a text. */
export function isTextHead(head: number): boolean {
  return (head >= 0xa0 && head < 0xc0) || (head >= 0xd9 && head <= 0xdb);
}

const CACHED_KEYS = 2048;

/** Remembers keys, so that one that comes again costs no new text. */
export class KeyCache {
  readonly #texts: string[] = new Array(CACHED_KEYS).fill('');

  /** @param size bytes, better few */
  read(bytes: Uint8Array, at: number, size: number): string {
    let hash = size;
    for (let index = at; index < at + size; index++) hash = (hash * 31 + (bytes[index] as number)) | 0;
    const slot = (hash ^ (hash >>> 11)) & (CACHED_KEYS - 1);
    const cached = this.#texts[slot] as string;
    return cached.length === size && isSame(cached, bytes, at) ? cached : this.#add(slot, bytes, at, size);
  }

  #add(slot: number, bytes: Uint8Array, at: number, size: number): string {
    const text = (size <= SHORT_TEXT ? shortText(bytes, at, size) : undefined) ?? readText(bytes, at, at + size);
    if (text.length === size) this.#texts[slot] = text;
    return text;
  }
}

/** Characters beyond ASCII never equal a byte of their own form, so only ASCII keys are found again. */
function isSame(text: string, bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) !== bytes[at + index]) return false;
  return true;
}
