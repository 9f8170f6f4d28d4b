/** The modules of a program and their lives. Owns which there are; each has a runner, which owns its workers. */

import { EventEmitter } from 'node:events';
import { invalid } from '../option-checks';
import { apart } from './event-listeners';
import { type AnyModule, controlOf, Module } from './module';
import { ManagerErrors, ModuleErrors } from './module-errors';
import type { ManagerEventMap } from './module-events';
import { ModuleRunner } from './module-runner';

interface Entry {
  readonly module: AnyModule;
  readonly runner: ModuleRunner;
}

/** Spawns modules, starts them again by their policies, and shuts them down. */
export class ModuleManager extends EventEmitter<ManagerEventMap> {
  readonly #entries = new Map<string, Entry>();

  /** The names of the modules, in the order in which they were registered. */
  get moduleNames(): string[] {
    return [...this.#entries.keys()];
  }

  /**
   * Adds a module.
   *
   * @returns this manager
   * @throws ModuleDefinitionError there is one of that name, or it declares no program or no method (ERR_SYNAPSE_MODULE_DEFINITION)
   * @throws InvalidOptionError it is no Module (ERR_SYNAPSE_INVALID_OPTION)
   */
  register(module: AnyModule): this {
    if (!(module instanceof Module))
      throw invalid('module', 'A ModuleManager takes modules: new Module(name), with what runs it and its methods.');
    const { name } = module;
    const { program, methods } = controlOf(module).declaration;
    if (this.#entries.has(name)) throw ManagerErrors.alreadyRegistered(name);
    if (!program) throw ModuleErrors.executableNotConfigured(name);
    if (methods.size === 0) throw ModuleErrors.noMethodsRegistered(name);
    this.#entries.set(name, { module, runner: this.#makeRunner(module) });
    return this;
  }

  /** Whether a module of that name is registered. */
  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Gives the module of that name; undefined if there is none. */
  get(name: string): AnyModule | undefined {
    return this.#entries.get(name)?.module;
  }

  /**
   * Starts the worker of a module, or side by side those of all modules that have none.
   *
   * @param name of the module; without it, all
   * @throws SpawnError a worker could not be started (ERR_SYNAPSE_SPAWN); of several the first in order. The others go on
   * @throws ModuleDefinitionError no module of that name is registered (ERR_SYNAPSE_MODULE_DEFINITION)
   * @throws AlreadySpawnedError the named module has a worker (ERR_SYNAPSE_ALREADY_SPAWNED)
   * @throws DisposedError it was shut down meanwhile (ERR_SYNAPSE_DISPOSED)
   */
  async spawn(name?: string): Promise<void> {
    const entries = name === undefined ? [...this.#entries.values()].filter(({ runner }) => !runner.isRunning) : [this.#entry(name)];
    const results = await Promise.allSettled(entries.map((entry) => this.#spawn(entry)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /**
   * Ends the worker of a module, or of all modules: politely, then by force. Outstanding calls reject with DisposedError. The module stays
   * registered and can be spawned again.
   *
   * @param name of the module; without it, all
   * @throws ModuleDefinitionError no module of that name is registered (ERR_SYNAPSE_MODULE_DEFINITION)
   */
  async shutdown(name?: string): Promise<void> {
    const entries = name === undefined ? [...this.#entries.values()] : [this.#entry(name)];
    await Promise.all(entries.map((entry) => this.#shutdown(entry)));
  }

  /** The same as `shutdown` of all modules, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #spawn({ module, runner }: Entry): Promise<void> {
    const isFree = !runner.isRunning;
    try {
      await runner.spawn();
    } catch (error) {
      if (isFree) apart(() => this.emit('spawnFailed', module.name, error as Error));
      throw error;
    }
  }

  async #shutdown({ module, runner }: Entry): Promise<void> {
    const { state } = module;
    await runner.shutdown();
    if (state !== 'closed' && state !== 'created') apart(() => this.emit('closed', module.name));
  }

  #makeRunner(module: AnyModule): ModuleRunner {
    const { name } = module;
    return new ModuleRunner(module, {
      onReady: () => apart(() => this.emit('ready', name)),
      onError: (error) => apart(() => this.listenerCount('error') > 0 && this.emit('error', name, error)),
      onRetry: (attempt, error, delay) => apart(() => this.emit('retrying', name, attempt, error, delay)),
      onRestart: (error) => apart(() => this.emit('restarting', name, error)),
    });
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (!entry) throw ManagerErrors.notRegistered(name, this.moduleNames);
    return entry;
  }
}
