/** One call on its way to a worker: what is to be done there, and what became of it so far. */

import type { HandleOwner } from '../channel/handle';
import type { CallOptions, LateCallOptions } from '../channel/pending';

export class Task {
  readonly method: string;
  readonly options: CallOptions;
  /** Milliseconds that it has in all; 0 is no limit. */
  readonly timeout: number;
  /** The worker whose object is among its arguments, if there is one. */
  readonly owner: HandleOwner | undefined;
  readonly madeAt = performance.now();
  /** Workers that ended while they ran it. */
  crashes = 0;
  /** Whether it has waited for a worker. */
  hasWaited = false;

  constructor(method: string, options: CallOptions, timeout: number, owner: HandleOwner | undefined) {
    this.method = method;
    this.options = options;
    this.timeout = timeout;
    this.owner = owner;
  }

  /** Whether only one of the workers can take it. */
  get isBound(): boolean {
    return this.owner !== undefined || this.options.key !== undefined;
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
