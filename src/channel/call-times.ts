/** Where the time of calls goes. Owns a histogram each for waiting, running and transfer. */

import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Nanoseconds of a millisecond: the histograms count whole nanoseconds. */
const NANOSECONDS = 1e6;

/** What a histogram says, in milliseconds. */
export interface TimeSummary {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

export class CallTimes {
  /** From the call until nothing stood before it: in this program, and behind other calls in the worker. */
  readonly queue = createHistogram();
  /** From then until the first byte of its answer. */
  readonly run = createHistogram();
  /** From then until its value was there. */
  readonly transfer = createHistogram();

  /** Notes one call; each moment is in milliseconds of `performance.now()`. */
  note(madeAt: number, begunAt: number, arrivedAt: number, deliveredAt: number): void {
    record(this.queue, begunAt - madeAt);
    record(this.run, arrivedAt - begunAt);
    record(this.transfer, deliveredAt - arrivedAt);
  }
}

function record(histogram: RecordableHistogram, milliseconds: number): void {
  histogram.record(Math.max(1, Math.round(milliseconds * NANOSECONDS)));
}

/** Gives what a histogram of nanoseconds says; all zero if it is empty. */
export function summaryOf(histogram: RecordableHistogram): TimeSummary {
  const { count } = histogram;
  const value = (nanoseconds: number): number => (count === 0 ? 0 : nanoseconds / NANOSECONDS);
  return {
    count,
    min: value(histogram.min),
    max: value(histogram.max),
    mean: value(histogram.mean),
    stddev: value(histogram.stddev),
    p50: value(histogram.percentile(50)),
    p90: value(histogram.percentile(90)),
    p99: value(histogram.percentile(99)),
  };
}
