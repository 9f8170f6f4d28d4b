/** The host's end of a conversation in the hands of a test: plays calls, and reads what the worker sent. */

import { Decoder } from '../../src/protocol/decoder';
import { type Encoded, Encoder } from '../../src/protocol/encoder';
import { FrameWriter } from '../../src/protocol/frame';
import { KIND, readMessage, writeMessage } from '../../src/protocol/message';
import { Conversation } from '../../src/serving/conversation';
import { Definitions, type Handler, type HandlerConfig } from '../../src/serving/definitions';
import { FakeTransport } from './fake-transport';

/** A message that the worker sent: its kind by name, its id, the rest of its header, and its payload. */
type Told = [kind: string, id: number, ...rest: unknown[]];

/** A function or a stream of the host as a value, by its id there. */
export class Lent {
  readonly code: 12 | 13;
  readonly id: number;

  constructor(what: 'function' | 'stream', id: number) {
    this.code = what === 'function' ? 12 : 13;
    this.id = id;
  }
}

const nameOf = (kind: number): string => Object.entries(KIND).find(([, value]) => value === kind)?.[0] ?? '?';

export class FakeHost {
  readonly definitions = new Definitions();
  readonly transport = new FakeTransport();
  readonly broken: Error[] = [];
  over = false;
  /** How often the conversation told that its host is there. */
  heard = 0;
  #conversation: Conversation | undefined;
  readonly #encoder = new Encoder('rich', (value) => (value instanceof Lent ? value : undefined));
  readonly #writer = new FrameWriter(2 ** 31);
  #lastId = 0;
  #read = 0;

  /** Defines a method, and begins the conversation unless it has begun. */
  static serving(handlers: Record<string, Handler | [Handler, HandlerConfig]>): FakeHost {
    const host = new FakeHost();
    for (const [name, handler] of Object.entries(handlers)) {
      const [run, config] = Array.isArray(handler) ? handler : [handler, undefined];
      host.definitions.addMethod(name, run, config);
    }
    host.begin();
    return host;
  }

  begin(): Conversation {
    this.definitions.seal();
    this.#conversation = new Conversation(this.transport, this.definitions, 'node 20.0.0', {
      onHost: () => {
        this.heard++;
      },
      onOver: () => {
        this.over = true;
      },
      onBroken: (error) => this.broken.push(error),
    });
    return this.#conversation;
  }

  /** Answers the worker's hello. */
  greet(details: Record<string, unknown> = {}, version = 1): void {
    this.play([KIND.hello, version, { maxFrameBytes: 1_000_000, arrow: false, eager: false, ...details }]);
  }

  /** Calls a method, and gives the call's id. */
  call(name: string, ...args: unknown[]): number {
    this.#lastId += 2;
    this.play([KIND.call, this.#lastId, name], this.#encoder.encodeArguments(args, undefined));
    return this.#lastId;
  }

  /** Sends a message with a value. */
  say(header: readonly unknown[], value: unknown): void {
    this.play(header, this.#encoder.encode(value, 'value'));
  }

  play(header: readonly unknown[], payload?: Encoded): void {
    this.transport.give(Buffer.concat(this.#writer.frame(writeMessage(header, payload))));
  }

  /** What the worker sent since the last look. */
  told(): Told[] {
    const bodies = this.transport.sent.slice(this.#read);
    this.#read = this.transport.sent.length;
    return bodies.map((sent) => {
      const { kind, id, rest, body, payloadStart, payloadEnd, buffers } = readMessage(sent);
      const payload =
        payloadEnd > payloadStart ? [new Decoder('rich', { int: 'auto' }).decode(body, payloadStart, payloadEnd, buffers)] : [];
      return [nameOf(kind), id, ...rest, ...payload];
    });
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
