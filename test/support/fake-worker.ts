/** The worker's end of an rpc channel in the hands of a test: reads what the channel sent, and plays messages. */

import { decode as decodeReference, ExtData, ExtensionCodec, encode } from '@msgpack/msgpack';
import type { CancelReport } from '../../src/channel/cancellations';
import type { ChannelOptions } from '../../src/channel/channel';
import { InboundStream } from '../../src/channel/inbound-stream';
import { invocationOf } from '../../src/channel/invocation';
import type { LogLine } from '../../src/channel/log-lines';
import type { CallOptions } from '../../src/channel/pending';
import { RpcChannel } from '../../src/channel/rpc-channel';
import type { FrameError } from '../../src/errors';
import { Decoder } from '../../src/protocol/decoder';
import { type Encoded, Encoder } from '../../src/protocol/encoder';
import { FrameWriter } from '../../src/protocol/frame';
import { type Hello, KIND, type Message, readMessage, writeMessage } from '../../src/protocol/message';
import { CHANNEL_OPTIONS } from './channel-options';
import { FakeTransport } from './fake-transport';

const OPTIONS: ChannelOptions = { ...CHANNEL_OPTIONS, maxFrameBytes: 100 * 1024 * 1024 };
const METHODS = {
  double: { response: 'result', concurrent: false },
  fetch: { response: 'result', concurrent: true },
  count: { response: 'stream', concurrent: false },
  begin: { response: 'ack', concurrent: false },
  forget: { response: 'none', concurrent: false },
} as const;

/** A message that the channel sent. */
export interface SentMessage {
  readonly kind: string;
  readonly id: number;
  readonly rest: readonly unknown[];
  readonly payload: unknown;
}

/** A value that the worker sends as a handle. */
export function pythonObject(id: number, kind = 'instance', type = 'Model'): unknown {
  return new ExtData(11, encode([id, kind, type]));
}

const nameOf = (kind: number): string => Object.entries(KIND).find(([, value]) => value === kind)?.[0] ?? '?';

export class FakeWorker {
  readonly transport = new FakeTransport();
  readonly channel: RpcChannel;
  readonly failures: (FrameError | undefined)[] = [];
  readonly events: [string, unknown][] = [];
  /** How often a call came to its end. */
  freed = 0;
  readonly stuck: CancelReport[] = [];
  readonly cancels: unknown[] = [];
  readonly lines: LogLine[] = [];
  readonly printed: [string, string][] = [];
  readonly #encoder = new Encoder('rich');
  readonly #writer = new FrameWriter(2 ** 31);
  #read = 1;

  constructor(options: Partial<ChannelOptions> = {}, handler = true) {
    const methods = new Map(Object.entries(METHODS).map(([name, method]) => [name, { ...method, parameters: [], returns: undefined }]));
    const hello = { mode: 'rpc', python: '3.11.7', pid: 42, methods, classes: [], constants: [], handler } as unknown as Hello;
    this.channel = new RpcChannel(
      this.transport,
      hello,
      { ...OPTIONS, ...options },
      {
        onFailure: (error) => this.failures.push(error),
        onFreed: () => this.freed++,
        onEvent: (name, data) => this.events.push([name, data]),
        onCancel: (report) => this.cancels.push(report),
        onStuck: (report) => this.stuck.push(report),
        onLine: (line) => this.lines.push(line),
        onPrinted: (stream, text) => this.printed.push([stream, text]),
      },
    );
  }

  /** Calls a function as a program does. */
  send(method: string, args: readonly unknown[] = [], options: CallOptions = {}): Promise<unknown> {
    return this.channel.invoke(invocationOf('send', method, args), options);
  }

  stream(method: string, args: readonly unknown[] = [], options: CallOptions = {}): InboundStream {
    return new InboundStream(() => this.channel.connection(options), invocationOf('stream', method, args), options);
  }

  /** The bodies that the channel sent since the last look, the host's hello left out. */
  bodies(): Message[] {
    const bodies = this.transport.sent.slice(this.#read);
    this.#read = this.transport.sent.length;
    return bodies.map((body) => readMessage(body));
  }

  /** The messages that the channel sent since the last look. */
  sent(): SentMessage[] {
    return this.bodies().map((message) => {
      const { kind, id, rest, body, payloadStart, payloadEnd, buffers } = message;
      const payload = payloadEnd > payloadStart ? decode(body, payloadStart, payloadEnd, buffers) : undefined;
      return { kind: nameOf(kind), id, rest, payload };
    });
  }

  /** Plays a message; the value is encoded by this library, or given as it stands by `raw`. */
  play(header: readonly unknown[], ...value: unknown[]): void {
    this.playAll([[header, ...value]]);
  }

  /** Plays messages that come in one read. */
  playAll(messages: readonly (readonly [readonly unknown[], ...unknown[]])[]): void {
    const frames = messages.map(([header, ...value]) => {
      const payload = value.length === 0 ? undefined : this.#encode(value[0]);
      return Buffer.concat(this.#writer.frame(writeMessage(header, payload)));
    });
    this.transport.give(Buffer.concat(frames));
  }

  result(id: number, value: unknown): void {
    this.play([KIND.result, id], value);
  }

  error(id: number, error: Record<string, unknown>): void {
    this.play([KIND.error, id], error);
  }

  #encode(value: unknown): Encoded {
    return isForeign(value) ? { payload: encode(value), buffers: [] } : this.#encoder.encode(value, 'value');
  }
}

/** Handles are written by the reference encoder, since this library's host never writes their long form. */
function isForeign(value: unknown): boolean {
  if (value instanceof ExtData) return true;
  return Array.isArray(value) && value.some(isForeign);
}

/** What the host refers to comes out as `{ ext, id }`. */
function decode(body: Uint8Array, start: number, end: number, buffers: readonly Uint8Array[]): unknown {
  const payload = body.subarray(start, end);
  try {
    return new Decoder('rich', { int: 'auto' }).decode(payload, 0, payload.length, buffers);
  } catch {
    return decodeReference(payload, { extensionCodec: references });
  }
}

const references = new ExtensionCodec();
for (const ext of [11, 12, 13]) {
  references.register({ type: ext, encode: () => null, decode: (data) => ({ ext, id: [decodeReference(data)].flat()[0] }) });
}
