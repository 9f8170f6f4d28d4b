/** One Module in operation. Owns the workers of its latest spawn; those of earlier ones cannot touch it any more. */

import { localEngine } from '../engine/local-engine';
import { AlreadySpawnedError, DisposedError, SpawnError, WorkerCrashedError } from '../errors';
import { HeartbeatTimeoutError, RestartLimitError } from '../module-errors';
import { Pool } from '../worker/pool';
import type { Declaration } from './declaration';
import { apart } from './event-listeners';
import { type AnyModule, controlOf, type ModuleControl } from './module';
import { ManagerErrors } from './module-errors';
import { ModuleOutput } from './module-output';
import { type ResolvedOptions, resolveOptions } from './options';
import { spawnPython } from './python-spawn';
import { compareSchema } from './schema';
import { DEFAULT_INIT_TIMEOUT_MS, resolvePolicy } from './supervision-options';

/** What a runner reports. */
export interface RunnerObserver {
  onReady(): void;
  onError(error: Error): void;
  onRetry(attempt: number, error: Error, delay: number): void;
  onRestart(error: Error): void;
}

export class ModuleRunner {
  readonly #module: AnyModule;
  readonly #control: ModuleControl;
  readonly #observer: RunnerObserver;
  #pool: Pool | undefined;
  #isSpawning = false;
  #output: ModuleOutput | undefined;

  constructor(module: AnyModule, observer: RunnerObserver) {
    this.#module = module;
    this.#control = controlOf(module);
    this.#observer = observer;
  }

  /** Whether there is a worker, or one is coming. */
  get isRunning(): boolean {
    return this.#isSpawning || (this.#pool?.isRunning ?? false);
  }

  /**
   * Starts the worker and waits until it is ready.
   *
   * @throws AlreadySpawnedError there is one (ERR_SYNAPSE_ALREADY_SPAWNED); DisposedError it was shut down meanwhile (ERR_SYNAPSE_DISPOSED);
   *   SpawnError it could not be started; `lastError` says why (ERR_SYNAPSE_SPAWN)
   */
  async spawn(): Promise<void> {
    const { name, state } = this.#module;
    if (this.isRunning || this.#control.isRunning) throw ManagerErrors.spawnNotAllowed(name, state);
    const { declaration } = this.#control;
    const options = settingsOf(declaration);
    const earlier = this.#pool;
    const pool = this.#renew(declaration, options);
    this.#isSpawning = true;
    try {
      await earlier?.dispose();
      await this.#start(pool, declaration, options);
    } catch (error) {
      throw spawnError(name, error);
    } finally {
      this.#isSpawning = false;
    }
  }

  /** Ends the worker, if there is one. */
  async shutdown(): Promise<void> {
    const output = this.#output; // a spawn meanwhile has one of its own
    await this.#pool?.dispose();
    output?.finish();
  }

  /** Puts a pool of workers that are not there yet in the place of an earlier one. */
  #renew(declaration: Declaration, options: ResolvedOptions): Pool {
    const module = this.#module;
    const output = new ModuleOutput(
      options.logs === 'pipe' ? 'ignore' : options.logs, // nobody can read what would be kept
      (line) => apart(() => module.emit('log', line)),
      () => module.listenerCount('log') > 0,
    );
    const { supervision, heartbeat } = options.policy;
    const verify = (hello: Parameters<typeof compareSchema>[2]): void => compareSchema(declaration.name, declaration, hello);
    const worker = { ...options.limits, int: options.int, heartbeat, verify };
    const isLatest = (): boolean => this.#pool === pool;
    const pool: Pool = new Pool(
      localEngine,
      { size: options.size, policy: supervision, worker },
      {
        output: () => output.worker(),
        news: { onEvent: (name, data) => this.#control.receive(name, data), onCancel: () => undefined },
        onState: ({ to }) => isLatest() && this.#onState(to),
        onExit: () => undefined,
        onError: (error) => isLatest() && this.#onError(error),
        onRetry: (...retry) => isLatest() && this.#observer.onRetry(...retry),
        onRestart: (error) => isLatest() && this.#observer.onRestart(error),
      },
    );
    this.#pool = pool;
    this.#output = output;
    this.#control.connect(pool);
    return pool;
  }

  #start(pool: Pool, { program, name }: Declaration, options: ResolvedOptions): Promise<void> {
    if (program?.kind === 'python') return spawnPython(pool, program, options, () => undefined);
    if (!program) throw ManagerErrors.moduleError(name, 'nothing is said of what runs it');
    const { command, args } = program;
    const { socketBufferSize } = options.policy;
    return pool.spawn({ kind: 'program', command, args, cwd: program.options.cwd, env: program.options.env ?? {}, socketBufferSize });
  }

  #onState(state: Pool['state']): void {
    apart(() => this.#module.emit('state', state));
    if (state === 'disconnected') apart(() => this.#module.emit('disconnected'));
    if (state === 'ready') this.#observer.onReady();
  }

  #onError(loss: Error): void {
    const error = named(this.#module.name, loss);
    apart(() => this.#module.listenerCount('error') > 0 && this.#module.emit('error', error));
    this.#observer.onError(error);
  }
}

/** What a declaration says, with defaults; its own policy counts more than what the options of its Python say. */
function settingsOf({ program, policy, maxPayloadSize, requestTimeout }: Declaration): ResolvedOptions {
  const options = resolveOptions(program?.kind === 'python' ? program.options : {});
  const hasOwn = Object.keys(policy).length > 0 || program?.kind !== 'python' || program.options.restart === undefined;
  const chosen = hasOwn ? resolvePolicy(policy, { restartOnCrash: true }) : options.policy;
  const isTimed = program?.kind === 'python' && program.options.startupTimeout !== undefined;
  const startupTimeout = chosen.initTimeout ?? (isTimed ? options.limits.startupTimeout : DEFAULT_INIT_TIMEOUT_MS);
  const { maxFrameBytes } = options.limits;
  const limits = { ...options.limits, startupTimeout, callTimeout: requestTimeout, maxFrameBytes: maxPayloadSize ?? maxFrameBytes };
  return { ...options, policy: chosen, limits };
}

/** Says in the words of a manager which module was lost, and how. */
function named(name: string, error: Error): Error {
  if (error instanceof RestartLimitError) return ManagerErrors.tooManyRestarts(name, error.restarts, error.windowMs, error.lastError);
  if (error instanceof HeartbeatTimeoutError) return ManagerErrors.heartbeatTimeout(name, error.timeout, error.stderr);
  if (error instanceof SpawnError) return ManagerErrors.restartFailed(name, error, error.attempts);
  if (!(error instanceof WorkerCrashedError)) return error;
  const { exitCode, signal, stderr } = error;
  return ManagerErrors.processCrashed(name, exitCode, signal, stderr);
}

function spawnError(moduleName: string, error: unknown): unknown {
  if (error instanceof AlreadySpawnedError || error instanceof DisposedError) return error;
  const { message, attempts = 1, output = '', lastError = error } = error as Partial<SpawnError> & Error;
  return new SpawnError(`The module ${moduleName} could not be spawned: ${message}`, { moduleName, attempts, lastError, output });
}
