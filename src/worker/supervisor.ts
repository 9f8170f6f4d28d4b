/** Keeps one worker alive by its policy. Owns the attempts to start it, its restarts, and the decision that it comes no more. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { CancelReport } from '../channel/cancellations';
import type { Engine, WorkerSpec } from '../engine/engine';
import { FrameError, SpawnError } from '../errors';
import { RestartLimitError } from '../module-errors';
import type { Hello } from '../protocol/message';
import { disposedError, restartError } from './failures';
import { delayBefore, RestartWindow, type Supervision } from './restart-policy';
import { Worker } from './worker';
import type { Loss, WorkerObserver } from './worker-observer';
import type { WorkerOptions } from './worker-options';

/** What a supervisor reports, besides what its worker does. */
export interface SupervisorObserver extends Omit<WorkerObserver, 'onLost'> {
  /** An attempt to start it failed; another one follows after so many milliseconds. */
  onRetry(attempt: number, error: Error, delay: number): void;
  /** It was lost, and is started again. */
  onRestart(error: Error): void;
  /** It is ready, for the first time or again. */
  onReady(hello: Hello | undefined): void;
  /** It was lost. */
  onError(error: Error): void;
  /** It does not come again. `lastError` is how it ended; there is a reason if the supervision has given up. */
  onGone(lastError: Error, reason?: Error): void;
}

export class Supervisor {
  readonly worker: Worker;
  readonly #policy: Supervision;
  readonly #observer: SupervisorObserver;
  readonly #restarts: RestartWindow;
  readonly #stop = new AbortController();
  #spec: WorkerSpec | undefined;
  #isComing = false;

  constructor(engine: Engine, options: WorkerOptions, policy: Supervision, observer: SupervisorObserver) {
    this.#policy = policy;
    this.#observer = observer;
    this.#restarts = new RestartWindow(policy.restartLimit);
    this.worker = new Worker(engine, options, { ...observer, onLost: (loss) => void this.#onLost(loss) });
  }

  /** Whether the worker is being started, or will be. */
  get isComing(): boolean {
    return this.#isComing;
  }

  /**
   * Starts the worker, several times if need be.
   *
   * @param retries attempts after the first that failed
   * @param ref whether the wait between attempts keeps the program alive
   * @throws whatever `Worker.spawn` throws; a SpawnError tells the number of attempts
   */
  async spawn(spec: WorkerSpec, signal: AbortSignal | undefined, retries: number, ref = true): Promise<void> {
    this.#spec = spec;
    this.#isComing = true;
    try {
      await this.#attempt(spec, signal, retries, ref);
    } finally {
      this.#isComing = false;
    }
    if (this.worker.state === 'ready') this.#observer.onReady(this.worker.hello);
  }

  /** The worker is not started again, whatever becomes of it. */
  retire(): void {
    this.#stop.abort(disposedError());
  }

  /** Ends the worker for good. */
  async dispose(): Promise<void> {
    this.retire();
    await this.worker.dispose();
  }

  async #attempt(spec: WorkerSpec, signal: AbortSignal | undefined, retries: number, ref: boolean): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.worker.spawn(spec, signal);
        return;
      } catch (error) {
        if (attempt > retries || !mayPass(error) || this.#stop.signal.aborted) throw withAttempts(error, attempt);
        const delay = delayBefore(this.#policy.retryDelay, attempt);
        this.#observer.onRetry(attempt, error as Error, delay);
        await this.#pause(delay, { ref, signal });
      }
    }
  }

  async #onLost({ ended, stuck }: Loss): Promise<void> {
    const mayRestart = this.#policy.restartOnCrash || stuck !== undefined;
    this.#isComing = mayRestart && !this.#stop.signal.aborted;
    const error = await ended;
    if (!stuck) this.#observer.onError(error);
    if (!mayRestart || this.#stop.signal.aborted) {
      this.#isComing = false;
      this.#observer.onGone(error);
    } else await this.#restart(error, stuck);
  }

  async #restart(error: Error, stuck: CancelReport | undefined): Promise<void> {
    const { restartLimit, retryDelay, maxRetries } = this.#policy;
    if (!stuck && !this.#restarts.enter(performance.now())) {
      this.#isComing = false;
      this.#giveUp(limitError(restartLimit.maxRestarts, restartLimit.windowMs, error));
      return;
    }
    this.#observer.onRestart(error);
    const spec = this.#spec as WorkerSpec;
    try {
      const earlier = stuck ? 0 : this.#restarts.count - 1;
      if (earlier > 0) await this.#pause(delayBefore(retryDelay, earlier), { ref: false });
      await this.spawn(spec, undefined, maxRetries, false);
      if (stuck) this.#observer.news.onCancel(stuck);
    } catch (failure) {
      this.#isComing = false;
      if (this.#stop.signal.aborted) this.#observer.onGone(error);
      else this.#giveUp(restartError(failure, entryOf(spec)));
    }
  }

  #giveUp(reason: Error): void {
    this.#observer.onError(reason);
    this.#observer.onGone(reason, reason);
  }

  /** Waits; rejects with the reason when the supervisor retires or the signal is aborted. `ref` keeps the program alive. */
  async #pause(delay: number, { ref, signal }: { ref: boolean; signal?: AbortSignal | undefined }): Promise<void> {
    const stop = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
    await sleep(delay, undefined, { ref, signal: stop }).catch(() => stop.throwIfAborted());
  }
}

/** Whether another attempt may go better: what is missing or forbidden stays so, as does what is not the protocol. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof SpawnError) || error.lastError instanceof FrameError) return false;
  return (error.lastError as NodeJS.ErrnoException | undefined)?.syscall === undefined;
}

function entryOf(spec: WorkerSpec): string {
  return (spec.kind === 'program' ? spec.command : spec.entrypoint) ?? 'python';
}

function withAttempts(error: unknown, attempts: number): unknown {
  if (attempts === 1 || !(error instanceof SpawnError)) return error;
  const { moduleName, output, message } = error;
  return new SpawnError(`${message}\nIt was tried ${attempts} times.`, { moduleName, attempts, lastError: error, output });
}

function limitError(restarts: number, windowMs: number, lastError: Error): RestartLimitError {
  return new RestartLimitError(
    `The worker ended again after ${restarts} restarts within ${windowMs} ms, so it is not started any more: mend what ends it, or raise restartLimit. ${lastError.message}`,
    { restarts, windowMs, lastError },
  );
}
