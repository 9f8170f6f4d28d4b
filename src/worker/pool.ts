/** The workers of one module as one. Owns its state, which call goes to whom, and which calls are made again. */

import type { ResponseKind } from '../call-errors';
import { CallTimes } from '../channel/call-times';
import { callbackContext } from '../channel/callback-context';
import type { HandleOwner } from '../channel/handle';
import { ownerOfHandle } from '../channel/handles';
import type { InboundStream } from '../channel/inbound-stream';
import type { Invocation } from '../channel/invocation';
import type { CallOptions, LateCallOptions } from '../channel/pending';
import type { Engine, WorkerSpec } from '../engine/engine';
import type { Hello } from '../protocol/message';
import { Dispatcher } from './dispatcher';
import { alreadySpawnedError, disposedError, notBegun, noWorkerError } from './failures';
import type { ModuleState } from './lifecycle';
import type { Grant } from './member';
import { type MemberOptions, Members } from './members';
import type { MembersObserver } from './members-observer';
import { type PoolStats, statsOf } from './pool-stats';
import { pooledStream } from './pooled-stream';
import { Task } from './task';
import { inFull, mayRepeat } from './verdict';
import type { Worker } from './worker';
import type { WorkerOptions } from './worker-options';

/** What a call does with the worker that it gets. */
type Attempt = (worker: Worker, options: LateCallOptions) => Promise<unknown>;

/** How a pool is to behave. */
export interface PoolOptions extends Omit<MemberOptions, 'worker'> {
  readonly worker: Omit<WorkerOptions, 'times' | 'eager'>;
}

/** What a pool reports. */
export type PoolObserver = Omit<MembersObserver, 'onReady' | 'onFreed' | 'onGone'>;

export class Pool {
  readonly #options: PoolOptions;
  readonly #observer: PoolObserver;
  readonly #times = new CallTimes();
  readonly #dispatcher: Dispatcher;
  readonly #members: Members;
  /** Whether there is one worker, and nothing but its own answers to wait for. */
  readonly #isPlain: boolean;
  #state: ModuleState = 'created';
  /** Whether it has had a worker that was ready since it was spawned. */
  #isSpawned = false;
  #isSpawning = false;
  #restarts = 0;
  /** Why there is no worker any more. */
  #failure: Error | undefined;
  #hello: Hello | undefined;
  #isClosed = false;
  #disposed: Promise<void> | undefined;

  constructor(engine: Engine, options: PoolOptions, observer: PoolObserver) {
    const { policy, size, worker } = options;
    const eager = policy.restartOnCrash || size.max > 1;
    this.#options = options;
    this.#observer = observer;
    this.#isPlain = !eager && size.maxCalls === 0 && size.maxMemoryBytes === 0;
    this.#members = new Members(
      engine,
      { policy, size, worker: { ...worker, times: this.#times, eager } },
      {
        ...observer,
        onState: ({ reason }) => this.#follow(reason),
        onRestart: (error) => {
          this.#restarts++;
          observer.onRestart(error);
        },
        onReady: (hello) => this.#onReady(hello),
        onFreed: () => this.#dispatcher.advance(),
        onGone: (lastError, reason) => this.#onGone(lastError, reason),
      },
    );
    this.#dispatcher = new Dispatcher(this.#members, worker.maxQueue);
  }

  get state(): ModuleState {
    return this.#state;
  }

  /** Whether there is a worker, or one is coming. */
  get isRunning(): boolean {
    return !this.#isClosed && (this.#isSpawning || this.#members.canServe);
  }

  /** The process of the first worker that has one. */
  get pid(): number | undefined {
    return this.pids[0];
  }

  /** The processes that take calls, or will. */
  get pids(): readonly number[] {
    return this.#members.active.map(({ worker }) => worker.pid).filter((pid) => pid !== undefined);
  }

  get stats(): PoolStats {
    const workers = this.#members.active.filter((member) => member.isReady).length;
    return statsOf({ workers, queued: this.#dispatcher.size, inFlight: this.#members.load, restarts: this.#restarts }, this.#times);
  }

  /**
   * Starts the least number of workers and waits until all are ready.
   *
   * @throws whatever `Supervisor.spawn` throws; AlreadySpawnedError; DisposedError
   */
  async spawn(spec: WorkerSpec, signal?: AbortSignal): Promise<void> {
    if (this.#isClosed) throw disposedError();
    if (this.isRunning) throw alreadySpawnedError(this.#state);
    this.#isSpawning = true;
    this.#failure = undefined;
    try {
      await this.#members.start(spec, signal);
    } catch (error) {
      this.#isSpawned = false;
      this.#dispatcher.close(() => error as Error);
      this.#follow('it could not be started');
      throw error;
    } finally {
      this.#isSpawning = false;
    }
  }

  /** How a function of the module answers, as far as that is known. */
  responseOf(method: string): ResponseKind | undefined {
    return this.#hello?.methods.get(method)?.response;
  }

  /** Calls the module's handler. Rejects with what `Channel.request` does, and as `invoke`; may throw it. */
  request(payload: unknown, options: CallOptions): Promise<unknown> {
    const attempt: Attempt = (worker, late) => worker.call(payload, late);
    return this.#isPlain ? attempt(this.#only, options) : this.#perform('call', payload, options, attempt);
  }

  /**
   * Calls a function. What prevents the call is thrown, or rejects.
   *
   * @param caller the objects of the worker that waits for it
   * @throws whatever `RpcChannel.invoke` throws; NotReadyError, DisposedError there is no worker; QueueFullError; QuarantinedError;
   *   RestartLimitError the workers ended too often
   */
  invoke(invocation: Invocation, options: CallOptions, caller?: HandleOwner): Promise<unknown> {
    const attempt: Attempt = (worker, late) => worker.rpc(invocation.used, invocation.name).invoke(invocation, late);
    return this.#isPlain ? attempt(this.#only, options) : this.#perform(invocation.name, invocation, options, attempt, caller);
  }

  /** Calls a generator at the first pull. The pulls reject with what `invoke` rejects with. */
  stream(invocation: Invocation, options: CallOptions): InboundStream {
    const grantFor = (own: CallOptions): Grant | Promise<Grant> => this.#grantFor(this.#task(invocation.name, invocation, own));
    return pooledStream(grantFor, invocation, options, (member) => this.#members.settle(member));
  }

  /** Asks every worker for a sign of life. Resolves with the milliseconds of the slowest; rejects as `RpcChannel.ping`. */
  async ping(options: CallOptions): Promise<number> {
    const ready = this.#members.active.filter((member) => member.isReady);
    if (ready.length === 0) throw this.#noWorker();
    return Math.max(...(await Promise.all(ready.map(({ worker }) => worker.rpc('ping', '').ping(options)))));
  }

  /** Replaces every worker by a new one, without a call being lost. Rejects with what prevents a new one; the old ones go on then. */
  async reload(): Promise<void> {
    if (!this.#isSpawned || this.#isClosed || !this.#members.canServe) throw this.#noWorker();
    await this.#members.replaceAll();
    if (this.#isClosed) throw disposedError();
  }

  /** Ends all workers: politely, then by force. The second and later calls wait for the first. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<void> {
    this.#isClosed = true;
    this.#follow('dispose was called');
    this.#dispatcher.close(disposedError);
    await this.#members.dispose();
  }

  /** The worker where there is only one, and nothing stands between it and the calls. */
  get #only(): Worker {
    const member = this.#members.active.find(({ isReady }) => isReady);
    if (!member || !this.#isSpawned) throw this.#noWorker();
    return member.worker;
  }

  async #perform(method: string, values: unknown, options: CallOptions, attempt: Attempt, caller?: HandleOwner): Promise<unknown> {
    const task = this.#task(method, values, options, caller);
    try {
      while (true) {
        const found = this.#grantFor(task);
        const grant = found instanceof Promise ? await found : found;
        try {
          return await attempt(grant.member.worker, task.lateOptions);
        } catch (error) {
          if (!mayRepeat(task, error, this.#options.policy.quarantineAfter)) throw inFull(task, error, this.#hello !== undefined);
          if (!this.#members.canServe) throw this.#failure ?? error;
          task.hasWaited = true;
        } finally {
          grant.member.settle(grant);
          this.#members.settle(grant.member);
          this.#dispatcher.advance();
        }
      }
    } finally {
      task.isOver = true;
      if (task.crashes > 0) this.#dispatcher.advance();
    }
  }

  #task(method: string, values: unknown, options: CallOptions, caller?: HandleOwner): Task {
    const { active } = this.#members;
    const hasHandles = active.length > 1 && active.some(({ worker }) => worker.heldHandles > 0);
    return new Task(method, options, {
      timeout: options.timeout ?? this.#options.worker.callTimeout,
      values,
      owner: hasHandles ? ownerOfHandle(values) : undefined,
      caller: caller ?? callbackContext.getStore(),
      runsBeside: this.#hello?.methods.get(method)?.concurrent ?? false,
    });
  }

  #grantFor(task: Task): Grant | Promise<Grant> {
    if (!this.#isSpawned || this.#isClosed || !this.#members.canServe) throw this.#noWorker();
    return this.#dispatcher.grant(task);
  }

  #onReady(hello: Hello | undefined): void {
    this.#failure = undefined;
    this.#hello = hello;
    this.#dispatcher.advance();
  }

  #onGone(lastError: Error, reason: Error | undefined): void {
    this.#failure = reason;
    this.#follow(lastError.message);
    if (this.#members.canServe) this.#dispatcher.advance();
    else this.#dispatcher.close(() => reason ?? notBegun(lastError));
  }

  #follow(reason: string): void {
    const from = this.#state;
    const to = this.#isClosed ? 'closed' : (this.#members.state ?? (from === 'created' ? from : 'disconnected'));
    if (from === to) return;
    this.#state = to;
    if (to === 'ready') this.#isSpawned = true;
    this.#observer.onState({ from, to, reason });
  }

  #noWorker(): Error {
    if (this.#isClosed) return disposedError();
    return this.#failure ?? noWorkerError(this.#state);
  }
}
