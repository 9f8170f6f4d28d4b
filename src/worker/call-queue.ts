/** Calls that no worker has yet. Owns their order, their bound, and their giving up. */

import { PendingCall, PendingList, type PendingOwner } from '../channel/pending';
import { queueFull } from '../channel/queue-full';
import type { Grant } from './member';
import type { Task } from './task';

/** Longer than any wait: the timer only keeps the program alive. */
const FOREVER_MS = 2 ** 31 - 1;

/** A call that waits for a worker. */
class Waiter extends PendingCall {
  readonly task: Task;
  readonly list: PendingList;

  constructor(task: Task, list: PendingList, owner: PendingOwner) {
    super(task.method, undefined, owner);
    this.task = task;
    this.list = list;
  }
}

export class CallQueue implements PendingOwner {
  readonly stopsCalls = true;
  readonly #limit: number;
  /** Calls whose worker ended before it began them; they come first. */
  readonly #returned = new PendingList();
  readonly #fresh = new PendingList();
  /** Of those, calls that may pass others. */
  #passing = 0;
  #alive: NodeJS.Timeout | undefined;

  /** @param limit calls that may wait */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#returned.size + this.#fresh.size;
  }

  /**
   * Waits for a worker.
   *
   * @returns what `give` gave
   * @throws QueueFullError as many calls wait as may; CallTimeoutError; the signal's reason; the reason of `close`
   */
  wait(task: Task): Promise<Grant> {
    const isReturned = task.hasWaited;
    const { signal } = task.options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.size >= this.#limit && !isReturned) return Promise.reject(queueFull(this.#limit));
    task.hasWaited = true;
    const waiter = new Waiter(task, isReturned ? this.#returned : this.#fresh, this);
    waiter.limit(task.remaining, signal);
    waiter.list.push(waiter);
    if (task.mayPass) this.#passing++;
    this.#alive ??= setInterval(() => undefined, FOREVER_MS);
    return waiter.promise as Promise<Grant>;
  }

  /** Gives workers to calls, in order. Where one finds none, only those may still that can go to a worker which would not take it. */
  give(find: (task: Task) => Grant | undefined): void {
    let isBlocked = false;
    for (let waiter = this.#head; waiter && !(isBlocked && this.#passing === 0); ) {
      const after: Waiter | undefined = this.#after(waiter);
      const { mayPass } = waiter.task;
      const grant: Grant | undefined = isBlocked && !mayPass ? undefined : find(waiter.task);
      if (grant) {
        this.#remove(waiter);
        waiter.resolve(grant);
      }
      isBlocked ||= !grant && !mayPass;
      waiter = after;
    }
  }

  phaseOf(): 'queue' {
    return 'queue';
  }

  onGivenUp(call: PendingCall): void {
    this.#remove(call as Waiter);
  }

  /** Rejects every call. */
  close(reason: () => Error): void {
    for (let waiter = this.#head; waiter; waiter = this.#head) {
      this.#remove(waiter);
      waiter.reject(reason());
    }
  }

  get #head(): Waiter | undefined {
    return (this.#returned.first ?? this.#fresh.first) as Waiter | undefined;
  }

  #after(waiter: Waiter): Waiter | undefined {
    return (waiter.next ?? (waiter.list === this.#returned ? this.#fresh.first : undefined)) as Waiter | undefined;
  }

  #remove(waiter: Waiter): void {
    waiter.list.remove(waiter);
    if (waiter.task.mayPass) this.#passing--;
    if (this.size > 0) return;
    clearInterval(this.#alive);
    this.#alive = undefined;
  }
}
