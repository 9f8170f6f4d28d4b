/** The main class: one Python module as an object. Owns what the user sees of it; the work is done in the rooms below. */

import { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import { iterable } from '../channel/answer-items';
import { withCaller } from '../channel/caller-stack';
import type { HandleOwner } from '../channel/handle';
import { type Invocation, invocationOf } from '../channel/invocation';
import type { CallOptions } from '../channel/pending';
import { localEngine } from '../engine/local-engine';
import type { ProvisionEvent } from '../environment/progress';
import type { ModuleState } from '../worker/lifecycle';
import { Pool } from '../worker/pool';
import type { PoolStats } from '../worker/pool-stats';
import { checkCallback, checkCallOptions, checkName, checkSpawnArguments, type SpawnOptions } from './arguments';
import { apart, EventListeners } from './event-listeners';
import { ModuleOutput } from './module-output';
import { type ResolvedOptions, resolveOptions, type SynapseOptions } from './options';
import { type PythonProxy, pythonProxy } from './python-proxy';
import { spawnPython } from './python-spawn';
import type { SynapseEvents } from './synapse-events';

/** The values that a generator of Python yields; can be iterated once. */
export type PythonStream<T = unknown> = AsyncIterableIterator<T> & AsyncDisposable;

const NO_OPTIONS: CallOptions = Object.freeze({});

/** A Python module that this program owns: its environment, its process and the calls to it. */
export class Synapse extends EventEmitter<SynapseEvents> {
  /**
   * What the module printed, as bytes; what print() writes comes here. Read or not, it never fills memory: unread, the last megabyte is
   * kept; of what calls print, 16 MiB for a reader that is behind. A reader that is behind holds other output back.
   */
  readonly stdout: Readable;
  /** What the module wrote to standard error, as bytes. */
  readonly stderr: Readable;
  /** The module's functions, classes and constants as properties. See `PythonProxy`. */
  readonly py: PythonProxy;
  readonly #options: ResolvedOptions;
  readonly #pool: Pool;
  readonly #output: ModuleOutput;
  readonly #events = new EventListeners();

  /**
   * @param options see `SynapseOptions`
   * @throws InvalidOptionError an option is unknown or not of its form (ERR_SYNAPSE_INVALID_OPTION)
   */
  constructor(options: SynapseOptions = {}) {
    super();
    this.#options = resolveOptions(options);
    this.#output = new ModuleOutput(
      this.#options.logs,
      (line) => apart(() => this.emit('log', line)),
      () => this.listenerCount('log') > 0,
    );
    this.stdout = this.#output.stdout;
    this.stderr = this.#output.stderr;
    this.py = pythonProxy({
      title: 'py',
      callAttribute: (name, args) => this.#callPython(name, args),
      readAttribute: (name, reader) => this.#invoke({ used: 'py', name, args: [], kwargs: undefined, get: true }, NO_OPTIONS, reader),
    });
    this.#pool = new Pool(localEngine, poolOptions(this.#options), {
      output: () => this.#output.worker(),
      news: { onEvent: (name, data) => this.#events.emit(name, data), onCancel: (report) => apart(() => this.emit('cancel', report)) },
      onState: (change) => apart(() => this.emit('state', change)),
      onExit: (status) => apart(() => this.emit('exit', status)),
      onRetry: () => undefined,
      onRestart: (error) => apart(() => this.emit('restart', error)),
      onError: (error) => apart(() => this.listenerCount('error') > 0 && this.emit('error', error)),
    });
  }

  /** Where the worker is in its life. */
  get state(): ModuleState {
    return this.#pool.state;
  }

  /** The worker's process, while there is one; of several workers, the first. */
  get pid(): number | undefined {
    return this.#pool.pid;
  }

  /** The processes of all workers. */
  get pids(): readonly number[] {
    return this.#pool.pids;
  }

  /**
   * Makes the module's environment if it is not complete, starts the entry and waits until it reads its first frame.
   *
   * @param directory the module's directory: a path, relative to this program's working directory, or a `file:` URL
   * @param entrypoint a script inside it (`main`, `main.py`, `pkg/worker`) or a package with a `__main__.py`
   * @throws InvalidModuleError something is missing (ERR_SYNAPSE_DIRECTORY_NOT_FOUND, ERR_SYNAPSE_ENTRY_NOT_FOUND,
   *   ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND) or the entry is outside (ERR_SYNAPSE_ENTRY_OUTSIDE)
   * @throws ProvisionError the environment could not be made (ERR_SYNAPSE_PROVISION, ERR_SYNAPSE_PYTHON_NOT_FOUND, ERR_SYNAPSE_LOCK_TIMEOUT)
   * @throws SpawnError the entry ended or failed before it was ready, or took longer than `startupTimeout` (ERR_SYNAPSE_SPAWN)
   * @throws AlreadySpawnedError this Synapse has a worker (ERR_SYNAPSE_ALREADY_SPAWNED)
   * @throws DisposedError it was disposed before or meanwhile (ERR_SYNAPSE_DISPOSED)
   * @throws InvalidOptionError an argument is not of its form, or `cwd` is no directory (ERR_SYNAPSE_INVALID_OPTION)
   * @throws the signal's reason if aborted
   */
  async spawn(directory: string | URL, entrypoint = 'main', options: SpawnOptions = {}): Promise<void> {
    checkSpawnArguments(directory, entrypoint, options);
    const onProgress = (event: ProvisionEvent): unknown => this.emit('provision', event);
    await spawnPython(this.#pool, { directory, entrypoint }, this.#options, onProgress, options.signal);
  }

  /**
   * Calls the module's handler: sends a value, resolves with its answer. Calls may overlap. A module that reads frames itself answers
   * in the order in which they were made; in a module of functions it is the function `handle`, or the one marked as the handler.
   *
   * @param payload what docs/types.md lists; do not change it before the call settles
   * @param options `timeout` in milliseconds (default `callTimeout`), `signal` to give up
   * @typeParam T what the module answers; it is not checked
   * @throws PythonError the function raised (ERR_SYNAPSE_PYTHON)
   * @throws NotReadyError no worker is ready (ERR_SYNAPSE_NOT_READY)
   * @throws UnsupportedCallError the module has no handler (ERR_SYNAPSE_UNSUPPORTED_CALL)
   * @throws SerializationError the payload or the answer has no faithful form (ERR_SYNAPSE_SERIALIZATION)
   * @throws StaleHandleError the payload has a handle that was released (ERR_SYNAPSE_STALE_HANDLE)
   * @throws FrameTooLargeError the payload or the answer is larger than `maxFrameBytes` (ERR_SYNAPSE_FRAME_TOO_LARGE)
   * @throws FrameError the module wrote something that is no answer (ERR_SYNAPSE_FRAME)
   * @throws QueueFullError `maxQueue` calls are waiting (ERR_SYNAPSE_QUEUE_FULL)
   * @throws CallTimeoutError there was no answer in time (ERR_SYNAPSE_CALL_TIMEOUT)
   * @throws WorkerCrashedError the worker ended first (ERR_SYNAPSE_WORKER_CRASHED)
   * @throws DisposedError the Synapse was disposed before or meanwhile (ERR_SYNAPSE_DISPOSED)
   * @throws InvalidOptionError an option is not of its form (ERR_SYNAPSE_INVALID_OPTION)
   * @throws the signal's reason if aborted
   */
  async call<T = unknown>(payload: unknown, options: CallOptions = NO_OPTIONS): Promise<T> {
    try {
      checkCallOptions(options);
      return (await this.#pool.request(payload, options)) as T;
    } catch (error) {
      throw withCaller(error, Synapse.prototype.call, options?.signal?.reason);
    }
  }

  /**
   * Calls a function of the module with one argument, or none. Functions run one after another, except `async def` and those that run
   * on threads. One whose response is `ack` resolves when it starts, with what it acknowledges; one whose response is `none` when it is sent.
   *
   * @param method the name of the function, class or builtin
   * @param data the argument, as `call` takes it; `kw({...})` for keyword arguments only; without it, or undefined: no argument
   * @param options as for `call`; the function can read its deadline. On timeout or abort it is told to stop
   * @typeParam T what the function returns; it is not checked
   * @throws UnknownMethodError there is no such name (ERR_SYNAPSE_UNKNOWN_METHOD)
   * @throws UnsupportedCallError it gives a stream, or the module reads frames itself (ERR_SYNAPSE_UNSUPPORTED_CALL)
   * @throws whatever `call` throws
   */
  async send<T = unknown>(method: string, data?: unknown, options: CallOptions = NO_OPTIONS): Promise<T> {
    try {
      checkName('method', method);
      checkCallOptions(options);
      return (await this.#pool.invoke(invocationOf('send', method, [data]), options)) as T;
    } catch (error) {
      throw withCaller(error, Synapse.prototype.send, options?.signal?.reason);
    }
  }

  /**
   * Calls a generator of the module. The call is made at the first pull: an iterable that is never iterated costs nothing, and data
   * counts as it is then. Python runs ahead of the consumer by 1 MiB at most. Leaving the loop closes the generator in Python.
   *
   * @param method the name of the generator function
   * @param data as for `send`
   * @param options `timeout`: milliseconds that each pull may wait for the next value; `signal` ends the stream with its reason
   * @typeParam T what the generator yields; it is not checked
   * @returns what can be iterated once; its pulls reject with what `send` throws, after the values before
   * @throws InvalidOptionError an option is not of its form (ERR_SYNAPSE_INVALID_OPTION)
   */
  stream<T = unknown>(method: string, data?: unknown, options: CallOptions = NO_OPTIONS): PythonStream<T> {
    checkName('method', method);
    checkCallOptions(options);
    return this.#pool.stream(invocationOf('stream', method, [data]), options) as PythonStream<T>;
  }

  /**
   * Listens to what the module emits with `synapse_py.emit(name, data)`; before `spawn` and after a worker was lost, too. Listening
   * does not keep the program alive. What a callback throws is an uncaught exception, as with any event.
   *
   * @typeParam T what the module emits; it is not checked
   * @returns what ends the listening
   * @throws InvalidOptionError the name is no text, or the callback no function (ERR_SYNAPSE_INVALID_OPTION)
   */
  onEvent<T = unknown>(name: string, callback: (data: T) => void): () => void {
    checkName('name', name);
    checkCallback(callback);
    return this.#events.add(name, callback as (data: unknown) => void);
  }

  /**
   * Asks the worker for a sign of life, which it gives also while a function computes.
   *
   * @param options as for `call`; the default is no timeout
   * @returns milliseconds until it came
   * @throws UnsupportedCallError the module reads frames itself (ERR_SYNAPSE_UNSUPPORTED_CALL)
   * @throws whatever `call` throws
   */
  async ping(options: CallOptions = NO_OPTIONS): Promise<number> {
    try {
      checkCallOptions(options);
      return await this.#pool.ping(options);
    } catch (error) {
      throw withCaller(error, Synapse.prototype.ping, options?.signal?.reason);
    }
  }

  /**
   * Puts a new worker in the place of each, one after another: the new one has the code as it is now and takes the calls, the old one finishes
   * those that it has. No call is lost; objects that this program holds of the old ones become stale. An environment that must be changed cannot
   * be while the old ones use it (ERR_SYNAPSE_ENVIRONMENT_IN_USE), unless it lies in the store: dispose and spawn again then.
   *
   * @throws NotReadyError nothing was spawned (ERR_SYNAPSE_NOT_READY)
   * @throws whatever `spawn` throws, if a new worker cannot be started; those that are there go on then
   */
  async reload(): Promise<void> {
    await this.#pool.reload();
  }

  /** How many workers, waiting and running calls there are now, and where the time of all calls went. */
  stats(): PoolStats {
    return this.#pool.stats;
  }

  /**
   * Ends the worker and all that it started: closes its input, waits `disposeTimeout`, then SIGTERM, then SIGKILL. Outstanding calls
   * reject with DisposedError. May be called at any time and more than once; never rejects.
   */
  async dispose(): Promise<void> {
    await this.#pool.dispose();
    this.#output.finish();
  }

  /** The same as `dispose`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  async #invoke(invocation: Invocation, options: CallOptions, reader?: HandleOwner): Promise<unknown> {
    try {
      return await this.#pool.invoke(invocation, options, reader);
    } catch (error) {
      throw withCaller(error, this.#invoke, options.signal?.reason);
    }
  }

  #callPython(name: string, args: readonly unknown[]): unknown {
    const invocation = invocationOf('py', name, args);
    return this.#pool.responseOf(name) === 'stream'
      ? this.#pool.stream(invocation, NO_OPTIONS)
      : iterable(this.#invoke(invocation, NO_OPTIONS));
  }
}

function poolOptions({ limits, int, size, policy }: ResolvedOptions): ConstructorParameters<typeof Pool>[1] {
  const { supervision, heartbeat } = policy;
  return { size, policy: supervision, worker: { ...limits, int, heartbeat, verify: undefined } };
}
