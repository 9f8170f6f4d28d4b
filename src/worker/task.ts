/** One call on its way to a worker: what is to be done there, and what became of it so far. */

import type { HandleOwner } from '../channel/handle';
import type { CallOptions, LateCallOptions } from '../channel/pending';

export class Task {
  readonly method: string;
  readonly options: CallOptions;
  /** Milliseconds that it has in all; 0 is no limit. */
  readonly timeout: number;
  /** What it sends. */
  readonly values: unknown;
  /** The worker whose object is among its arguments, if there is one. */
  readonly owner: HandleOwner | undefined;
  /** The worker that waits for the function of this program in which the call is made, if it is made in one. */
  readonly caller: HandleOwner | undefined;
  /** Whether it does not wait for others in a worker. */
  readonly runsBeside: boolean;
  readonly madeAt = performance.now();
  /** Workers that ended while they ran it. */
  crashes = 0;
  /** Whether it has waited for a worker. */
  hasWaited = false;
  /** Whether its caller has got an answer. */
  isOver = false;

  constructor(method: string, options: CallOptions, details: Pick<Task, 'timeout' | 'values' | 'owner' | 'caller' | 'runsBeside'>) {
    this.method = method;
    this.options = options;
    this.timeout = details.timeout;
    this.values = details.values;
    this.owner = details.owner;
    this.caller = details.caller;
    this.runsBeside = details.runsBeside;
  }

  /** Whether it may find a worker while calls before it find none. */
  get mayPass(): boolean {
    return this.owner !== undefined || this.options.key !== undefined || this.runsBeside;
  }

  /** Milliseconds that are left of its time; 0 if it has no limit. */
  get remaining(): number {
    return this.timeout > 0 ? Math.max(1, Math.ceil(this.timeout - (performance.now() - this.madeAt))) : 0;
  }

  /** Options for the channel. */
  get lateOptions(): LateCallOptions {
    return this.hasWaited ? { ...this.options, timeout: this.remaining, since: this.madeAt } : this.options;
  }
}
