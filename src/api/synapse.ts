/** The main class: one Python module as an object. Owns what the user sees of it; the work is done in the rooms below. */

import { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import type { CallOptions } from '../channel/pending';
import { localEngine } from '../engine/local-engine';
import { ProgressDisplay, type ProvisionEvent } from '../environment/progress';
import { LineSplitter, OutputStream } from '../process/output';
import type { ExitStatus } from '../process/spawn';
import type { ModuleState, StateChange } from '../worker/lifecycle';
import { Worker } from '../worker/worker';
import {
  checkCallOptions,
  checkSpawnArguments,
  type ResolvedOptions,
  resolveOptions,
  type SpawnOptions,
  type SynapseOptions,
} from './options';

/** One line that the module printed. */
export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  /** The line without its end. A line of more than 65,536 characters comes in pieces. */
  readonly line: string;
}

/** The events of a Synapse and what their listeners get. */
export interface SynapseEvents {
  /** The state changed. */
  state: [change: StateChange];
  /** The module printed a line. */
  log: [line: LogLine];
  /** Provisioning does something; not emitted when there is nothing to do. */
  provision: [event: ProvisionEvent];
  /** The worker's process ended. */
  exit: [status: ExitStatus];
  /** The worker was lost without being asked to end. Emitted only when there is a listener. */
  error: [error: Error];
}

const STREAMS = ['stdout', 'stderr'] as const;

/** A Python module that this program owns: its environment, its process and the calls to it. */
export class Synapse extends EventEmitter<SynapseEvents> {
  /** What the module printed, as bytes; what print() writes comes here. Read or not, it never blocks the module or fills memory. */
  readonly stdout: Readable;
  /** What the module wrote to standard error, as bytes. */
  readonly stderr: Readable;
  readonly #options: ResolvedOptions;
  readonly #worker: Worker;
  readonly #streams = { stdout: new OutputStream(), stderr: new OutputStream() };
  readonly #lines = {
    stdout: new LineSplitter((line) => this.emit('log', { stream: 'stdout', line })),
    stderr: new LineSplitter((line) => this.emit('log', { stream: 'stderr', line })),
  };

  /**
   * @param options see `SynapseOptions`
   * @throws InvalidOptionError an option is unknown or not of its form (ERR_SYNAPSE_INVALID_OPTION)
   */
  constructor(options: SynapseOptions = {}) {
    super();
    this.#options = resolveOptions(options);
    this.stdout = this.#streams.stdout;
    this.stderr = this.#streams.stderr;
    this.#worker = new Worker(localEngine, this.#options.limits, {
      onState: (change) => this.emit('state', change),
      onOutput: (stream, chunk, onRoom) => this.#onOutput(stream, chunk, onRoom),
      onExit: (status) => this.#onExit(status),
      onError: (error) => this.listenerCount('error') > 0 && this.emit('error', error),
    });
  }

  /** Where the worker is in its life. */
  get state(): ModuleState {
    return this.#worker.state;
  }

  /** The worker's process, while there is one. */
  get pid(): number | undefined {
    return this.#worker.pid;
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
   * @throws InvalidOptionError an argument is not of its form (ERR_SYNAPSE_INVALID_OPTION)
   * @throws the signal's reason if aborted
   */
  async spawn(directory: string | URL, entrypoint = 'main', options: SpawnOptions = {}): Promise<void> {
    checkSpawnArguments(directory, entrypoint, options);
    const { provisioning, args, env, cwd, protocol, progress } = this.#options;
    const display = progress ? new ProgressDisplay(process.stderr) : undefined;
    const onProgress = (event: ProvisionEvent): void => {
      display?.show(event);
      this.emit('provision', event);
    };
    try {
      const spec = { directory, entrypoint, protocol, args, cwd, env, provisioning: { ...provisioning, onProgress } };
      await this.#worker.spawn(spec, options.signal);
    } finally {
      display?.close();
    }
  }

  /**
   * Calls the module: sends a value, resolves with its answer. Calls may overlap; they are answered in the order they were made.
   *
   * @param payload null, booleans, numbers, strings, dates, bytes (`Uint8Array`), and arrays and plain objects of these; do not change
   *   it before the call settles
   * @param options `timeout` in milliseconds (default `callTimeout`), `signal` to give up
   * @typeParam T what the module answers; it is not checked
   * @throws NotReadyError no worker is ready (ERR_SYNAPSE_NOT_READY)
   * @throws SerializationError the payload or the answer has no faithful form (ERR_SYNAPSE_SERIALIZATION)
   * @throws FrameTooLargeError the payload or the answer is larger than `maxFrameBytes` (ERR_SYNAPSE_FRAME_TOO_LARGE)
   * @throws FrameError the module wrote something that is no answer (ERR_SYNAPSE_FRAME)
   * @throws QueueFullError `maxQueue` calls are waiting (ERR_SYNAPSE_QUEUE_FULL)
   * @throws CallTimeoutError there was no answer in time (ERR_SYNAPSE_CALL_TIMEOUT)
   * @throws WorkerCrashedError the worker ended first (ERR_SYNAPSE_WORKER_CRASHED)
   * @throws DisposedError the Synapse was disposed before or meanwhile (ERR_SYNAPSE_DISPOSED)
   * @throws InvalidOptionError an option is not of its form (ERR_SYNAPSE_INVALID_OPTION)
   * @throws the signal's reason if aborted
   */
  call<T = unknown>(payload: unknown, options: CallOptions = {}): Promise<T> {
    try {
      checkCallOptions(options);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#worker.call(payload, options) as Promise<T>;
  }

  /**
   * Ends the worker and all that it started: closes its input, waits `disposeTimeout`, then SIGTERM, then SIGKILL. Outstanding calls
   * reject with DisposedError. May be called at any time and more than once; never rejects.
   */
  async dispose(): Promise<void> {
    await this.#worker.dispose();
    for (const name of STREAMS) this.#streams[name].finish();
  }

  /** The same as `dispose`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  #onOutput(name: 'stdout' | 'stderr', chunk: Uint8Array, onRoom: () => void): boolean {
    if (this.listenerCount('log') > 0) this.#lines[name].add(chunk);
    const { logs } = this.#options;
    if (logs === 'ignore') return true;
    if (logs === 'inherit') process[name].write(chunk);
    else if (logs !== 'pipe') logs.write(chunk);
    return this.#streams[name].add(chunk, onRoom);
  }

  #onExit(status: ExitStatus): void {
    for (const name of STREAMS) this.#lines[name].finish();
    this.emit('exit', status);
  }
}
