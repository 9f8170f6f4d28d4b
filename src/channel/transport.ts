/** The bytes of one worker, both ways. Owns batching and backpressure; frames and calls are the channel's. */

import type { Readable, Writable } from 'node:stream';
import { type Frame, joinNeighbours } from '../protocol/frame';

/** Unwritten bytes above which a transport asks to be spared. */
const SATURATED_BYTES = 4 * 1024 * 1024;

/** What a transport tells its channel. */
export interface TransportSink {
  /** The next bytes from the worker. */
  onChunk(chunk: Uint8Array): void;
  /** Where the next bytes are wanted, if that matters: those of a large frame go where they will stay. */
  room?(): Uint8Array | undefined;
  /** A saturated transport takes frames again. */
  onDrain(): void;
  /** No more bytes will come. Called at most once, after the last `onChunk`. */
  onEnd(): void;
}

/** A stream of bytes to and from one worker. */
export interface Transport {
  /** Begins to deliver. Called once, before anything else. */
  start(sink: TransportSink): void;
  /** Sends a frame, in order. Returns false when the channel should wait for `onDrain` before the next one. */
  write(frame: Frame): boolean;
  /** Tells the worker that no more frames come. */
  end(): void;
  /** Whether waiting for this worker keeps the program alive. */
  hold(alive: boolean): void;
  /** Drops everything unsent and unread. */
  destroy(): void;
  /** Bytes of frames that the operating system has not taken yet. */
  readonly unwritten: number;
}

/** Reads that put their bytes where they are wanted. */
export interface ChosenReads {
  chooseMemory: () => Uint8Array | undefined;
  onBytes: (bytes: Uint8Array) => void;
}

interface Holdable {
  ref?(): unknown;
  unref?(): unknown;
}

/** A transport over a pair of Node streams, such as a child's standard input and output, or one socket as both. */
export class StreamTransport implements Transport {
  readonly #input: Writable;
  readonly #output: Readable;
  readonly #reads: ChosenReads | undefined;
  #unwritten: Uint8Array[] = [];
  #unwrittenBytes = 0;
  #flushScheduled = false;
  #saturated = false;
  #ended = false;
  #isHeld = false;

  /**
   * @param input carries frames to the worker
   * @param output carries frames from the worker
   * @param reads give the bytes of the output, where it does not give them itself
   */
  constructor(input: Writable, output: Readable, reads?: ChosenReads) {
    this.#input = input;
    this.#output = output;
    this.#reads = reads;
  }

  get unwritten(): number {
    return this.#unwrittenBytes + this.#input.writableLength;
  }

  start(sink: TransportSink): void {
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      sink.onEnd();
    };
    if (this.#reads) {
      this.#reads.chooseMemory = () => sink.room?.();
      this.#reads.onBytes = (bytes) => sink.onChunk(bytes);
      this.#output.resume(); // else its end is never told
    } else this.#output.on('data', (chunk: Uint8Array) => sink.onChunk(chunk));
    this.#output.on('end', end);
    this.#output.on('close', end);
    // A broken pipe means that the worker is gone; its exit and the end of its output say so with more detail.
    this.#output.on('error', () => undefined);
    this.#input.on('error', () => undefined);
    this.#input.on('drain', () => {
      this.#saturated = false;
      sink.onDrain();
    });
  }

  /** Frames written in one turn of the event loop leave together at its end. */
  write(frame: Frame): boolean {
    for (const part of frame) {
      this.#unwritten.push(part);
      this.#unwrittenBytes += part.length;
    }
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      process.nextTick(() => this.#flush());
    }
    if (this.unwritten > SATURATED_BYTES) this.#saturated = true;
    return !this.#saturated;
  }

  end(): void {
    this.#ended = true;
    if (!this.#flushScheduled) this.#input.end();
  }

  hold(alive: boolean): void {
    if (alive === this.#isHeld) return; // Bun counts, so nothing is asked for twice
    this.#isHeld = alive;
    const output = this.#output as Holdable;
    if (alive) output.ref?.();
    else output.unref?.();
  }

  destroy(): void {
    this.#unwritten = [];
    this.#unwrittenBytes = 0;
    this.#input.destroy();
    this.#output.destroy();
  }

  #flush(): void {
    this.#flushScheduled = false;
    const pieces = joinNeighbours(this.#unwritten);
    this.#unwritten = [];
    this.#unwrittenBytes = 0;
    if (this.#input.destroyed) return;
    if (pieces.length > 1) this.#input.cork();
    for (const piece of pieces) this.#input.write(piece);
    if (pieces.length > 1) this.#input.uncork();
    if (this.#ended) this.#input.end();
  }
}
