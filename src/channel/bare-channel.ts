/** The bare protocol: frame in, frame out, in order, no ids. Owns the queue, the window and which answer is whose. */

import type { CallPhase } from '../call-errors';
import { FrameError } from '../errors';
import { Codec } from '../protocol/codec';
import { type Frame, FrameReader, FrameWriter } from '../protocol/frame';
import type { Channel, ChannelObserver, ChannelOptions, CloseReason } from './channel';
import { type LateCallOptions, PendingCall, PendingList, type PendingOwner } from './pending';
import { queueFull } from './queue-full';
import type { Transport, TransportSink } from './transport';

export class BareChannel implements Channel, PendingOwner, TransportSink {
  readonly stopsCalls = false;
  readonly #transport: Transport;
  readonly #limits: ChannelOptions;
  readonly #observer: ChannelObserver;
  readonly #codec: Codec;
  readonly #reader: FrameReader;
  readonly #writer: FrameWriter;
  readonly #queue = new PendingList();
  readonly #inFlight = new PendingList();
  /** Calls that somebody still waits for. */
  #live = 0;
  #failed = false;
  #saturated = false;
  #closed: CloseReason | undefined;
  /** When the module had last answered. */
  #freeAt = 0;

  constructor(transport: Transport, limits: ChannelOptions, observer: ChannelObserver) {
    this.#transport = transport;
    this.#limits = limits;
    this.#observer = observer;
    this.#codec = new Codec(limits.int);
    this.#reader = new FrameReader(limits.maxFrameBytes, (body) => this.#onAnswer(body));
    this.#writer = new FrameWriter(limits.maxFrameBytes);
    transport.start(this);
  }

  get load(): number {
    return this.#queue.size + this.#inFlight.size;
  }

  request(payload: unknown, options: LateCallOptions): Promise<unknown> {
    if (this.#closed) return Promise.reject(this.#closed(false));
    if (options.signal?.aborted) return Promise.reject(options.signal.reason);
    if (this.#queue.size >= this.#limits.maxQueue && options.since === undefined) return Promise.reject(queueFull(this.#limits.maxQueue));
    let frame: Frame;
    try {
      frame = this.#writer.frame(this.#codec.encode(payload));
    } catch (error) {
      return Promise.reject(error);
    }
    const call = new PendingCall('call', frame, this);
    call.madeAt = options.since ?? call.madeAt;
    call.limit(options.timeout ?? this.#limits.callTimeout, options.signal);
    this.#queue.push(call);
    if (++this.#live === 1) this.#transport.hold(true);
    this.#sendQueued();
    return call.promise;
  }

  end(): void {
    this.#transport.end();
  }

  close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = reason;
    for (const list of [this.#inFlight, this.#queue]) {
      for (let call = list.shift(); call; call = list.shift()) {
        const isSent = call.frame === undefined;
        if (!call.settled) call.reject(reason(isSent));
      }
    }
    this.#live = 0;
    this.#transport.hold(false);
  }

  phaseOf(call: PendingCall): CallPhase {
    return this.#inFlight.first === call ? 'run' : 'queue';
  }

  /** A queued call goes; a sent one keeps its place, so that its answer is not taken for the next call's. */
  onGivenUp(call: PendingCall): void {
    if (call.frame !== undefined) this.#queue.remove(call);
    this.#release();
  }

  onChunk(chunk: Uint8Array): void {
    if (this.#failed) return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#fail(error as FrameError);
    }
    this.#sendQueued();
  }

  room(): Uint8Array | undefined {
    return this.#reader.room;
  }

  onDrain(): void {
    this.#saturated = false;
    this.#sendQueued();
  }

  onEnd(): void {
    this.#fail(undefined);
  }

  /** What a module that reads frames itself does with those that it has read, nobody knows: where that matters it gets one at a time. */
  get #window(): number {
    return this.#limits.eager ? 1 : this.#limits.maxInFlight;
  }

  #sendQueued(): void {
    while (!this.#saturated && this.#inFlight.size < this.#window) {
      const call = this.#queue.shift();
      if (!call) return;
      const frame = call.frame as Frame;
      call.frame = undefined;
      call.sentAt = performance.now();
      this.#inFlight.push(call);
      this.#saturated = !this.#transport.write(frame);
    }
  }

  #onAnswer(body: Uint8Array): void {
    if (this.#failed) return;
    const call = this.#inFlight.shift();
    if (!call) {
      this.#fail(
        new FrameError('The module wrote a frame that answers no call: write exactly one answer to sys.stdout.buffer for each frame read.'),
      );
      return;
    }
    const arrivedAt = performance.now();
    const begunAt = Math.max(call.sentAt, this.#freeAt);
    this.#freeAt = arrivedAt;
    if (!call.settled) {
      this.#answer(call, body);
      this.#limits.times.note(call.madeAt, begunAt, arrivedAt, performance.now());
      this.#release();
    }
    this.#observer.onFreed();
  }

  #answer(call: PendingCall, body: Uint8Array): void {
    let value: unknown;
    try {
      value = this.#codec.decode(body);
    } catch (error) {
      call.reject(error);
      return;
    }
    call.resolve(value);
  }

  /** With nobody waiting for a call, this worker must not keep the program alive. */
  #release(): void {
    if (--this.#live === 0) this.#transport.hold(false);
  }

  #fail(error: FrameError | undefined): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#observer.onFailure(error);
  }
}
