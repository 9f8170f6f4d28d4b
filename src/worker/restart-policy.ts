/** When a worker is started again, and how soon. Pure: whoever restarts holds a window and asks it. */

import type { HeartbeatPolicy } from './heartbeat';

/** Milliseconds between attempts: always the same, or doubled from `base` up to `max`. */
export type RetryDelay =
  | { readonly type: 'fixed'; readonly delay: number }
  | { readonly type: 'exponential'; readonly base: number; readonly max: number };

/** How many restarts there may be within `windowMs` milliseconds. */
export interface RestartLimit {
  readonly maxRestarts: number;
  readonly windowMs: number;
}

/** How a worker is started, watched and started again. */
export interface SpawnPolicy {
  /** Milliseconds from the start of the process until it must be ready; 0 is no limit. Default 30,000 (of a Synapse: its `startupTimeout`). */
  initTimeout?: number;
  /** Attempts after the first that failed. Default 3; at the first spawn of a Synapse none, so that a fault in its code shows at once. */
  maxRetries?: number;
  /** Between attempts, and between restarts that follow one another; a number is a fixed delay. Default exponential, from 1,000 to 30,000. */
  retryDelay?: number | RetryDelay | { readonly type: 'exponential'; readonly base?: number; readonly max?: number };
  /** Whether a worker that ended by itself is started again. Default true. */
  restartOnCrash?: boolean;
  /** More restarts than that end the supervision. Default 5 within 60,000. */
  restartLimit?: Partial<RestartLimit>;
  /** How often a worker is asked for a sign of life; one that gives none is ended. Default: never; `{}` is every 10,000, with as long to answer. */
  heartbeat?: Partial<HeartbeatPolicy>;
  /** Bytes that the system is asked to hold of what the worker sends, as far as the platform lets it. Default: the system's. */
  socketBufferSize?: number;
  /** How many workers a call marked `idempotent` may bring down before it is given up. Default 3. */
  quarantineAfter?: number;
}

/** A policy with each value. */
export interface Supervision {
  readonly maxRetries: number;
  /** Attempts after the first that failed, at the first spawn. */
  readonly firstRetries: number;
  readonly retryDelay: RetryDelay;
  readonly restartOnCrash: boolean;
  readonly restartLimit: RestartLimit;
  readonly quarantineAfter: number;
}

/**
 * Gives the time to wait before an attempt.
 *
 * @param attempt that follows, from 1
 * @returns milliseconds
 */
export function delayBefore(delay: RetryDelay, attempt: number): number {
  if (delay.type === 'fixed') return delay.delay;
  return Math.min(delay.max, delay.base * 2 ** (attempt - 1));
}

/** The restarts of the last time. */
export class RestartWindow {
  readonly #limit: RestartLimit;
  #moments: number[] = [];

  constructor(limit: RestartLimit) {
    this.#limit = limit;
  }

  /** How many restarts lie within the window. */
  get count(): number {
    return this.#moments.length;
  }

  /**
   * Notes a restart.
   *
   * @param now milliseconds of any clock that only goes forward
   * @returns whether the limit allows it
   */
  enter(now: number): boolean {
    const { maxRestarts, windowMs } = this.#limit;
    this.#moments = this.#moments.filter((moment) => now - moment < windowMs);
    if (this.#moments.length >= maxRestarts) return false;
    this.#moments.push(now);
    return true;
  }
}
