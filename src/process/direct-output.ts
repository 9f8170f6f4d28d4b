/**
 * The output of a process, read by the system straight into memory that the reader chooses: a large message is copied once less. Owns the
 * one place that leans on the handle within a pipe; where that is not as expected (another runtime), the pipe is read in the usual way.
 */

import { Socket, type SocketConstructorOpts } from 'node:net';
import type { Readable } from 'node:stream';

/** Bytes of the memory for reads that nobody chose memory for: as much as Node reads at once by itself. */
const READ_BYTES = 64 * 1024;
/** A read of at least so much keeps its memory; of a smaller one the bytes are copied, which costs less than fresh memory. */
const KEPT_BYTES = 16 * 1024;

interface Handle {
  readonly readStart?: unknown;
  readonly useUserBuffer?: unknown;
}

/** Reads of a pipe: where their bytes go, and who gets them. */
export class DirectReads {
  /** Says where the next bytes are wanted; nothing where any place will do. */
  chooseMemory: () => Uint8Array | undefined = () => undefined;
  /** Takes bytes that were read; those in chosen memory are where they were wanted. */
  onBytes: (bytes: Uint8Array) => void = () => undefined;
  #own = Buffer.allocUnsafeSlow(READ_BYTES);

  /** The memory for the next read. */
  next(): Uint8Array {
    return this.chooseMemory() ?? this.#own;
  }

  /** So many bytes were read into memory that `next` gave. */
  take(size: number, memory: Uint8Array): void {
    const isOwn = memory === this.#own;
    const isCopied = isOwn && size < KEPT_BYTES;
    if (isOwn && !isCopied) this.#own = Buffer.allocUnsafeSlow(READ_BYTES);
    this.onBytes(isCopied ? Uint8Array.prototype.slice.call(memory, 0, size) : memory.subarray(0, size));
  }
}

/** A stream that gives its bytes to `reads`, and only its end and its errors by itself. */
export interface DirectOutput {
  readonly stream: Readable;
  readonly reads: DirectReads;
}

/** Makes a direct output of a stream that was not read yet, if it is a pipe of Node's own kind; the stream is used up then. */
export function readDirectly(stream: Readable): DirectOutput | undefined {
  const holder = stream as unknown as { _handle?: Handle | null };
  const handle = holder._handle;
  if (!(stream instanceof Socket) || typeof handle?.readStart !== 'function' || typeof handle.useUserBuffer !== 'function')
    return undefined;
  holder._handle = null;
  stream.destroy();
  const reads = new DirectReads();
  const take = (size: number, memory: Uint8Array): boolean => {
    reads.take(size, memory);
    return true;
  };
  const options = { handle, readable: true, writable: false, onread: { buffer: () => reads.next(), callback: take } };
  return { stream: new Socket(options as SocketConstructorOpts), reads };
}
