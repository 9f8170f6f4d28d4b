/** What every conversation with a worker offers to the rooms above, and what it needs and reports. */

import type { FrameError } from '../errors';
import type { IntPolicy } from '../protocol/decoder';
import type { CallOptions } from './pending';

/** Limits of a channel; `api/options` has the defaults. */
export interface ChannelLimits {
  /** Calls sent and not yet answered; 1 is strict lock step. */
  readonly maxInFlight: number;
  /** Calls that wait to be sent. */
  readonly maxQueue: number;
  /** Bytes of a frame's body, both ways. */
  readonly maxFrameBytes: number;
  /** Milliseconds that a call may take unless its own options say otherwise; 0 is no limit. */
  readonly callTimeout: number;
  /** Milliseconds that a function may go on after its call was given up; 0 is no limit. */
  readonly cancelTimeout: number;
}

/** How a channel is to behave. */
export interface ChannelOptions extends ChannelLimits {
  /** What whole numbers from Python become. */
  readonly int: IntPolicy;
}

/** What a channel reports to the worker that owns it. */
export interface ChannelObserver {
  /** The stream cannot go on: it ended, or what came is not the protocol. Called at most once. */
  onFailure(error: FrameError | undefined): void;
}

/** One conversation over one transport. */
export interface Channel {
  /** Calls the module's handler. Rejects, never throws; settles at the latest when the channel closes. */
  request(payload: unknown, options: CallOptions): Promise<unknown>;
  /** No more calls: the worker sees the end of its input when it has read what was sent. */
  end(): void;
  /** Rejects every outstanding call with an error from `reason`, and refuses later ones the same way. The first reason stands. */
  close(reason: () => Error): void;
}
