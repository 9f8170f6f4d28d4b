/** One worker of a pool. Owns how much it has to do, and whether it takes more. */

import { AHEAD_MS, type Pace } from './pace';
import type { Supervisor } from './supervisor';
import type { Task } from './task';
import type { Worker } from './worker';

/** A worker for one call, until `Member.settle` or `Member.forget`. */
export class Grant {
  readonly member: Member;
  readonly method: string;
  /** Milliseconds that the call will take. */
  readonly expected: number;
  readonly since = performance.now();

  constructor(member: Member, method: string, expected: number) {
    this.member = member;
    this.method = method;
    this.expected = expected;
  }
}

export class Member {
  /** Its place in the pool; a worker that takes over a place has its number. */
  readonly slot: number;
  readonly supervisor: Supervisor;
  readonly #pace: Pace;
  /** Calls that the pool gave it and that are not settled. */
  #given = 0;
  /** Milliseconds that those are expected to take. */
  #backlog = 0;
  /** A call that is suspected to end workers and must run alone; nothing else is taken until it is over. */
  #suspect: Task | undefined;
  #freeAt = performance.now();
  /** Calls that it has settled. */
  served = 0;
  /** Whether it finishes what it has and takes no more. */
  retiring = false;

  constructor(slot: number, supervisor: Supervisor, pace: Pace) {
    this.slot = slot;
    this.supervisor = supervisor;
    this.#pace = pace;
  }

  get worker(): Worker {
    return this.supervisor.worker;
  }

  get isReady(): boolean {
    return this.worker.state === 'ready';
  }

  /** Calls and streams that it has: those of the pool, and those of handles. */
  get load(): number {
    return Math.max(this.#given, this.worker.load);
  }

  /** When it last had something to do: milliseconds of `performance.now()`. */
  get freeAt(): number {
    return this.#freeAt;
  }

  /**
   * Whether it takes a call now.
   *
   * @param isOnly whether there is no other worker, which might be idle sooner
   */
  takes(task: Task, isOnly: boolean): boolean {
    if (!this.isReady || this.retiring || (this.isReserved && this.#suspect !== task)) return false;
    if (this.load === 0) return true;
    if (task.crashes > 0) return false;
    return isOnly || this.#backlog < AHEAD_MS || this.worker.runsBeside(task.method);
  }

  /** Whether it is kept free for a call that must run alone. */
  get isReserved(): boolean {
    return this.#suspect !== undefined && !this.#suspect.isOver;
  }

  isReservedFor(task: Task): boolean {
    return this.#suspect === task;
  }

  /** Keeps it free for a call that must run alone. */
  reserve(task: Task): void {
    this.#suspect = task;
  }

  /** Takes a call. */
  grant(task: Task): Grant {
    this.#given++;
    const grant = new Grant(this, task.method, this.#pace.expect(task.method));
    this.#backlog += grant.expected;
    return grant;
  }

  /** A call that it had taken has gone to its worker, or has failed before. */
  forget({ expected }: Grant): void {
    this.#given--;
    this.#backlog = this.#given === 0 ? 0 : this.#backlog - expected;
  }

  /** A call that it had taken is settled. */
  settle(grant: Grant): void {
    this.#pace.note(grant.method, performance.now() - Math.max(grant.since, this.#freeAt));
    this.forget(grant);
    this.leave();
  }

  /** A call that it served is over. */
  leave(): void {
    this.#freeAt = performance.now();
    this.served++;
  }
}
