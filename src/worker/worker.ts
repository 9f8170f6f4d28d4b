/** One worker from start to end. Owns its state; its process and channel are a run's, where it runs is the engine's business. */

import type { ResponseKind } from '../call-errors';
import type { CancelReport } from '../channel/cancellations';
import type { ChannelLimits } from '../channel/channel';
import type { CallOptions } from '../channel/pending';
import type { RpcChannel } from '../channel/rpc-channel';
import type { Engine, StartedWorker, WorkerSpec } from '../engine/engine';
import { AlreadySpawnedError, DisposedError, SpawnError } from '../errors';
import type { ExitStatus } from '../process/spawn';
import { terminate } from '../process/terminate';
import type { IntPolicy } from '../protocol/decoder';
import type { Hello } from '../protocol/message';
import { crashError, disposedError, earlyEndError, lateError, metChange, noFunctionsError, noWorkerError, replacedError } from './failures';
import { allows, type LifecycleEvent, type ModuleState, next, type StateChange } from './lifecycle';
import { Run, type WorkerNews, type WorkerOutput } from './run';

/** Milliseconds that a worker gets to end by itself after it closed its output or broke the protocol. */
const BROKEN_GRACE_MS = 100;

/** How long things may take, in milliseconds. */
export interface WorkerLimits extends ChannelLimits {
  /** From the start of the process to its hello; 0 is no limit. */
  readonly startupTimeout: number;
  /** From the end of its input to SIGTERM. */
  readonly disposeTimeout: number;
}

/** What a worker reports to whoever made it. */
export interface WorkerObserver {
  readonly output: WorkerOutput;
  readonly news: WorkerNews;
  onState(change: StateChange): void;
  /** Its process ended, whether wanted or not. */
  onExit(status: ExitStatus): void;
  /** It was lost although nobody asked it to end. */
  onError(error: Error): void;
}

export class Worker {
  readonly #engine: Engine;
  readonly #limits: WorkerLimits;
  readonly #int: IntPolicy;
  readonly #observer: WorkerObserver;
  #state: ModuleState = 'created';
  #run: Run | undefined;
  /** What was spawned last. */
  #spec: WorkerSpec | undefined;
  #disposed: Promise<void> | undefined;
  readonly #disposal = new AbortController();

  /** @param int what whole numbers from Python become */
  constructor(engine: Engine, limits: WorkerLimits, int: IntPolicy, observer: WorkerObserver) {
    this.#engine = engine;
    this.#limits = limits;
    this.#int = int;
    this.#observer = observer;
  }

  get state(): ModuleState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#run?.started.info.pid;
  }

  /**
   * Prepares the module, starts it and waits until it is ready; once more if its environment was changed right then.
   *
   * @throws whatever `Engine.prepare` throws; SpawnError the process could not be started, ended first or took too long
   *   (ERR_SYNAPSE_SPAWN); AlreadySpawnedError; DisposedError; the signal's reason if aborted
   */
  async spawn(spec: WorkerSpec, signal: AbortSignal | undefined, mayRetry = true): Promise<void> {
    this.#guardSpawn();
    signal?.throwIfAborted();
    const stop = signal ? AbortSignal.any([signal, this.#disposal.signal]) : this.#disposal.signal;
    this.#spec = spec;
    this.#change('provision', 'spawn was called');
    try {
      const module = await this.#engine.prepare(spec, stop);
      stop.throwIfAborted();
      await this.#start(spec, module, stop);
    } catch (error) {
      if (allows(this.#state, 'lose')) this.#change('lose', (error as Error).message);
      if (!mayRetry || !metChange(error)) throw error;
      await this.spawn(spec, signal, false);
    }
  }

  /** Calls the module; see `Channel.request`. Rejects with NotReadyError or DisposedError when there is no ready worker. */
  call(payload: unknown, options: CallOptions): Promise<unknown> {
    if (this.#state === 'ready' && this.#run?.channel) return this.#run.channel.request(payload, options);
    return Promise.reject(noWorkerError(this.#state));
  }

  /**
   * Gives the channel to a module of functions.
   *
   * @param used what the caller wants it for, such as `send`
   * @param method the name that it calls; empty if it calls none
   * @throws NotReadyError, DisposedError there is no ready worker; UnsupportedCallError the module reads frames itself
   */
  rpc(used: string, method: string): RpcChannel {
    if (this.#state !== 'ready' || !this.#run) throw noWorkerError(this.#state);
    if (!this.#run.rpc) throw noFunctionsError(used, method);
    return this.#run.rpc;
  }

  /** How a function of the module answers, as far as that is known now. */
  responseOf(method: string): ResponseKind | undefined {
    return this.#run?.rpc?.hello.methods.get(method)?.response;
  }

  /** Ends the worker: politely, then by force. The second and later calls wait for the first. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<void> {
    this.#change('close', 'dispose was called');
    this.#disposal.abort(disposedError());
    const run = this.#run;
    if (!run) return;
    run.close(() => new DisposedError('This Synapse was disposed while the call was outstanding: await calls before dispose().'));
    run.end();
    run.started.hold(true);
    await terminate(run.started, this.#limits.disposeTimeout);
  }

  #guardSpawn(): void {
    if (this.#state === 'closed') throw disposedError();
    if (allows(this.#state, 'provision')) return;
    throw new AlreadySpawnedError(
      this.#state,
      `This Synapse has a module already (state: ${this.#state}): make another Synapse for another module.`,
    );
  }

  async #start(spec: WorkerSpec, module: Awaited<ReturnType<Engine['prepare']>>, stop: AbortSignal): Promise<void> {
    const started = await this.#engine.start(spec, module).catch((cause: Error) => {
      throw new SpawnError(`${module.entry} could not be started: ${cause.message}. It must be a program that may be executed.`, {
        moduleName: module.entry,
        attempts: 1,
        lastError: cause,
        output: '',
      });
    });
    if (stop.aborted) {
      started.kill('SIGKILL');
      throw stop.reason;
    }
    this.#change('start', `process ${started.info.pid} was started`);
    const hello = await this.#connect(started, module.entry, stop);
    this.#change('hello', hello ? `Python ${hello.python} is ready` : 'the program was started');
    this.#change('open', 'the channel is open');
    started.hold(false);
  }

  /** Opens the channel and waits for the hello, the process's end, the time limit or an abort, whatever is first. */
  #connect(started: StartedWorker, entry: string, stop: AbortSignal): Promise<Hello | undefined> {
    return new Promise((resolve, reject) => {
      const { startupTimeout } = this.#limits;
      let settled = false;
      const fail = (error: unknown): void => {
        if (settled) return;
        settle();
        reject(error);
        started.kill('SIGKILL');
      };
      const onStop = (): void => fail(stop.reason);
      stop.addEventListener('abort', onStop, { once: true });
      const timer = startupTimeout > 0 ? setTimeout(() => fail(lateError(entry, startupTimeout, run.printed)), startupTimeout) : undefined;
      const settle = (): void => {
        settled = true;
        stop.removeEventListener('abort', onStop);
        clearTimeout(timer);
      };
      const run = this.#open(started, (hello) => {
        settle();
        resolve(hello);
      });
      if (!started.announces) {
        settle();
        resolve(undefined);
      }
      started.exited.then((status) => settled || fail(earlyEndError(entry, status, run.printed, run.broken)));
    });
  }

  #open(started: StartedWorker, onHello: (hello: Hello) => void): Run {
    const { output, news } = this.#observer;
    const run = new Run(
      started,
      { ...this.#limits, int: this.#int },
      {
        output,
        news,
        onHello,
        onStuck: (stuck, report) => this.#replace(stuck, report),
        onFailure: (broken, error) => this.#onChannelFailure(broken, error),
      },
    );
    this.#run = run;
    started.exited.then((status) => this.#onExit(run, status));
    return run;
  }

  /** The stream of frames is over: the process is ending, or must be ended because its position is lost. */
  #onChannelFailure(run: Run, error: Error | undefined): void {
    run.broken = error;
    run.started.hold(true);
    if (error) run.close(() => error);
    if (this.#state !== 'closed') void terminate(run.started, BROKEN_GRACE_MS);
  }

  /** What a call runs does not stop: the process is ended, and another one takes its place. */
  #replace(run: Run, report: CancelReport): void {
    const spec = this.#spec;
    if (this.#state !== 'ready' || !spec) return;
    const error = replacedError(report.method, this.#limits.cancelTimeout);
    run.close(() => error);
    this.#change('lose', error.message);
    run.started.kill('SIGKILL');
    void run.started.exited
      .then(() => this.spawn(spec, undefined))
      .then(
        () => this.#observer.news.onCancel(report),
        (failure: Error) => this.#state !== 'closed' && this.#observer.onError(failure),
      );
  }

  #onExit(run: Run, status: ExitStatus): void {
    const { stderr } = run;
    run.close(() => crashError(status, stderr));
    run.started.transport.destroy();
    this.#run = undefined;
    this.#observer.onExit(status);
    if (this.#state !== 'ready') return;
    const error = run.broken ?? crashError(status, stderr);
    this.#change('lose', error.message);
    this.#observer.onError(error);
  }

  #change(event: LifecycleEvent, reason: string): void {
    const from = this.#state;
    this.#state = next(from, event);
    this.#observer.onState({ from, to: this.#state, reason });
  }
}
