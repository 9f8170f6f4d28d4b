/** What every conversation with a worker offers to the rooms above, and what it needs and reports. */

import type { FrameError } from '../errors';
import type { IntPolicy } from '../protocol/decoder';
import type { CallTimes } from './call-times';
import type { LateCallOptions } from './pending';

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
  /** Notes where the time of calls goes. */
  readonly times: CallTimes;
  /** Whether somebody makes calls again that had not begun when the worker ended: answers then leave before the next function begins. */
  readonly eager: boolean;
}

/** Gives the error of a call that got no answer; `begun` is false if its function certainly had not begun. */
export type CloseReason = (begun: boolean) => Error;

/** What a channel reports to the worker that owns it. */
export interface ChannelObserver {
  /** The stream cannot go on: it ended, or what came is not the protocol. Called at most once. */
  onFailure(error: FrameError | undefined): void;
  /** A call came to its end, also one that was given up: the worker has less to do. */
  onFreed(): void;
}

/** One conversation over one transport. */
export interface Channel {
  /** Calls and streams that are not over. */
  readonly load: number;
  /** Calls the module's handler. Rejects, never throws; settles at the latest when the channel closes. */
  request(payload: unknown, options: LateCallOptions): Promise<unknown>;
  /** No more calls: the worker sees the end of its input when it has read what was sent. */
  end(): void;
  /**
   * Rejects every outstanding call with an error from `reason`, and refuses later ones the same way. The first reason stands.
   *
   * @param isRead whether all that the worker has written was read; if not, calls that were sent may have been answered
   */
  close(reason: CloseReason, isRead: boolean): void;
}
