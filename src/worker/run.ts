/** One process of a worker while it runs. Owns its channel, which its hello decides on, and what it printed last. */

import { BareChannel } from '../channel/bare-channel';
import type { CancelReport } from '../channel/cancellations';
import type { Channel, ChannelObserver, ChannelOptions, CloseReason } from '../channel/channel';
import { Handshake } from '../channel/handshake';
import type { LogLine } from '../channel/log-lines';
import { RpcChannel } from '../channel/rpc-channel';
import type { StartedWorker } from '../engine/engine';
import type { FrameError } from '../errors';
import { OutputTail } from '../process/output';
import type { Hello } from '../protocol/message';

/** Takes what a worker prints. */
export interface WorkerOutput {
  /** Bytes from its pipes. Returns false if it should be held back until `onRoom` is called. */
  onBytes(stream: 'stdout' | 'stderr', chunk: Uint8Array, onRoom: () => void): boolean;
  /** Bytes that it printed inside calls; their lines come by `onLine`. */
  onPrinted(stream: 'stdout' | 'stderr', chunk: Uint8Array): void;
  onLine(line: LogLine): void;
  /** The process has ended: what it printed last is a line, even without an end. */
  onEnd(): void;
}

/** Takes what a worker tells of its calls. */
export interface WorkerNews {
  onEvent(name: string, data: unknown): void;
  onCancel(report: CancelReport): void;
}

/** What a run reports. */
export interface RunObserver {
  readonly output: WorkerOutput;
  readonly news: WorkerNews;
  /** It announced itself, and its channel is open. */
  onHello(hello: Hello): void;
  /** A function goes on although its call was given up long ago. */
  onStuck(run: Run, report: CancelReport): void;
  /** The stream of frames is over. */
  onFailure(run: Run, error: FrameError | undefined): void;
  /** A call came to its end. */
  onFreed(): void;
}

export class Run {
  readonly started: StartedWorker;
  /** Why the protocol broke, if it did. */
  broken: Error | undefined;
  readonly #observer: RunObserver;
  readonly #tails = { stdout: new OutputTail(), stderr: new OutputTail() };
  /** None until the hello. */
  #channel: Channel | undefined;
  #rpc: RpcChannel | undefined;
  #closed: CloseReason | undefined;

  constructor(started: StartedWorker, options: ChannelOptions, observer: RunObserver) {
    this.started = started;
    this.#observer = observer;
    this.#collect('stdout');
    this.#collect('stderr');
    this.#open(options);
  }

  /** The conversation; absent before the hello. */
  get channel(): Channel | undefined {
    return this.#channel;
  }

  /** The conversation, if it is one of the rpc protocol. */
  get rpc(): RpcChannel | undefined {
    return this.#rpc;
  }

  /** The last that it printed to standard error. */
  get stderr(): string {
    return this.#tails.stderr.toString();
  }

  /** The last that it printed. */
  get printed(): string {
    return [this.#tails.stdout.toString(), this.stderr].filter(Boolean).join('\n');
  }

  /** No call is answered from now on. The first reason stands; `isRead` as in `Channel.close`. */
  close(reason: CloseReason, isRead = true): void {
    this.#closed ??= reason;
    this.#channel?.close(reason, isRead);
  }

  /** Tells the worker that nothing more comes. */
  end(): void {
    if (this.#channel) this.#channel.end();
    else this.started.transport.end();
  }

  #open(options: ChannelOptions): void {
    const { started } = this;
    const observer: ChannelObserver = {
      onFailure: (error) => this.#observer.onFailure(this, error),
      onFreed: () => this.#observer.onFreed(),
    };
    if (!started.announces) {
      this.#channel = new BareChannel(started.transport, options, observer);
      return;
    }
    const handshake = new Handshake(started.transport, options.maxFrameBytes, {
      onFailure: observer.onFailure,
      onHello: (hello) => {
        if (this.#closed) return;
        this.#channel = this.#converse(handshake, hello, options, observer);
        this.#observer.onHello(hello);
      },
    });
  }

  #converse(handshake: Handshake, hello: Hello, options: ChannelOptions, observer: ChannelObserver): Channel {
    if (hello.mode === 'loop') return new BareChannel(handshake, options, observer);
    const { news, output } = this.#observer;
    this.#rpc = new RpcChannel(handshake, hello, options, {
      ...observer,
      onEvent: (name, data) => news.onEvent(name, data),
      onCancel: (report) => news.onCancel(report),
      onStuck: (report) => this.#observer.onStuck(this, report),
      onLine: (line) => output.onLine(line),
      onPrinted: (stream, text) => {
        const bytes = Buffer.from(text);
        this.#tails[stream].add(bytes);
        output.onPrinted(stream, bytes);
      },
    });
    return this.#rpc;
  }

  #collect(name: 'stdout' | 'stderr'): void {
    const stream = this.started[name];
    stream?.on('data', (chunk: Uint8Array) => {
      this.#tails[name].add(chunk);
      if (!this.#observer.output.onBytes(name, chunk, () => stream.resume())) stream.pause();
    });
    stream?.on('error', () => undefined);
  }
}
