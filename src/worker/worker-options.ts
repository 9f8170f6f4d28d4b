/** How workers are to behave; `api` has the defaults. */

import type { ChannelLimits, ChannelOptions } from '../channel/channel';
import type { Hello } from '../protocol/message';
import type { HeartbeatPolicy } from './heartbeat';

/** How long things may take, in milliseconds. */
export interface WorkerLimits extends ChannelLimits {
  /** From the start of the process to its hello; 0 is no limit. */
  readonly startupTimeout: number;
  /** From the end of its input to SIGTERM. */
  readonly disposeTimeout: number;
}

/** How workers are to behave. */
export interface WorkerOptions extends WorkerLimits, ChannelOptions {
  /** How often a worker is asked for a sign of life; none: never. */
  readonly heartbeat: HeartbeatPolicy | undefined;
  /** Refuses, by throwing, a worker that does not serve what it should. */
  readonly verify: ((hello: Hello) => void) | undefined;
}
