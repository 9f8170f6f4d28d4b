/** Values on their way to Python. Owns the encoder and the registers of what crosses by reference: handles, functions, argument streams. */

import { types } from 'node:util';
import { SerializationError } from '../errors';
import { type Encoded, Encoder, type Reference, type Substitute } from '../protocol/encoder';
import type { Frame } from '../protocol/frame';
import { KIND } from '../protocol/message';
import { type Unread, unreadOf } from './attribute';
import { callbackContext } from './callback-context';
import { type CallbackSender, Functions } from './functions';
import { type HandleChannel, Handles } from './handles';
import { CHUNK_OVERHEAD_BYTES } from './inbound-stream';
import type { Invocation } from './invocation';
import { keywordsOf } from './keywords';
import { isStreamSource, OutboundStream, type StreamSender } from './outbound-stream';
import type { Outbox } from './outbox';
import { writeError } from './remote-error';
import { type NameRead, readOf, titleOf, type Undo, UnreadNames } from './unread-names';

const FRAME_HEADER_BYTES = 4;
const ONLY_ARGUMENT = 'arguments[0]';
const NONE: readonly NameRead[] = Object.freeze([]);
const FOR_EVER = Object.freeze({ timeout: 0 });
const GAP: Substitute = Object.freeze({ value: null });

export class References implements CallbackSender, StreamSender {
  readonly handles: Handles;
  readonly functions: Functions;
  readonly #outbox: Outbox;
  readonly #encoder: Encoder;
  readonly #streams = new Map<number, OutboundStream>();
  /** Undoes what the encoding at hand set up, one step each. */
  #undo: Undo[] | undefined;
  /** Names in what is encoded that nobody has read. */
  #unread: Unread[] | undefined;
  /** Names that were read; undefined where names cannot be. */
  #read: readonly NameRead[] | undefined;

  /** @param channel calls and iterates what a handle stands for */
  constructor(outbox: Outbox, channel: Pick<HandleChannel, 'invoke' | 'connection'>) {
    this.#outbox = outbox;
    this.#encoder = new Encoder('rich', (value) => this.#refer(value));
    this.handles = new Handles({
      invoke: (invocation, options) => channel.invoke(invocation, options),
      connection: (options) => channel.connection(options),
      release: (id, count) => outbox.tell(KIND.release, id, count),
    });
    this.functions = new Functions(this, (run) => callbackContext.run(this.handles, run));
  }

  /** Whether the code that runs is a function of this program that the worker called and waits for. */
  get isCalledBack(): boolean {
    return callbackContext.getStore() === this.handles;
  }

  /**
   * Encodes a value.
   *
   * @param root where the path in an error begins
   * @param read what was read for names of Python in it; without it there can be none
   * @throws SerializationError, StaleHandleError a part of it cannot be sent; UnreadNames there are names that were not read
   */
  encode(value: unknown, root: string, read?: readonly NameRead[]): Encoded {
    this.#read = read;
    try {
      return this.#complete(this.#encoder.encode(value, root));
    } catch (error) {
      this.taken()?.();
      throw error;
    } finally {
      this.#undo = undefined;
      this.#read = undefined;
      this.#unread = undefined;
    }
  }

  /**
   * Encodes arguments. What that set up stands until `taken` is asked for. Throws as `encode` does.
   *
   * @throws UnreadNames there are names of Python among them that were not read
   */
  encodeArguments({ args, kwargs, isPayload, read = NONE }: Invocation): Encoded {
    this.#read = read;
    try {
      return this.#complete(this.#encoder.encodeArguments(args, kwargs));
    } catch (error) {
      this.taken()?.();
      throw isPayload && error instanceof SerializationError ? asPayload(error) : error;
    } finally {
      this.#read = undefined;
      this.#unread = undefined;
    }
  }

  /** Gives what undoes the last encoding of arguments; nothing if there is nothing to undo. */
  taken(): Undo | undefined {
    const steps = this.#undo;
    if (steps === undefined) return undefined;
    this.#undo = undefined;
    return (isRepeated) => {
      for (const step of steps) step(isRepeated);
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

  sendResult(id: number, value: unknown, read = NONE): Promise<void> | undefined {
    try {
      this.#outbox.write(this.#outbox.frame([KIND.result, id], this.encode(value, 'answer', read)));
      return undefined;
    } catch (error) {
      if (error instanceof UnreadNames) return this.#sendWhenRead(id, value, error);
      throw error;
    }
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

  /** Python waits for the result, so what it is asked for meanwhile must not wait for Python. */
  async #sendWhenRead(id: number, value: unknown, names: UnreadNames): Promise<void> {
    const read = await callbackContext.run(this.handles, () => names.read('the function that waits', FOR_EVER));
    await this.sendResult(id, value, read);
  }

  #complete(encoded: Encoded): Encoded {
    if (this.#unread) throw new UnreadNames(this.#unread, this.#read ?? NONE, this.handles, this.taken());
    return encoded;
  }

  #refer(value: object): Reference | Substitute | undefined {
    const handle = this.handles.idOf(value);
    if (handle !== undefined) return { code: 11, id: handle };
    if (keywordsOf(value)) throw new TypeError('kw() can only be the last argument of a call');
    const name = unreadOf(value);
    if (name) return this.#nameIn(name);
    if (typeof value === 'function') return { code: 12, id: this.#addFunction(value as (...args: unknown[]) => unknown) };
    return isStreamSource(value) && !types.isPromise(value) ? { code: 13, id: this.#addStream(value) } : undefined;
  }

  /** A name that is to be read first leaves a gap, so that all of them are known at once. */
  #nameIn(name: Unread): Substitute {
    if (!this.#read) throw new TypeError(`${titleOf(name)} was not read, and cannot be in what is sent here: pass it as an argument`);
    const read = readOf(this.#read, name);
    if (read?.refusal !== undefined) throw new TypeError(read.refusal);
    if (read) return read;
    this.#unread ??= [];
    this.#unread.push(name);
    return GAP;
  }

  #addFunction(callback: (...args: unknown[]) => unknown): number {
    const id = this.functions.refer(callback);
    this.#note(() => this.functions.release(id, 1));
    return id;
  }

  #addStream(source: object): number {
    const stream = new OutboundStream(this.#outbox.nextId(), source, this);
    this.#streams.set(stream.id, stream);
    this.#note((isRepeated) => {
      this.#streams.delete(stream.id);
      if (!isRepeated) stream.close();
    });
    return stream.id;
  }

  #note(step: Undo): void {
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
