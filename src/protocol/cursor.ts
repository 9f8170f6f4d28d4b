/** A place in the bytes of a message. Owns stepping through them, never beyond the end, and the numbers they stand for. */

/** Steps through bytes from one end to the other. */
export class Cursor {
  bytes!: Uint8Array;
  at = 0;
  #end = 0;
  #view: DataView | undefined;

  begin(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.#end = end;
    this.#view = undefined;
  }

  /**
   * Steps over bytes and returns where they begin.
   *
   * @throws RangeError there are fewer
   */
  skip(size: number): number {
    const { at } = this;
    this.at = at + size;
    if (this.at > this.#end) throw new RangeError('it is cut short');
    return at;
  }

  /** @throws RangeError there is none left */
  uint8(): number {
    return this.bytes[this.skip(1)] as number;
  }

  /** @throws RangeError there are too few bytes */
  uint16(): number {
    const at = this.skip(2);
    return ((this.bytes[at] as number) << 8) | (this.bytes[at + 1] as number);
  }

  /** @throws RangeError there are too few bytes */
  uint32(): number {
    const at = this.skip(4);
    const b = this.bytes;
    return (((b[at] as number) << 24) | ((b[at + 1] as number) << 16) | ((b[at + 2] as number) << 8) | (b[at + 3] as number)) >>> 0;
  }

  /**
   * Reads an unsigned integer.
   *
   * @param width 0, 1 or 2 for 8, 16 or 32 bit
   * @throws RangeError there are too few bytes
   */
  unsigned(width: number): number {
    if (width === 0) return this.uint8();
    return width === 1 ? this.uint16() : this.uint32();
  }

  /** @throws RangeError there are too few bytes */
  float32(): number {
    return this.#numbers().getFloat32(this.skip(4));
  }

  /** @throws RangeError there are too few bytes */
  float64(): number {
    return this.#numbers().getFloat64(this.skip(8));
  }

  #numbers(): DataView {
    this.#view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    return this.#view;
  }

  /**
   * Steps over bytes and returns a view of them.
   *
   * @throws RangeError there are fewer
   */
  binary(size: number): Uint8Array {
    const at = this.skip(size);
    const { buffer, byteOffset } = this.bytes;
    return new Uint8Array(buffer, byteOffset + at, size); // never a Buffer, whatever the bytes came in
  }
}
