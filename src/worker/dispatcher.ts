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
    const mayGo = task.isBound || (this.#queue.size === 0 && !task.hasWaited);
    const grant = mayGo ? this.#find(task) : undefined;
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
    const { active, isSole } = this.#members;
    const bound = this.#boundTo(task);
    if (bound) return bound.takes(task, true) ? bound.grant(task) : undefined;
    let best: Member | undefined;
    for (const member of active) {
      if (member.takes(task, isSole) && (!best || member.load < best.load)) best = member;
    }
    return best?.grant(task);
  }

  #boundTo({ owner, options }: Task): Member | undefined {
    const { active } = this.#members;
    if (owner) return active.find(({ worker }) => worker.owns(owner));
    return options.key === undefined ? undefined : stickTo(options.key, active);
  }
}
