/** A stream of the program's to which output is copied. Owns who waits until it has caught up. */

import type { Writable } from 'node:stream';
import { BEHIND_BYTES } from './output';

const CAUGHT_UP = ['drain', 'close'] as const;

export class LogTarget {
  readonly #find: () => Writable;
  #waiting: (() => void)[] | undefined;

  /** @param find gives the stream; called when there is something to write */
  constructor(find: () => Writable) {
    this.#find = find;
  }

  /**
   * Writes bytes whose writer can be held back.
   *
   * @returns false if the stream is behind; `onRoom` is then called once when it has caught up, or takes nothing any more
   */
  add(chunk: Uint8Array, onRoom: () => void): boolean {
    const stream = this.#find();
    if (!stream.writable || stream.write(chunk)) return true;
    this.#waiting ??= this.#wait(stream);
    this.#waiting.push(onRoom);
    return false;
  }

  /** Writes bytes whose writer cannot be held back; while the stream is far behind they are dropped. */
  addFreely(chunk: Uint8Array): void {
    const stream = this.#find();
    if (stream.writable && stream.writableLength < BEHIND_BYTES) stream.write(chunk);
  }

  #wait(stream: Writable): (() => void)[] {
    const waiting: (() => void)[] = [];
    const goOn = (): void => {
      for (const event of CAUGHT_UP) stream.off(event, goOn);
      this.#waiting = undefined;
      for (const onRoom of waiting) onRoom();
    };
    for (const event of CAUGHT_UP) stream.on(event, goOn);
    return waiting;
  }
}
