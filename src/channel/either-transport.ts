/**
 * The bytes of a program that chooses where it speaks: on its standard streams, or on a stream of its own. Owns telling by the first bytes
 * which one it is, and text from the protocol.
 */

import type { Frame } from '../protocol/frame';
import type { Transport, TransportSink } from './transport';

/** A hello announces fewer bytes than this, or it is none. So the last byte of its length is a zero, which text has not. */
const HELLO_LIMIT_BYTES = 16 * 1024 * 1024;
const LENGTH_BYTES = 4;
/** How the body of a hello begins: an array of three, kind 0. No text in UTF-8 has these two bytes behind one another. */
const HELLO_ARRAY = 0x93;
const HELLO_KIND = 0;
/** Bytes by which a hello is known. */
const MARK_BYTES = LENGTH_BYTES + 2;
const NOTHING = new Uint8Array(0);

export class EitherTransport implements Transport {
  readonly #standard: Transport;
  readonly #own: Transport;
  readonly #onText: (chunk: Uint8Array) => void;
  #sink: TransportSink | undefined;
  #chosen: Transport | undefined;
  /** Bytes of the standard output that a hello may begin with. */
  #waiting: Uint8Array = NOTHING;
  readonly #ended = new Set<Transport>();

  /**
   * @param standard carries frames once the standard output brings a hello; everything else that it brings is text
   * @param own carries frames once it brings any byte
   * @param onText takes what the program printed to its standard output
   */
  constructor(standard: Transport, own: Transport, onText: (chunk: Uint8Array) => void) {
    this.#standard = standard;
    this.#own = own;
    this.#onText = onText;
  }

  get unwritten(): number {
    return this.#chosen ? this.#chosen.unwritten : this.#standard.unwritten + this.#own.unwritten;
  }

  start(sink: TransportSink): void {
    this.#sink = sink;
    this.#standard.start(this.#half(this.#standard, (chunk) => this.#look(chunk)));
    this.#own.start(this.#half(this.#own, (chunk) => this.#onOwnBytes(chunk)));
  }

  /** Sends a frame to where the hello came from; there is nobody to take one before. */
  write(frame: Frame): boolean {
    if (!this.#chosen) throw new Error('A frame was sent before the worker said where it listens.');
    return this.#chosen.write(frame);
  }

  end(): void {
    this.#each((transport) => transport.end());
  }

  hold(alive: boolean): void {
    this.#each((transport) => transport.hold(alive));
  }

  destroy(): void {
    this.#standard.destroy();
    this.#own.destroy();
  }

  /** Reaches the one that was chosen, or both as long as none is. */
  #each(reach: (transport: Transport) => void): void {
    for (const transport of this.#chosen ? [this.#chosen] : [this.#standard, this.#own]) reach(transport);
  }

  #half(transport: Transport, onUndecided: (chunk: Uint8Array) => void): TransportSink {
    return {
      onChunk: (chunk) => (this.#chosen === transport ? this.#sink?.onChunk(chunk) : onUndecided(chunk)),
      room: () => (this.#chosen === transport ? this.#sink?.room?.() : undefined),
      onDrain: () => this.#chosen === transport && this.#sink?.onDrain(),
      onEnd: () => this.#onEnd(transport),
    };
  }

  #onOwnBytes(chunk: Uint8Array): void {
    if (this.#chosen) return;
    this.#chosen = this.#own;
    this.#giveUpWaiting();
    this.#standard.end();
    this.#sink?.onChunk(chunk);
  }

  /** Looks for a hello in what the standard output brings; what is before it is text. */
  #look(chunk: Uint8Array): void {
    if (this.#chosen) {
      this.#onText(chunk);
      return;
    }
    const bytes = this.#waiting.length > 0 ? Buffer.concat([this.#waiting, chunk]) : chunk;
    this.#waiting = NOTHING;
    const at = beginningOf(bytes);
    if (at > 0) this.#onText(bytes.subarray(0, at));
    if (at === bytes.length) return;
    const rest = bytes.subarray(at);
    if (rest.length < MARK_BYTES) this.#waiting = rest.slice();
    else this.#chooseStandard(rest);
  }

  #chooseStandard(bytes: Uint8Array): void {
    this.#chosen = this.#standard;
    this.#own.destroy();
    this.#sink?.onChunk(bytes);
  }

  #giveUpWaiting(): void {
    if (this.#waiting.length > 0) this.#onText(this.#waiting);
    this.#waiting = NOTHING;
  }

  #onEnd(transport: Transport): void {
    this.#ended.add(transport);
    if (transport === this.#standard) this.#giveUpWaiting();
    const isOver = this.#chosen ? this.#chosen === transport : this.#ended.size === 2;
    if (isOver) this.#sink?.onEnd();
  }
}

/** Gives where a hello begins or may begin, and the length of the bytes if that is nowhere. */
function beginningOf(bytes: Uint8Array): number {
  if (mayBegin(bytes, 0)) return 0;
  for (let top = bytes.indexOf(0, LENGTH_BYTES); top !== -1; top = bytes.indexOf(0, top + 1)) {
    if (mayBegin(bytes, top + 1 - LENGTH_BYTES)) return top + 1 - LENGTH_BYTES;
  }
  return bytes.length;
}

/** Whether bytes are how a hello begins, as far as they go. */
function mayBegin(bytes: Uint8Array, at: number): boolean {
  const [low = 0, middle = 0, high = 0, top = 0, array = HELLO_ARRAY, kind = HELLO_KIND] = bytes.subarray(at, at + MARK_BYTES);
  const size = low + middle * 2 ** 8 + high * 2 ** 16 + top * 2 ** 24;
  return size < HELLO_LIMIT_BYTES && array === HELLO_ARRAY && kind === HELLO_KIND;
}
