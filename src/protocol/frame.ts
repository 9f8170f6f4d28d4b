/** Frames: a 4-byte little-endian length, then that many bytes. Owns cutting and joining bytes; what they mean is codec's business. */

import { FrameTooLargeError } from '../errors';

const HEADER_BYTES = 4;
/** Small frames share slabs of this size, so that many leave in one write. */
const SLAB_BYTES = 64 * 1024;
/** A larger frame is not copied into a slab: its parts are written as they are. */
export const MAX_COPIED_BYTES = 32 * 1024;

/** The bytes of one frame, in order; a large one is in several parts. */
export type Frame = readonly Uint8Array[];

function checkSize(size: number, limit: number): void {
  if (size <= limit) return;
  throw new FrameTooLargeError(
    size,
    limit,
    `A frame of ${size} bytes is larger than maxFrameBytes (${limit}): raise the option or send less at once.`,
  );
}

/** Cuts a byte stream, in whatever chunks it comes, into frame bodies. */
export class FrameReader {
  readonly #limit: number;
  readonly #onBody: (body: Uint8Array) => void;
  readonly #header = new Uint8Array(HEADER_BYTES);
  #headerFilled = 0;
  #body: Uint8Array | undefined;
  #bodyFilled = 0;

  /**
   * @param limit most bytes that a body may have
   * @param onBody called once for each body, in order; must not throw. A body that came whole in one chunk is a view of that chunk.
   */
  constructor(limit: number, onBody: (body: Uint8Array) => void) {
    this.#limit = limit;
    this.#onBody = onBody;
  }

  /** Where the next bytes belong, as long as that is a large body: bytes that are put there are not copied by `push`. */
  get room(): Uint8Array | undefined {
    const body = this.#body;
    return body !== undefined && body.length - this.#bodyFilled > MAX_COPIED_BYTES ? body.subarray(this.#bodyFilled) : undefined;
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @throws FrameTooLargeError a header announces more than the limit (ERR_SYNAPSE_FRAME_TOO_LARGE); read no further then
   */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#body !== undefined) at = this.#fillBody(this.#body, chunk, at);
      else if (this.#headerFilled === 0 && chunk.length - at >= HEADER_BYTES) at = this.#begin(chunk, at);
      else at = this.#fillHeader(chunk, at);
    }
  }

  /** Reads a header that lies whole in the chunk, and its body if that does too. */
  #begin(chunk: Uint8Array, at: number): number {
    const size = readSize(chunk, at);
    const start = at + HEADER_BYTES;
    checkSize(size, this.#limit);
    if (chunk.length - start < size) {
      this.#allocate(size);
      return start;
    }
    this.#onBody(chunk.subarray(start, start + size));
    return start + size;
  }

  #fillHeader(chunk: Uint8Array, at: number): number {
    this.#header[this.#headerFilled++] = chunk[at] as number;
    if (this.#headerFilled < HEADER_BYTES) return at + 1;
    const size = readSize(this.#header, 0);
    checkSize(size, this.#limit);
    this.#headerFilled = 0;
    if (size === 0) this.#onBody(new Uint8Array(0));
    else this.#allocate(size);
    return at + 1;
  }

  /** Makes room for a whole body at once, so that no byte is copied twice. */
  #allocate(size: number): void {
    this.#body = Buffer.allocUnsafeSlow(size);
    this.#bodyFilled = 0;
  }

  #fillBody(body: Uint8Array, chunk: Uint8Array, at: number): number {
    const taken = Math.min(body.length - this.#bodyFilled, chunk.length - at);
    const isThere = chunk.buffer === body.buffer && chunk.byteOffset + at === body.byteOffset + this.#bodyFilled;
    const whole = taken === chunk.length;
    if (!isThere) body.set(whole ? chunk : chunk.subarray(at, at + taken), this.#bodyFilled);
    this.#bodyFilled += taken;
    if (this.#bodyFilled === body.length) {
      this.#body = undefined;
      this.#onBody(body);
    }
    return at + taken;
  }
}

function readSize(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  const high = (bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8);
  return (low | (high << 16)) >>> 0;
}

/** Makes frames. Small ones are copied side by side into slabs; the bytes of large ones are left where they are. */
export class FrameWriter {
  readonly #limit: number;
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #at = 0;

  /** @param limit most bytes that a body may have */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Puts a header in front of a body.
   *
   * @param body the body's bytes in order; parts of a body above `MAX_COPIED_BYTES` must stay unchanged until the frame is written
   * @throws FrameTooLargeError the body is larger than the limit (ERR_SYNAPSE_FRAME_TOO_LARGE)
   */
  frame(body: readonly Uint8Array[]): Frame {
    let size = 0;
    for (const part of body) size += part.length;
    checkSize(size, this.#limit);
    const copied = size <= MAX_COPIED_BYTES;
    const start = this.#reserve(copied ? HEADER_BYTES + size : HEADER_BYTES);
    this.#at = this.#slab.writeUInt32LE(size, start);
    if (!copied) return [this.#slab.subarray(start, this.#at), ...body];
    for (const part of body) {
      this.#slab.set(part, this.#at);
      this.#at += part.length;
    }
    return [this.#slab.subarray(start, this.#at)];
  }

  #reserve(bytes: number): number {
    if (this.#at + bytes > SLAB_BYTES) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#at = 0;
    }
    return this.#at;
  }
}

/**
 * Joins neighbours in memory, which frames from one slab are, into single pieces: fewer buffers for one write.
 *
 * @param parts the parts of any number of frames, in order
 */
export function joinNeighbours(parts: readonly Uint8Array[]): Uint8Array[] {
  const joined: Uint8Array[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last && last.buffer === part.buffer && last.byteOffset + last.length === part.byteOffset) {
      joined[joined.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + part.length);
    } else joined.push(part);
  }
  return joined;
}
