/** What every conversation with a worker offers to the rooms above. */

import type { CallOptions } from './pending';

/** One conversation over one transport. */
export interface Channel {
  /** Calls the module. Rejects, never throws; settles at the latest when the channel closes. */
  request(payload: unknown, options: CallOptions): Promise<unknown>;
  /** No more calls: the worker sees the end of its input when it has read what was sent. */
  end(): void;
  /** Rejects every outstanding call with an error from `reason`, and refuses later ones the same way. The first reason stands. */
  close(reason: () => Error): void;
}
