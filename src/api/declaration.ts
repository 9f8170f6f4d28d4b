/** What a Module declares of its worker. Owns the checks of what is declared; the types of it are schema's business. */

import { ModuleDefinitionError } from '../module-errors';
import { checkLists, checkNames, checkTexts, checkVariables, invalid, LARGEST_TIMEOUT_MS, wholeOption } from '../option-checks';
import type { SpawnPolicy } from '../worker/restart-policy';
import { checkName, checkSpawnArguments } from './arguments';
import { DEFAULT_REQUEST_TIMEOUT_MS, ModuleErrors } from './module-errors';
import { resolveOptions, type SynapseOptions } from './options';
import { type DeclaredEvent, type DeclaredMethod, declareEvent, declareMethod, type EventConfig, type MethodConfig } from './schema';
import { resolvePolicy } from './supervision-options';

/** A frame's length has 32 bits. */
const LARGEST_PAYLOAD_BYTES = 2 ** 32 - 1;
const EXECUTABLE_NAMES: ReadonlySet<string> = new Set<keyof ExecutableOptions>(['cwd', 'env']);

/** Options of `Module.executable`. */
export interface ExecutableOptions {
  /** Working directory of the worker. Default: that of this program. */
  cwd?: string;
  /** Variables for the worker, besides this program's own. */
  env?: Record<string, string>;
}

/** What runs a module's worker. */
export type ModuleProgram =
  | { readonly kind: 'program'; readonly command: string; readonly args: readonly string[]; readonly options: ExecutableOptions }
  | { readonly kind: 'python'; readonly directory: string | URL; readonly entrypoint: string; readonly options: SynapseOptions };

/** All that a Module declares; each method throws an InvalidOptionError (ERR_SYNAPSE_INVALID_OPTION) for what is not of its form. */
export class Declaration {
  readonly name: string;
  readonly methods = new Map<string, DeclaredMethod>();
  readonly events = new Map<string, DeclaredEvent>();
  program: ModuleProgram | undefined;
  policy: SpawnPolicy = {};
  /** Bytes of a frame's body, both ways; undefined is the default of a Synapse. */
  maxPayloadSize: number | undefined;
  /** Milliseconds that a call may take; 0 is no limit. */
  requestTimeout = DEFAULT_REQUEST_TIMEOUT_MS;

  constructor(name: string) {
    checkName('name', name);
    this.name = name;
  }

  setExecutable(command: string, args: readonly string[], options: ExecutableOptions): void {
    if (typeof command !== 'string' || command === '') throw invalid('command', 'The command must be a text that is not empty.');
    if (!Array.isArray(args)) throw invalid('args', 'The arguments of the program must be a list of texts.');
    checkLists({ args }, ['args']);
    checkNames(options, EXECUTABLE_NAMES);
    checkTexts(options, ['cwd']);
    checkVariables(options, 'env');
    this.program = { kind: 'program', command, args: [...args], options: { ...options } };
  }

  setPython(directory: string | URL, entrypoint: string, options: SynapseOptions): void {
    checkSpawnArguments(directory, entrypoint, {});
    resolveOptions(options);
    this.program = { kind: 'python', directory, entrypoint, options: { ...options } };
  }

  /** @throws ModuleDefinitionError the name is declared already (ERR_SYNAPSE_MODULE_DEFINITION) */
  addMethod(name: string, config: MethodConfig): void {
    checkName('method', name);
    this.#checkNew('method', name, this.methods);
    this.methods.set(name, declareMethod(config));
  }

  /** Throws as `addMethod` does. */
  addEvent(name: string, config: EventConfig): void {
    checkName('name', name);
    this.#checkNew('event', name, this.events);
    this.events.set(name, declareEvent(config));
  }

  setPolicy(policy: SpawnPolicy): void {
    resolvePolicy(policy, { restartOnCrash: true });
    this.policy = { ...policy };
  }

  setMaxPayloadSize(maxPayloadSize: number): void {
    this.maxPayloadSize = wholeOption({ maxPayloadSize }, 'maxPayloadSize', 0, 1, LARGEST_PAYLOAD_BYTES);
  }

  setRequestTimeout(requestTimeout: number): void {
    this.requestTimeout = wholeOption({ requestTimeout }, 'requestTimeout', 0, 0, LARGEST_TIMEOUT_MS);
  }

  /** @throws UnknownMethodError the method is not declared (ERR_SYNAPSE_UNKNOWN_METHOD) */
  method(name: string): DeclaredMethod {
    const method = this.methods.get(name);
    if (method) return method;
    throw ModuleErrors.methodNotRegistered(name, this.name, [...this.methods.keys()]);
  }

  #checkNew(what: string, name: string, declared: ReadonlyMap<string, unknown>): void {
    if (!declared.has(name)) return;
    throw new ModuleDefinitionError(this.name, `The module ${this.name} declares the ${what} ${name} twice: leave one out.`);
  }
}
