/** MessagePack to a value, as far at a time as is wanted. Owns the place in the bytes and the containers that are open there. */

import { Cursor } from './cursor';
import { EXT, readExtension, readPlainExtension } from './extension';
import { Integers } from './integers';
import { emptyOf, KIND_OF_LEVEL, Level, MAX_DEPTH, NO_KEY } from './level';
import { type Decoding, type Dialect, readReference } from './reference';
import { isTextHead, type KeyCache, readText, SHORT_TEXT, shortText } from './text';

const { list, record, set } = KIND_OF_LEVEL;
/** Says that a container was opened, whose parts come next. */
const OPENED = Symbol('opened');
const NO_BYTES = new Uint8Array(0);
const NO_BUFFERS: readonly Uint8Array[] = Object.freeze([]);
/** A small integer for V8. */
const MAX_BUDGET = 2 ** 30;
/** A text takes as long as one more part for each 256 bytes. */
const TEXT_SHIFT = 8;

/** Reads one value after the other; each can be read in parts. */
export class Reading {
  readonly #rich: boolean;
  readonly #decoding: Decoding;
  readonly #integers: Integers;
  readonly #keys: KeyCache;
  readonly #levels: Level[] = [];
  #depth = 0;
  readonly #cursor = new Cursor();
  #buffers: readonly Uint8Array[] = NO_BUFFERS;
  #budget = 0;
  #root: unknown = OPENED;
  #inner: Reading | undefined;

  /** @param keys shared by all readings of one channel */
  constructor(dialect: Dialect, decoding: Decoding, keys: KeyCache) {
    this.#rich = dialect === 'rich';
    this.#decoding = decoding;
    this.#integers = new Integers(decoding.int);
    this.#keys = keys;
  }

  /** Where the value that was read last ended. */
  get position(): number {
    return this.#cursor.at;
  }

  /** Begins with a value: the bytes from start to end hold it, perhaps with more behind it. */
  begin(bytes: Uint8Array, start: number, end: number, buffers: readonly Uint8Array[] = NO_BUFFERS): void {
    this.#cursor.begin(bytes, start, end);
    this.#buffers = buffers;
    this.#depth = 0;
    this.#root = OPENED;
  }

  /** The value, once it is read. Lets go of it and of the bytes. */
  take(): unknown {
    const value = this.#root;
    this.#root = OPENED;
    this.#cursor.begin(NO_BYTES, 0, 0);
    this.#buffers = NO_BUFFERS;
    return value;
  }

  /**
   * Reads on.
   *
   * @param budget how many parts to read at most
   * @returns whether the value is read to its end
   * @throws RangeError the bytes are not what they should be
   */
  run(budget: number): boolean {
    this.#budget = budget;
    if (this.#depth === 0 && this.#root === OPENED) this.#deliver(this.#value());
    while (this.#root === OPENED) {
      const level = this.#levels[this.#depth - 1] as Level;
      if (level.kind === list) this.#readItems(level);
      else if (level.kind === record) this.#readProperties(level);
      else this.#deliver(this.#value());
      if (--this.#budget < 0) return this.#root !== OPENED;
    }
    return true;
  }

  /** Reads to the end, as `run` does. */
  runToEnd(): void {
    while (!this.run(MAX_BUDGET));
  }

  #readItems(level: Level): void {
    const items = level.target as unknown[];
    const { size } = level;
    const begun = level.left;
    const stop = Math.max(begun - this.#budget, 0);
    let { left } = level;
    while (left > stop && this.#budget > 0) {
      const value = this.#value();
      if (value === OPENED) break;
      items[size - left] = value;
      left--;
    }
    level.left = left;
    this.#budget -= begun - left;
    if (left === 0) this.#close(level);
  }

  #readProperties(level: Level): void {
    while (level.left > 0) {
      if (level.key === NO_KEY && !this.#readKey(level)) return;
      const value = this.#value();
      if (value === OPENED) return;
      level.setProperty(value);
      if (--this.#budget < 0) break;
    }
    if (level.left === 0) this.#close(level);
  }

  #close(level: Level): void {
    this.#depth--;
    this.#deliver(level.close(this.#cursor.at));
  }

  /** Gives a part to its container, and that to its own if it was the last one. */
  #deliver(part: unknown): void {
    let value = part;
    while (value !== OPENED && this.#depth > 0) {
      const level = this.#levels[this.#depth - 1] as Level;
      level.add(value);
      if (level.left > 0) return;
      this.#depth--;
      value = level.close(this.#cursor.at);
    }
    this.#root = value;
  }

  /** Reads a text that is the next key of a record; with another key the record becomes a Map, and nothing is read. */
  #readKey(level: Level): boolean {
    const head = this.#cursor.uint8();
    const size = head & 31;
    if (head > 0xa0 && head <= 0xbf) {
      const at = this.#cursor.skip(size);
      level.key = this.#keys.read(this.#cursor.bytes, at, size);
      return true;
    }
    this.#cursor.at--;
    const isText = isTextHead(head);
    if (isText) level.key = this.#value();
    else level.becomeMap();
    return isText;
  }

  #value(): unknown {
    const head = this.#cursor.uint8();
    if (head < 0x80) return this.#integers.of(head);
    if (head >= 0xe0) return this.#integers.of(head - 0x100);
    if (head >= 0xa0 && head < 0xc0) return this.#text(head & 31);
    if (head >= 0xca && head <= 0xce) return this.#number(head);
    if (head < 0x90) return this.#open(record, head & 15);
    if (head < 0xa0) return this.#open(list, head & 15);
    return this.#long(head);
  }

  #number(head: number): number | bigint {
    if (head === 0xcb) return this.#cursor.float64();
    if (head === 0xcc) return this.#integers.of(this.#cursor.uint8());
    if (head === 0xcd) return this.#integers.of(this.#cursor.uint16());
    return head === 0xce ? this.#integers.of(this.#cursor.uint32()) : this.#cursor.float32();
  }

  #long(head: number): unknown {
    if (head < 0xc4) return constant(head);
    if (head < 0xc7) return this.#cursor.binary(this.#cursor.unsigned(head - 0xc4));
    if (head < 0xca) return this.#extension(this.#cursor.unsigned(head - 0xc7));
    if (head < 0xd4) return this.#longInteger(head);
    if (head < 0xd9) return this.#extension(1 << (head - 0xd4));
    if (head < 0xdc) return this.#text(this.#cursor.unsigned(head - 0xd9));
    if (head < 0xde) return this.#open(list, this.#cursor.unsigned(head - 0xdb));
    return this.#open(record, this.#cursor.unsigned(head - 0xdd));
  }

  #longInteger(head: number): number | bigint {
    if (head === 0xcf) return this.#integers.of64(this.#cursor.uint32(), this.#cursor.uint32());
    if (head === 0xd3) return this.#integers.of64(this.#cursor.uint32() | 0, this.#cursor.uint32());
    if (head === 0xd0) return this.#integers.of((this.#cursor.uint8() << 24) >> 24);
    if (head === 0xd1) return this.#integers.of((this.#cursor.uint16() << 16) >> 16);
    return this.#integers.of(this.#cursor.uint32() | 0);
  }

  #text(size: number): string {
    const at = this.#cursor.skip(size);
    if (size <= SHORT_TEXT) {
      const text = shortText(this.#cursor.bytes, at, size);
      if (text !== undefined) return text;
    }
    this.#budget -= size >> TEXT_SHIFT;
    return readText(this.#cursor.bytes, at, at + size);
  }

  #open(kind: number, size: number, end?: number): unknown {
    if (size === 0) return emptyOf(kind);
    if (this.#depth === MAX_DEPTH) throw new RangeError(`it is nested deeper than ${MAX_DEPTH} levels`);
    this.#levels[this.#depth] ??= new Level();
    (this.#levels[this.#depth++] as Level).open(kind, size, end);
    return OPENED;
  }

  #extension(size: number): unknown {
    const code = (this.#cursor.uint8() << 24) >> 24;
    const start = this.#cursor.skip(size);
    const { bytes } = this.#cursor;
    if (!this.#rich) return readPlainExtension(code, bytes, start, size);
    if (code === EXT.set || code === EXT.tuple) return this.#collection(code, start, size);
    if (code >= EXT.handle && code <= EXT.table) {
      return readReference(code, this.#parts(start, size), this.#buffers, this.#decoding);
    }
    const value = readExtension(code, bytes, start, size);
    return typeof value === 'bigint' ? this.#integers.ofBigint(value) : value;
  }

  /** Reads on within an extension that holds one array. */
  #collection(code: number, start: number, size: number): unknown {
    this.#cursor.at = start;
    const head = size > 0 ? this.#cursor.uint8() : 0;
    const isArray = (head & 0xf0) === 0x90 || head === 0xdc || head === 0xdd;
    if (!isArray) throw new RangeError('a set or tuple in it holds no array');
    const count = head < 0xa0 ? head & 15 : this.#cursor.unsigned(head - 0xdb);
    if (count === 0 && this.#cursor.at !== start + size) throw new RangeError('a set or tuple in it is longer than its items');
    return this.#open(code === EXT.set ? set : list, count, start + size);
  }

  /** The one value that an extension holds. */
  #parts(start: number, size: number): unknown {
    this.#inner ??= new Reading('plain', { int: 'number' }, this.#keys);
    this.#inner.begin(this.#cursor.bytes, start, start + size);
    this.#inner.runToEnd();
    if (this.#inner.position !== start + size) throw new RangeError('an extension in it has bytes after its value');
    return this.#inner.take();
  }
}

function constant(head: number): boolean | null {
  if (head === 0xc1) throw new RangeError('it has the marker c1, which means nothing');
  return head === 0xc0 ? null : head === 0xc3;
}
