/** What goes to the host: answers, and calls of its functions. Owns the encoder, the limit of the host, and what is told when an answer has no form. */

import { CHUNK_OVERHEAD_BYTES } from '../channel/inbound-stream';
import { Outbox } from '../channel/outbox';
import type { Transport } from '../channel/transport';
import { Encoder } from '../protocol/encoder';
import type { Frame } from '../protocol/frame';
import { KIND } from '../protocol/message';
import type { AnswerSender, Call } from './call';
import { type FailureMap, obstacleMap, refusalMap, thrownMap } from './failure';
import { refuse } from './obstacles';

const FRAME_HEADER_BYTES = 4;

/** A value to encode, and where the path in an error begins. */
interface Content {
  readonly value: unknown;
  readonly root: string;
}

export class Answers implements AnswerSender {
  readonly #transport: Transport;
  readonly #encoder = new Encoder('rich', refuse);
  /** Errors that this library found: their codes are told. */
  readonly #own = new WeakSet<Error>();
  #outbox: Outbox;
  #closed = false;

  constructor(transport: Transport, limit: number) {
    this.#transport = transport;
    this.#outbox = new Outbox(transport, limit);
  }

  /** The host takes no frame whose body has more bytes. */
  learnLimit(bytes: number): void {
    this.#outbox = new Outbox(this.#transport, bytes);
  }

  /** Sends nothing from now on. */
  close(): void {
    this.#closed = true;
  }

  /** Sends a frame that was made before. */
  deliver(frame: Frame): void {
    this.#send(frame);
  }

  /** Sends a message. Throws if its value has no form, or is too large. */
  tell(header: readonly unknown[], content?: Content): void {
    this.#send(this.#frame(header, content));
  }

  sendResult(call: Call, value: unknown): void {
    this.#answer(call, [KIND.result, call.id], value);
  }

  sendAck(call: Call, value: unknown): boolean {
    return this.#answer(call, [KIND.ack, call.id], value);
  }

  sendChunk(call: Call, value: unknown): number {
    const frame = this.#chunk(call, value);
    this.#send(frame);
    return bodyBytes(frame) + CHUNK_OVERHEAD_BYTES;
  }

  sendEnd({ id }: Call): void {
    this.tell([KIND.end, id]);
  }

  sendError({ id }: Call, error: unknown): void {
    this.refuse(id, this.#own.has(error as Error) ? obstacleMap(error) : thrownMap(error));
  }

  sendCancelled({ id, begun, method }: Call): void {
    const rung = begun ? 'cooperative' : 'queue';
    this.refuse(id, refusalMap('ERR_SYNAPSE_CANCELLED', `The call of ${method.name} was given up.`, { rung }));
  }

  report({ method }: Call, error: unknown): void {
    const { traceback, type, message } = thrownMap(error);
    process.stderr.write(`${method.name} failed when its call had its answer: ${traceback || `${type}: ${message}`}\n`);
  }

  /** Calls a function of the host. Throws if an argument has no form, or they are too large. */
  callHost(id: number, target: number, args: readonly unknown[]): void {
    this.#send(this.#outbox.frame([KIND.call, id, '', { on: target }], this.#encoder.encodeArguments(args, undefined)));
  }

  /** Answers a call with an error. */
  refuse(id: number, error: FailureMap): void {
    try {
      this.tell([KIND.error, id], { value: error, root: 'error' });
    } catch (obstacle) {
      const { code, message } = obstacleMap(obstacle);
      this.tell([KIND.error, id], {
        value: refusalMap(String(code), `The error of the call could not be sent: ${String(message)}`),
        root: 'error',
      });
    }
  }

  /** Answers a call whose arguments do not fit. */
  refuseArguments(call: Call, error: unknown): void {
    call.fail(this.#noted(error));
  }

  #chunk(call: Call, value: unknown): Frame {
    try {
      return this.#frame([KIND.chunk, call.id], { value: call.method.write(value), root: 'chunk' });
    } catch (error) {
      throw this.#noted(error);
    }
  }

  #noted(error: unknown): unknown {
    if (error instanceof Error) this.#own.add(error);
    return error;
  }

  /** Returns whether the value could be sent; its error has been otherwise. */
  #answer(call: Call, header: readonly unknown[], value: unknown): boolean {
    try {
      this.tell(header, { value: call.method.write(value), root: 'result' });
      return true;
    } catch (error) {
      this.refuse(call.id, obstacleMap(error));
      return false;
    }
  }

  #frame(header: readonly unknown[], content?: Content): Frame {
    return this.#outbox.frame(header, content && this.#encoder.encode(content.value, content.root));
  }

  #send(frame: Frame): void {
    if (!this.#closed) this.#outbox.write(frame);
  }
}

function bodyBytes(frame: Frame): number {
  let size = -FRAME_HEADER_BYTES;
  for (const part of frame) size += part.length;
  return size;
}
