/** What a pool has to do and has done, in numbers. */

import { type CallTimes, summaryOf, type TimeSummary } from '../channel/call-times';

/** What a pool has to do and has done; times are in milliseconds. */
export interface PoolStats {
  /** Workers that are ready. */
  readonly workers: number;
  /** Calls that no worker has yet. */
  readonly queued: number;
  /** Calls and streams that workers have and that are not over. */
  readonly inFlight: number;
  /** Workers that were lost and started again. */
  readonly restarts: number;
  /** From a call until nothing stood before it. */
  readonly queue: TimeSummary;
  /** From then until its answer began to arrive. */
  readonly run: TimeSummary;
  /** From then until its value was there. */
  readonly transfer: TimeSummary;
}

/** Puts the numbers of a pool together with where the time of its calls went. */
export function statsOf(counts: Pick<PoolStats, 'workers' | 'queued' | 'inFlight' | 'restarts'>, times: CallTimes): PoolStats {
  const { queue, run, transfer } = times;
  return { ...counts, queue: summaryOf(queue), run: summaryOf(run), transfer: summaryOf(transfer) };
}
