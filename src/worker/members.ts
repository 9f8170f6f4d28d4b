/** Who is in a pool. Owns its workers from their start to their end: how many there are, which are replaced, and which only finish. */

import type { HandleOwner } from '../channel/handle';
import type { Engine, WorkerSpec } from '../engine/engine';
import { preparingOnce } from '../engine/preparing-once';
import { Growth } from './growth';
import type { ModuleState } from './lifecycle';
import { Member } from './member';
import type { MembersObserver } from './members-observer';
import { Pace } from './pace';
import { Recycling } from './recycling';
import type { Supervision } from './restart-policy';
import { Supervisor } from './supervisor';
import type { WorkerOptions } from './worker-options';

/** How many workers there are, and for how long. */
export interface PoolSize {
  readonly min: number;
  readonly max: number;
  /** Milliseconds after which a worker with nothing to do ends, down to `min`. */
  readonly idleTimeout: number;
  /** Calls after which a worker is replaced; 0 is never. */
  readonly maxCalls: number;
  /** Bytes of resident memory beyond which a worker is replaced; 0 is never. */
  readonly maxMemoryBytes: number;
}

/** How the workers of a pool are to behave. */
export interface MemberOptions {
  readonly worker: WorkerOptions;
  readonly policy: Supervision;
  readonly size: PoolSize;
}

/** The states of a pool, by which the pool has that of its best worker. */
const RANKS: readonly ModuleState[] = ['ready', 'connecting', 'initializing', 'provisioning', 'disconnected', 'created'];

export class Members {
  readonly #engine: Engine;
  readonly #options: MemberOptions;
  readonly #observer: MembersObserver;
  readonly #pace = new Pace();
  readonly #active: Member[] = [];
  readonly #retiring = new Set<Member>();
  readonly #ending = new Set<Promise<void>>();
  readonly #recycling: Recycling;
  readonly #growth: Growth;
  /** The replacement that goes on; one at a time, so that there is never more than one worker too many. */
  #turn: Promise<void> = Promise.resolve();
  /** Places whose worker was lost for good. */
  #lost = 0;
  #spec: WorkerSpec | undefined;
  #shrinkTimer: NodeJS.Timeout | undefined;
  #isStarted = false;
  #isClosed = false;

  constructor(engine: Engine, options: MemberOptions, observer: MembersObserver) {
    this.#engine = preparingOnce(engine);
    this.#options = options;
    this.#observer = observer;
    this.#recycling = new Recycling(
      options.size,
      (member, isStillWanted) => this.#replace(member, isStillWanted),
      (error) => this.#report(error),
    );
    this.#growth = new Growth(options.policy.retryDelay, () => observer.onFreed());
  }

  /** Those that take calls, or will. */
  get active(): readonly Member[] {
    return this.#active;
  }

  /** The worker that an object of this program's belongs to, also if it only finishes. */
  ownerOf(owner: HandleOwner): Member | undefined {
    return [...this.#active, ...this.#retiring].find(({ worker }) => worker.owns(owner));
  }

  /** Whether there is never more than one. */
  get isSole(): boolean {
    return this.#options.size.max === 1;
  }

  /** The state of the best of them; undefined if there is none. */
  get state(): ModuleState | undefined {
    return RANKS.find((state) => this.#active.some((member) => member.worker.state === state));
  }

  /** Whether one is ready or will be. */
  get canServe(): boolean {
    return this.#active.some((member) => member.isReady || member.supervisor.isComing);
  }

  /** Calls and streams that they have. */
  get load(): number {
    return [...this.#active, ...this.#retiring].reduce((sum, member) => sum + member.load, 0);
  }

  /**
   * Starts the least number of workers. If one fails, the others are ended.
   *
   * @throws whatever `Supervisor.spawn` throws
   */
  async start(spec: WorkerSpec, signal: AbortSignal | undefined): Promise<void> {
    this.#spec = spec;
    this.#lost = 0;
    this.#isStarted = false;
    for (const member of this.#active.splice(0)) this.#end(member); // those of an earlier start
    const { size, policy } = this.#options;
    const members = Array.from({ length: size.min }, () => this.#add());
    try {
      await Promise.all(members.map(({ supervisor }) => supervisor.spawn(spec, signal, policy.firstRetries)));
      this.#isStarted = true;
    } catch (error) {
      for (const member of members) this.#remove(member);
      await Promise.all(members.map(({ supervisor }) => supervisor.dispose()));
      throw error;
    }
  }

  /** Starts one more worker, if there may be more and none is coming. */
  grow(): void {
    const isFull = this.#active.length + this.#lost >= this.#options.size.max;
    const isComing = this.#active.some(({ supervisor }) => supervisor.isComing);
    if (isFull || isComing || this.#growth.isPaused || !this.#isStarted || this.#isClosed) return;
    this.#start(this.#add()).then(
      () => this.#scheduleShrink(),
      (error: Error) => this.#report(error),
    );
  }

  /** A call was settled: workers that were to finish may have, and one that served long enough is replaced. */
  settle(member: Member): void {
    void this.#recycling.look(member);
    if (this.#active.length > this.#options.size.min) this.#scheduleShrink();
  }

  /** Ends those that have finished. */
  sweep(): void {
    for (const member of this.#retiring) {
      if (member.load > 0) continue;
      this.#retiring.delete(member);
      this.#end(member);
    }
  }

  /** Replaces every worker by a new one, one after another; each finishes what it has. */
  async replaceAll(): Promise<void> {
    for (const member of [...this.#active]) await this.#replace(member, () => true);
  }

  /** Ends all. */
  async dispose(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#shrinkTimer);
    this.#growth.stop();
    for (const member of [...this.#active, ...this.#retiring]) this.#end(member);
    await Promise.all(this.#ending);
  }

  #add(slot = this.#freeSlot()): Member {
    const { worker, policy } = this.#options;
    const supervisor = new Supervisor(this.#engine, worker, policy, {
      ...this.#observer,
      output: this.#observer.output(),
      onGone: (lastError, reason) => {
        if (this.#active.includes(member)) this.#lost++;
        this.#remove(member);
        this.#observer.onGone(lastError, reason);
      },
    });
    const member = new Member(slot, supervisor, this.#pace);
    this.#active.push(member);
    return member;
  }

  /** Starts a worker besides the others; if that fails, it is as if it had never been. */
  async #start(member: Member): Promise<void> {
    try {
      await member.supervisor.spawn(this.#spec as WorkerSpec, undefined, this.#options.policy.maxRetries, false);
      this.#growth.onStarted();
    } catch (error) {
      this.#growth.onFailed();
      this.#remove(member);
      this.#end(member);
      this.#observer.onGone(error as Error, error as Error);
      throw error;
    }
  }

  /** Puts a new worker in the place of another one, which then finishes what it has. */
  #replace(member: Member, isStillWanted: () => boolean): Promise<void> {
    const turn = this.#turn.then(async () => {
      if (this.#isClosed || !this.#active.includes(member)) return;
      const fresh = this.#add(member.slot);
      await this.#start(fresh);
      this.#retire(isStillWanted() ? member : fresh);
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  #scheduleShrink(): void {
    if (this.#shrinkTimer || this.#isClosed) return;
    this.#shrinkTimer = setTimeout(() => this.#shrink(), this.#options.size.idleTimeout).unref();
  }

  #shrink(): void {
    this.#shrinkTimer = undefined;
    const { min, idleTimeout } = this.#options.size;
    const latest = performance.now() - idleTimeout;
    for (const member of [...this.#active].reverse()) {
      const isIdle = member.isReady && member.load === 0 && member.worker.heldHandles === 0 && member.freeAt <= latest;
      if (isIdle && this.#active.length > min) this.#retire(member);
    }
    if (this.#active.length > min) this.#scheduleShrink();
  }

  #retire(member: Member): void {
    this.#remove(member);
    member.retiring = true;
    member.supervisor.retire();
    this.#retiring.add(member);
    this.#observer.onFreed();
  }

  #end(member: Member): void {
    const end = member.supervisor.dispose().finally(() => this.#ending.delete(end));
    this.#ending.add(end);
  }

  #report(error: Error): void {
    if (!this.#isClosed) this.#observer.onError(error);
  }

  #remove(member: Member): void {
    const at = this.#active.indexOf(member);
    if (at >= 0) this.#active.splice(at, 1);
    this.#retiring.delete(member);
  }

  #freeSlot(): number {
    let slot = 0;
    while (this.#active.some((member) => member.slot === slot)) slot++;
    return slot;
  }
}
