/** Events that a program emits before it serves. Owns them, encoded, until there is a host to send them to: the newest, and not too many. */

import { Encoder } from '../protocol/encoder';
import { type Frame, FrameWriter } from '../protocol/frame';
import { KIND, writeMessage } from '../protocol/message';
import { refuse } from './obstacles';

/** As many as in Python (`python/synapse_py/early_events.py`). */
const MOST_EVENTS = 1000;
/** Bytes of all frames together. */
const MOST_BYTES = 1024 * 1024;
/** Bytes of the longest frame that has a length. */
const LONGEST_FRAME_BYTES = 2 ** 32 - 1;
const WARNING = `synapse-py: more events were emitted before serve() than are kept until the host is there (${MOST_EVENTS}, together ${MOST_BYTES} bytes): the oldest were dropped, or one that is too large by itself. Emit less there, or emit from handlers.\n`;

export class EarlyEvents {
  readonly #encoder = new Encoder('rich', refuse);
  readonly #writer = new FrameWriter(LONGEST_FRAME_BYTES);
  readonly #warn: (text: string) => void;
  #frames: Uint8Array[] = [];
  #bytes = 0;
  #hasWarned = false;

  /** @param warn told once, when an event had to be dropped */
  constructor(warn: (text: string) => void = (text) => void process.stderr.write(text)) {
    this.#warn = warn;
  }

  /**
   * Keeps an event, as its data is at this moment.
   *
   * @param value what is sent of its data
   * @throws SerializationError it has no form (ERR_SYNAPSE_SERIALIZATION)
   */
  keep(name: string, value: unknown): void {
    const frame = Buffer.concat(this.#writer.frame(writeMessage([KIND.event, 0, name], this.#encoder.encode(value, 'data'))));
    if (frame.length > MOST_BYTES) {
      this.#noteLoss();
      return;
    }
    this.#frames.push(frame);
    this.#bytes += frame.length;
    while (this.#frames.length > MOST_EVENTS || this.#bytes > MOST_BYTES) {
      this.#bytes -= this.#frames.shift()?.length ?? 0;
      this.#noteLoss();
    }
  }

  /** Gives the frames of all events, the oldest first, and keeps none. */
  take(): Frame[] {
    const frames = this.#frames.map((frame) => [frame]);
    this.#frames = [];
    this.#bytes = 0;
    return frames;
  }

  #noteLoss(): void {
    if (!this.#hasWarned) this.#warn(WARNING);
    this.#hasWarned = true;
  }
}
