/** Memory that a message grows in. Owns the MessagePack forms of single values and the heads of containers; what goes where is encoder's business. */

import { isWellFormed, surrogateBytes, writeText } from './text';

const FIRST_BYTES = 64 * 1024;
/** Views of the first bytes are kept, since most messages are small and a view costs more than a small value. */
const KEPT_VIEWS = 512;
/** Up to here letters are written one by one, which takes less than a call of native code. */
const SHORT_TEXT = 20;
const LARGEST_HEAD = 6;

/** Grows as needed. `at` is where the next byte goes. */
export class Writer {
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  at = 0;
  #view = new DataView(this.bytes.buffer);
  #views: (Uint8Array | undefined)[] = [];

  /** What was written, valid until the next value is begun. */
  written(): Uint8Array {
    const { at } = this;
    if (at > KEPT_VIEWS) return this.bytes.subarray(0, at);
    this.#views[at] ??= this.bytes.subarray(0, at);
    return this.#views[at];
  }

  /** What was written, with its memory; the next value gets other memory. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.at);
    this.#use(Buffer.allocUnsafeSlow(FIRST_BYTES));
    return taken;
  }

  /** Makes room for as many more bytes. */
  reserve(size: number): void {
    const needed = this.at + size;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    larger.set(this.bytes.subarray(0, this.at));
    this.#use(larger);
  }

  #use(bytes: Buffer): void {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.#views = [];
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  number(value: number): void {
    this.reserve(9);
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) this.#int32(value);
    else if (Number.isSafeInteger(value) && value !== 0) this.#int64(value);
    else this.#float(value);
  }

  #int32(value: number): void {
    const { bytes } = this;
    if (value >= -32 && value < 128) bytes[this.at++] = value;
    else if (value >= 0) this.#unsigned(0xcc, value);
    else if (value >= -128) {
      bytes[this.at++] = 0xd0;
      bytes[this.at++] = value;
    } else if (value >= -32768) {
      bytes[this.at++] = 0xd1;
      this.#short(value);
    } else {
      bytes[this.at++] = 0xd2;
      this.#word(value);
    }
  }

  /** A marker, the next or the one after it, by the size of the value: 8, 16 or 32 bit. */
  #unsigned(marker: number, value: number): void {
    const { bytes } = this;
    if (value < 0x100) {
      bytes[this.at++] = marker;
      bytes[this.at++] = value;
    } else if (value < 0x10000) {
      bytes[this.at++] = marker + 1;
      this.#short(value);
    } else {
      bytes[this.at++] = marker + 2;
      this.#word(value);
    }
  }

  #short(value: number): void {
    this.bytes[this.at++] = value >> 8;
    this.bytes[this.at++] = value;
  }

  #word(value: number): void {
    this.bytes[this.at++] = value >> 24;
    this.bytes[this.at++] = value >> 16;
    this.bytes[this.at++] = value >> 8;
    this.bytes[this.at++] = value;
  }

  #int64(value: number): void {
    if (value >= 0 && value <= 0xffffffff) {
      this.#unsigned(0xcc, value);
      return;
    }
    this.bytes[this.at++] = value < 0 ? 0xd3 : 0xcf;
    this.#word(Math.floor(value / 0x100000000));
    this.#word(value);
  }

  #float(value: number): void {
    this.bytes[this.at] = 0xcb;
    this.#view.setFloat64(this.at + 1, value);
    this.at += 9;
  }

  /** An integer beyond the safe ones, within 64 bit. */
  bigint(value: bigint): void {
    this.reserve(9);
    this.bytes[this.at] = value < 0n ? 0xd3 : 0xcf;
    this.#view.setBigUint64(this.at + 1, BigInt.asUintN(64, value));
    this.at += 9;
  }

  /** Any text. Returns false, and has written nothing, if it has lone surrogates. */
  text(value: string): boolean {
    const size = value.length;
    this.reserve(size * 3 + LARGEST_HEAD);
    if (size <= SHORT_TEXT && this.#shortText(value)) return true;
    if (!isWellFormed(value)) return false;
    const start = this.at;
    this.#textHead(size);
    const written = writeText(this.bytes, value, this.at);
    if (written !== size) this.#moveText(start, written);
    this.at += written;
    return true;
  }

  /** A text with lone surrogates, each in three bytes. */
  surrogateText(value: string): void {
    const bytes = surrogateBytes(value);
    this.reserve(LARGEST_HEAD);
    this.#textHead(bytes.length);
    this.raw(bytes);
  }

  /** Puts the text, written behind the head for its number of characters, behind that for its number of bytes. */
  #moveText(start: number, written: number): void {
    const from = this.at;
    const to = start + textHeadBytes(written);
    if (to !== from) this.bytes.copyWithin(to, from, from + written);
    this.at = start;
    this.#textHead(written);
  }

  /** Returns false for a text that is better left to native code: beyond 31 bytes, or with surrogates. */
  #shortText(value: string): boolean {
    const { bytes } = this;
    let at = this.at + 1;
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      if (unit < 0x80) bytes[at++] = unit;
      else if (unit >= 0xd800 && unit < 0xe000) return false;
      else {
        if (unit < 0x800) bytes[at++] = 0xc0 | (unit >> 6);
        else {
          bytes[at++] = 0xe0 | (unit >> 12);
          bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
        }
        bytes[at++] = 0x80 | (unit & 0x3f);
      }
    }
    const size = at - this.at - 1;
    if (size > 31) return false;
    bytes[this.at] = 0xa0 | size;
    this.at = at;
    return true;
  }

  #textHead(size: number): void {
    if (size < 32) this.bytes[this.at++] = 0xa0 | size;
    else this.#unsigned(0xd9, size);
  }

  arrayHead(size: number): void {
    this.#containerHead(0x90, 0xdc, size);
  }

  mapHead(size: number): void {
    this.#containerHead(0x80, 0xde, size);
  }

  #containerHead(small: number, marker: number, size: number): void {
    this.reserve(LARGEST_HEAD);
    if (size < 16) this.bytes[this.at++] = small | size;
    else if (size < 0x10000) {
      this.bytes[this.at++] = marker;
      this.#short(size);
    } else {
      this.bytes[this.at++] = marker + 1;
      this.#word(size);
    }
  }

  /** A byte string, copied. */
  binary(bytes: Uint8Array): void {
    this.binaryHead(bytes.length);
    this.raw(bytes);
  }

  binaryHead(size: number): void {
    this.reserve(LARGEST_HEAD);
    this.#unsigned(0xc4, size);
  }

  /** Bytes as they are, copied. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  extension(code: number, data: Uint8Array): void {
    this.#extensionHead(code, data.length);
    this.raw(data);
  }

  /** Begins an extension of yet unknown length; `closeExtension` takes the result. */
  openExtension(): number {
    this.reserve(LARGEST_HEAD);
    this.at += LARGEST_HEAD;
    return this.at;
  }

  closeExtension(code: number, start: number): void {
    const end = this.at;
    this.at = start - LARGEST_HEAD;
    this.#extensionHead(code, end - start);
    this.bytes.copyWithin(this.at, start, end);
    this.at += end - start;
  }

  #extensionHead(code: number, size: number): void {
    this.reserve(LARGEST_HEAD);
    const fixed = size > 0 && size <= 16 && (size & (size - 1)) === 0;
    if (fixed) this.bytes[this.at++] = 0xd4 + Math.log2(size);
    else this.#unsigned(0xc7, size);
    this.bytes[this.at++] = code;
  }
}

function textHeadBytes(size: number): number {
  if (size < 32) return 1;
  return size < 0x100 ? 2 : size < 0x10000 ? 3 : 5;
}
