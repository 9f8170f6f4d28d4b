/** One worker from start to end. Owns its state; its process and channel are a run's, where it runs is the engine's business. */

import type { CancelReport } from '../channel/cancellations';
import type { HandleOwner } from '../channel/handle';
import type { LateCallOptions } from '../channel/pending';
import type { RpcChannel } from '../channel/rpc-channel';
import type { Engine, StartedWorker, WorkerSpec } from '../engine/engine';
import { DisposedError, type WorkerCrashedError } from '../errors';
import type { ExitStatus } from '../process/spawn';
import { terminate } from '../process/terminate';
import type { Hello } from '../protocol/message';
import {
  alreadySpawnedError,
  crashError,
  disposedError,
  heartbeatError,
  metChange,
  noFunctionsError,
  notBegun,
  notStartedError,
  noWorkerError,
  replacedError,
} from './failures';
import { Heartbeat } from './heartbeat';
import { allows, type LifecycleEvent, type ModuleState, next } from './lifecycle';
import { untilReady } from './readiness';
import { Run } from './run';
import type { WorkerObserver } from './worker-observer';
import type { WorkerOptions } from './worker-options';

/** Milliseconds that a worker gets to end by itself after it closed its output or broke the protocol. */
const BROKEN_GRACE_MS = 100;

export class Worker {
  readonly #engine: Engine;
  readonly #options: WorkerOptions;
  readonly #observer: WorkerObserver;
  #state: ModuleState = 'created';
  /** The process of now; that of an earlier spawn may still be ending. */
  #run: Run | undefined;
  #heartbeat: Heartbeat | undefined;
  #disposed: Promise<void> | undefined;
  readonly #disposal = new AbortController();

  constructor(engine: Engine, options: WorkerOptions, observer: WorkerObserver) {
    this.#engine = engine;
    this.#options = options;
    this.#observer = observer;
  }

  get state(): ModuleState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#run?.started.info.pid;
  }

  /** Calls and streams that it has and that are not over. */
  get load(): number {
    return this.#run?.channel?.load ?? 0;
  }

  /** Objects of it that this program holds. */
  get heldHandles(): number {
    return this.#run?.rpc?.handles.size ?? 0;
  }

  /** What it announced, if it announces. */
  get hello(): Hello | undefined {
    return this.#run?.rpc?.hello;
  }

  /** Whether the calls of a method do not wait for others there. */
  runsBeside(method: string): boolean {
    return this.hello?.methods.get(method)?.concurrent ?? false;
  }

  /** Whether a handle stands for an object of this worker. */
  owns(owner: HandleOwner): boolean {
    return this.#run?.rpc?.handles === owner;
  }

  /**
   * Prepares the module, starts it and waits until it is ready; once more if its environment was changed right then.
   *
   * @throws whatever `Engine.prepare` or `verify` throws; SpawnError the process could not be started, ended first or took too long
   *   (ERR_SYNAPSE_SPAWN); AlreadySpawnedError; DisposedError; the signal's reason if aborted
   */
  async spawn(spec: WorkerSpec, signal: AbortSignal | undefined, mayRetry = true): Promise<void> {
    this.#guardSpawn();
    signal?.throwIfAborted();
    const stop = signal ? AbortSignal.any([signal, this.#disposal.signal]) : this.#disposal.signal;
    this.#change('provision', 'spawn was called');
    try {
      const module = await this.#engine.prepare(spec, stop);
      stop.throwIfAborted();
      await this.#start(spec, module, stop);
    } catch (error) {
      if (allows(this.#state, 'lose')) this.#change('lose', (error as Error).message);
      if (!mayRetry || spec.kind === 'program' || !metChange(error)) throw error;
      await this.spawn(spec, signal, false);
    }
  }

  /** Calls the module; see `Channel.request`. Rejects with NotReadyError or DisposedError when there is no ready worker. */
  call(payload: unknown, options: LateCallOptions): Promise<unknown> {
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

  /** Ends the worker: politely, then by force. The second and later calls wait for the first. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<void> {
    this.#change('close', 'dispose was called');
    this.#heartbeat?.stop();
    this.#disposal.abort(disposedError());
    const run = this.#run;
    if (!run) return;
    run.close(() => new DisposedError('The worker was ended while the call was outstanding: await calls before dispose() or shutdown().'));
    run.end();
    run.started.hold(true);
    await terminate(run.started, this.#options.disposeTimeout);
  }

  #guardSpawn(): void {
    if (this.#state === 'closed') throw disposedError();
    if (allows(this.#state, 'provision')) return;
    throw alreadySpawnedError(this.#state);
  }

  async #start(spec: WorkerSpec, module: Awaited<ReturnType<Engine['prepare']>>, stop: AbortSignal): Promise<void> {
    const started = await this.#engine.start(spec, module).catch((cause: Error) => {
      throw notStartedError(module.entry, cause);
    });
    if (stop.aborted) {
      started.kill('SIGKILL');
      throw stop.reason;
    }
    this.#change('start', `process ${started.info.pid} was started`);
    const { startupTimeout, verify } = this.#options;
    const wait = { entry: module.entry, timeout: startupTimeout, verify, stop };
    try {
      const hello = await untilReady(started, wait, (onHello) => this.#open(started, onHello));
      if (this.#run?.broken) throw this.#run.broken;
      stop.throwIfAborted();
      this.#change('hello', hello ? `the worker is ready (${hello.language} ${hello.python})` : 'the program was started');
      stop.throwIfAborted();
      started.hold(false);
      this.#change('open', 'the channel is open');
      stop.throwIfAborted();
    } catch (error) {
      started.kill('SIGKILL');
      throw error;
    }
    this.#watch();
  }

  #open(started: StartedWorker, onHello: (hello: Hello) => void): Run {
    const { output, news } = this.#observer;
    const run = new Run(started, this.#options, {
      output,
      news,
      onHello,
      onStuck: (stuck, report) => this.#kill(stuck, replacedError(report.method, this.#options.cancelTimeout), report),
      onFailure: (broken, error) => this.#onChannelFailure(broken, error),
      onFreed: () => this.#observer.onFreed(),
    });
    this.#run = run;
    started.exited.then((status) => this.#onExit(run, status));
    return run;
  }

  /** Begins to ask for signs of life, if that is wanted and the worker can give them. */
  #watch(): void {
    const run = this.#run;
    const { heartbeat } = this.#options;
    if (!run?.rpc || !heartbeat) return;
    this.#heartbeat = new Heartbeat(run.rpc, run.started.info.pid, heartbeat, (timeout) =>
      this.#kill(run, heartbeatError(timeout, run.stderr)),
    );
  }

  /** The stream of frames is over: the process is ending, or must be ended because its position is lost. */
  #onChannelFailure(run: Run, error: Error | undefined): void {
    run.broken ??= error;
    run.started.hold(true);
    if (error) run.close((begun) => (begun ? error : notBegun(error)), false);
    if (this.#state !== 'closed') void terminate(run.started, BROKEN_GRACE_MS);
    this.#lose(run, error?.message ?? 'the worker closed its output');
  }

  /** Ends a process that cannot go on. What it has answered until then still counts. */
  #kill(run: Run, error: WorkerCrashedError, stuck?: CancelReport): void {
    run.broken = error;
    run.started.kill('SIGKILL');
    this.#lose(run, error.message, stuck);
  }

  #onExit(run: Run, status: ExitStatus): void {
    const { stderr, broken } = run;
    run.close((begun) => (broken ? (begun ? broken : notBegun(broken)) : crashError(status, stderr, begun)));
    run.started.transport.destroy();
    this.#observer.output.onEnd();
    this.#observer.onExit(status);
    this.#lose(run, crashError(status, stderr).message);
    if (this.#run === run) this.#run = undefined; // else a later process has its place already
  }

  /** A process that was ready takes no more calls. */
  #lose(run: Run, reason: string, stuck?: CancelReport): void {
    if (this.#run !== run || this.#state !== 'ready') return;
    this.#heartbeat?.stop();
    const ended = run.started.exited.then((status) => run.broken ?? crashError(status, run.stderr));
    this.#observer.onLost(stuck ? { ended, stuck } : { ended }); // first, so that whoever hears of the state knows what follows
    this.#change('lose', reason);
  }

  #change(event: LifecycleEvent, reason: string): void {
    const from = this.#state;
    this.#state = next(from, event);
    this.#observer.onState({ from, to: this.#state, reason });
  }
}
