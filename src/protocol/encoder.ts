/** Values to MessagePack, one message after the other. Owns the memory of a message and what is told of failures; the walk is value-writer's business. */

import { MAX_COPIED_BYTES } from './frame';
import { serializationError } from './obstacle';
import type { Dialect, Refer } from './reference';
import { ValueWriter } from './value-writer';

const NO_BUFFERS: readonly Uint8Array[] = Object.freeze([]);

export type { Refer, Reference, Substitute } from './reference';

/** An encoded value. */
export interface Encoded {
  /** Valid until the next value is encoded when it is at most `MAX_COPIED_BYTES` long; a longer one keeps its memory. */
  readonly payload: Uint8Array;
  /** What follows the payload, as it lies in the caller's memory, not copied. */
  readonly buffers: readonly Uint8Array[];
}

/** Turns values into MessagePack. One instance serves one channel. */
export class Encoder {
  readonly #dialect: Dialect;
  readonly #refer: Refer | undefined;
  readonly #attaches: boolean;
  #writer: ValueWriter;
  #busy = false;

  /** @param attaches whether large bytes go out of band; without that a value is all in its payload */
  constructor(dialect: Dialect, refer?: Refer, attaches = dialect === 'rich') {
    this.#dialect = dialect;
    this.#refer = refer;
    this.#attaches = attaches;
    this.#writer = this.#newWriter();
  }

  /**
   * Encodes one value.
   *
   * @param root where the path in an error begins, such as `payload`
   * @throws SerializationError a part of the value has no faithful form; `path` says which (ERR_SYNAPSE_SERIALIZATION). Other errors of
   *   this library that `refer` throws come as they are.
   */
  encode(value: unknown, root: string): Encoded {
    if (this.#busy) return this.#another().encode(value, root);
    this.#busy = true;
    try {
      if (this.#dialect === 'plain' && value instanceof Uint8Array && value.length > MAX_COPIED_BYTES) this.#writer.uncopied(value);
      else this.#writer.value(value, 1);
      return this.#finish();
    } catch (cause) {
      throw this.#failed(cause, root);
    }
  }

  /**
   * Encodes the arguments of a call. Paths in errors are as in `arguments[0].x`, and `arguments.name.x` for keywords.
   *
   * @param kwargs what goes by keyword; undefined if nothing does
   * @throws SerializationError as `encode` does
   */
  encodeArguments(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>> | undefined): Encoded {
    if (this.#busy) return this.#another().encodeArguments(args, kwargs);
    this.#busy = true;
    try {
      this.#writer.out.arrayHead(kwargs ? 2 : 1);
      this.#writer.array(args, 2);
      if (kwargs) this.#writer.record(kwargs, 2);
      return this.#finish();
    } catch (cause) {
      throw this.#failed(cause, 'arguments');
    }
  }

  /** For a value that is encoded by a getter of a value that is being encoded. */
  #another(): Encoder {
    return new Encoder(this.#dialect, this.#refer, this.#attaches);
  }

  #newWriter(): ValueWriter {
    return new ValueWriter(this.#dialect, this.#refer, this.#attaches);
  }

  #finish(): Encoded {
    const { out, attachments } = this.#writer;
    const payload = out.at > MAX_COPIED_BYTES ? out.take() : out.written();
    out.at = 0;
    this.#busy = false;
    return { payload, buffers: attachments.take() ?? NO_BUFFERS };
  }

  #failed(cause: unknown, root: string): unknown {
    this.#writer = this.#newWriter();
    this.#busy = false;
    return serializationError(cause, root);
  }
}
