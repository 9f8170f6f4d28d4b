/** Which call goes to which worker of a pool. Owns the calls that wait for one. */

import { CallQueue } from './call-queue';
import type { Grant, Member } from './member';
import type { Members } from './members';
import { stickTo } from './stickiness';
import type { Task } from './task';

export class Dispatcher {
  readonly #members: Members;
  readonly #queue: CallQueue;

  /** @param limit calls that may wait */
  constructor(members: Members, limit: number) {
    this.#members = members;
    this.#queue = new CallQueue(limit);
  }

  /** Calls that wait. */
  get size(): number {
    return this.#queue.size;
  }

  /**
   * Gives a call its worker, now or when there is one.
   *
   * @returns what must go back by `Member.settle` or `Member.forget`
   * @throws what `CallQueue.wait` throws
   */
  grant(task: Task): Grant | Promise<Grant> {
    const isNext = task.caller !== undefined || (this.#queue.size === 0 && !task.hasWaited);
    const grant = isNext ? this.#find(task) : undefined;
    if (grant) return grant;
    const waiting = this.#queue.wait(task);
    this.advance();
    return waiting;
  }

  /** Gives out what can be given out. */
  advance(): void {
    this.#members.sweep();
    if (this.#queue.size === 0) return;
    this.#queue.give((task) => this.#find(task));
    if (this.#queue.size > 0) this.#members.grow();
  }

  /** Rejects the calls that wait. */
  close(reason: () => Error): void {
    this.#queue.close(reason);
  }

  #find(task: Task): Grant | undefined {
    const caller = task.caller && this.#members.ownerOf(task.caller);
    if (caller?.isReady) return caller.grant(task);
    const chosen = this.#boundTo(task) ?? (task.crashes > 0 ? this.#reservedFor(task) : undefined);
    if (!chosen) return this.#leastLoaded(task)?.grant(task);
    if (task.crashes > 0 && !chosen.isReserved) chosen.reserve(task);
    return chosen.takes(task, true) ? chosen.grant(task) : undefined;
  }

  #leastLoaded(task: Task): Member | undefined {
    const { active, isSole } = this.#members;
    let best: Member | undefined;
    for (const member of active) {
      if (member.takes(task, isSole) && (!best || member.load < best.load)) best = member;
    }
    return best;
  }

  /** The worker that is kept free for a call which must run alone, or can be. */
  #reservedFor(task: Task): Member | undefined {
    const { active } = this.#members;
    const free = active.filter((member) => member.isReady && !member.isReserved).sort((one, other) => one.load - other.load);
    return active.find((member) => member.isReservedFor(task)) ?? free[0] ?? active[0];
  }

  #boundTo({ owner, options }: Task): Member | undefined {
    const { active } = this.#members;
    if (owner) return this.#members.ownerOf(owner);
    const place = options.key === undefined ? undefined : stickTo(options.key, active);
    // While one is replaced, two have its place.
    return place && (active.find((member) => member.slot === place.slot && member.isReady) ?? place);
  }
}
