/** Bytes that travel out of band. Owns which ones do, and their order in a message. */

/** Fewer bytes than this are copied into the payload, which costs less than a part of their own. */
const OUT_OF_BAND_BYTES = 32 * 1024;
const MAX_BUFFERS = 1024;

/** The buffers of one message. */
export class Attachments {
  readonly #enabled: boolean;
  #buffers: Uint8Array[] | undefined;

  /** @param enabled false if the other side takes none */
  constructor(enabled: boolean) {
    this.#enabled = enabled;
  }

  /** Takes bytes that are worth it, as they lie in memory, and returns their index. */
  offer(bytes: Uint8Array): number | undefined {
    if (!this.#enabled || bytes.length < OUT_OF_BAND_BYTES || (this.#buffers?.length ?? 0) >= MAX_BUFFERS) return undefined;
    this.force(bytes);
    return (this.#buffers as Uint8Array[]).length - 1;
  }

  /** Takes bytes that follow the payload in any case. */
  force(bytes: Uint8Array): void {
    this.#buffers ??= [];
    this.#buffers.push(bytes);
  }

  /** Ends the message. */
  take(): readonly Uint8Array[] | undefined {
    const buffers = this.#buffers;
    this.#buffers = undefined;
    return buffers;
  }
}
