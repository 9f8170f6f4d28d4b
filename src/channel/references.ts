/** Values on their way to Python. Owns the encoder and the registers of what crosses by reference: handles, functions, argument streams. */

import { SerializationError } from '../errors';
import { type Encoded, Encoder, type Reference } from '../protocol/encoder';
import type { Frame } from '../protocol/frame';
import { KIND } from '../protocol/message';
import { isAttribute } from './attribute';
import { callbackContext } from './callback-context';
import { type CallbackSender, Functions } from './functions';
import { Handles } from './handles';
import { CHUNK_OVERHEAD_BYTES } from './inbound-stream';
import type { Invocation } from './invocation';
import { keywordsOf } from './keywords';
import { isStreamSource, OutboundStream, type StreamSender } from './outbound-stream';
import type { Outbox } from './outbox';
import { writeError } from './remote-error';

const FRAME_HEADER_BYTES = 4;
const ONLY_ARGUMENT = 'arguments[0]';

export class References implements CallbackSender, StreamSender {
  readonly handles: Handles;
  readonly functions: Functions;
  readonly #outbox: Outbox;
  readonly #encoder: Encoder;
  readonly #streams = new Map<number, OutboundStream>();
  /** Undoes what the encoding at hand set up, one step each. */
  #undo: (() => void)[] | undefined;

  /** @param invoke calls what a handle stands for */
  constructor(outbox: Outbox, invoke: (invocation: Invocation) => Promise<unknown>) {
    this.#outbox = outbox;
    this.#encoder = new Encoder('rich', (value) => this.#refer(value));
    this.handles = new Handles({ invoke, release: (id, count) => outbox.tell(KIND.release, id, count) });
    this.functions = new Functions(this, (run) => callbackContext.run(this.handles, run));
  }

  /**
   * Encodes a value.
   *
   * @param root where the path in an error begins
   * @throws SerializationError, StaleHandleError a part of it cannot be sent
   */
  encode(value: unknown, root: string): Encoded {
    try {
      return this.#encoder.encode(value, root);
    } catch (error) {
      this.taken()?.();
      throw error;
    } finally {
      this.#undo = undefined;
    }
  }

  /** Encodes arguments. What that set up stands until `taken` is asked for. Throws as `encode` does. */
  encodeArguments({ args, kwargs, isPayload }: Invocation): Encoded {
    try {
      return this.#encoder.encodeArguments(args, kwargs);
    } catch (error) {
      this.taken()?.();
      throw isPayload && error instanceof SerializationError ? asPayload(error) : error;
    }
  }

  /** Gives what undoes the last encoding of arguments; nothing if there is nothing to undo. */
  taken(): (() => void) | undefined {
    const steps = this.#undo;
    if (steps === undefined) return undefined;
    this.#undo = undefined;
    return () => {
      for (const step of steps) step();
    };
  }

  /** Python grants credit to a stream, or leaves it. One that has ended meanwhile is none any more. */
  onCredit(id: number, bytes: number): void {
    this.#streams.get(id)?.credit(bytes);
  }

  onCancel(id: number): void {
    this.#streams.get(id)?.cancel();
  }

  sendChunk(id: number, value: unknown): number {
    const frame = this.#outbox.frame([KIND.chunk, id], this.encode(value, 'chunk'));
    this.#outbox.write(frame);
    return bodyBytes(frame) + CHUNK_OVERHEAD_BYTES;
  }

  sendEnd(id: number, failure?: { readonly error: unknown }): void {
    this.#streams.delete(id);
    if (failure) this.sendError(id, failure.error);
    else this.#outbox.tell(KIND.end, id);
  }

  sendResult(id: number, value: unknown): void {
    this.#outbox.write(this.#outbox.frame([KIND.result, id], this.encode(value, 'answer')));
  }

  sendError(id: number, thrown: unknown): void {
    const error = writeError(thrown);
    try {
      this.#outbox.write(this.#outbox.frame([KIND.error, id], this.encode(error, 'error')));
    } catch (obstacle) {
      const message = `The error could not be sent: ${(obstacle as Error).message}`;
      this.#outbox.write(this.#outbox.frame([KIND.error, id], this.encode({ type: 'Error', message, traceback: '' }, 'error')));
    }
  }

  close(): void {
    this.handles.close();
    this.functions.clear();
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
  }

  #refer(value: object): Reference | undefined {
    const handle = this.handles.idOf(value);
    if (handle !== undefined) return { code: 11, id: handle };
    if (keywordsOf(value)) throw new TypeError('kw() can only be the last argument of a call');
    if (isAttribute(value)) throw new TypeError('this attribute of a Python object was not read: await it first');
    if (typeof value === 'function') return { code: 12, id: this.#addFunction(value as (...args: unknown[]) => unknown) };
    return isStreamSource(value) ? { code: 13, id: this.#addStream(value) } : undefined;
  }

  #addFunction(callback: (...args: unknown[]) => unknown): number {
    const id = this.functions.refer(callback);
    this.#note(() => this.functions.release(id, 1));
    return id;
  }

  #addStream(source: object): number {
    const stream = new OutboundStream(this.#outbox.nextId(), source, this);
    this.#streams.set(stream.id, stream);
    this.#note(() => {
      this.#streams.delete(stream.id);
      stream.close();
    });
    return stream.id;
  }

  #note(step: () => void): void {
    this.#undo ??= [];
    this.#undo.push(step);
  }
}

/** The one argument of a handler is called payload. */
function asPayload({ path, message, cause }: SerializationError): SerializationError {
  return new SerializationError(path.replace(ONLY_ARGUMENT, 'payload'), message.replace(ONLY_ARGUMENT, 'payload'), { cause });
}

function bodyBytes(frame: Frame): number {
  let size = -FRAME_HEADER_BYTES;
  for (const part of frame) size += part.length;
  return size;
}
