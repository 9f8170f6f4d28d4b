/** A worker in any language and the calls to it. Owns the way of a call through its codecs; who runs the worker is the manager's business. */

import { EventEmitter } from 'node:events';
import { withCaller } from '../channel/caller-stack';
import { type Invocation, invocationOf } from '../channel/invocation';
import type { CallOptions } from '../channel/pending';
import { fromWire, toWire } from '../codecs/wire';
import type { ModuleState } from '../worker/lifecycle';
import type { Pool } from '../worker/pool';
import type { SpawnPolicy } from '../worker/restart-policy';
import { checkCallback, checkCallOptions } from './arguments';
import { Declaration, type ExecutableOptions } from './declaration';
import { DecodedStream } from './decoded-stream';
import { EventListeners } from './event-listeners';
import { ModuleErrors, ofModule } from './module-errors';
import type { ModuleEventMap } from './module-events';
import type { SynapseOptions } from './options';
import type {
  CallArguments,
  DataOf,
  DeclaredEvent,
  DeclaredMethod,
  EventConfig,
  EventData,
  EventName,
  MethodConfig,
  MethodOf,
  Nothing,
  ResponseOf,
  SendName,
  StreamName,
  With,
} from './schema';
import type { PythonStream } from './synapse';

const NO_OPTIONS: CallOptions = Object.freeze({});

/** What carries the calls of a module while it has a worker. */
export type ModuleCalls = Pick<Pool, 'invoke' | 'stream' | 'state' | 'pid' | 'isRunning'>;

/** What the manager does with a module; none of it is for users. */
export interface ModuleControl {
  readonly declaration: Declaration;
  /** Whether it has a worker, or one is coming, of whichever manager. */
  readonly isRunning: boolean;
  /** From now on calls go there; undefined lets go of them. */
  connect(calls: ModuleCalls | undefined): void;
  /** The worker emitted an event. */
  receive(name: string, data: unknown): void;
}

/** Any Module, whatever it declares. */
// biome-ignore lint/suspicious/noExplicitAny: its names and types are not looked at
export type AnyModule = Module<any, any>;

/** Gives the manager's side of a module. */
export let controlOf: (module: AnyModule) => ModuleControl;

/**
 * Declares a worker in any language: what runs it, its methods and its events. A ModuleManager spawns it, and `send`, `stream` and
 * `onEvent` use it then. Each declaring method returns the Module with the types that are known by then, and throws an InvalidOptionError
 * (ERR_SYNAPSE_INVALID_OPTION) if an argument is not of its form.
 *
 * @typeParam M the types of the methods
 * @typeParam E the types of the events' data
 */
export class Module<M = Nothing, E = Nothing> extends EventEmitter<ModuleEventMap> {
  readonly #declaration: Declaration;
  readonly #listeners = new EventListeners();
  #calls: ModuleCalls | undefined;

  static {
    controlOf = (module) => ({
      declaration: module.#declaration,
      get isRunning() {
        return module.#calls?.isRunning ?? false;
      },
      connect: (calls) => {
        module.#calls = calls;
      },
      receive: (name, data) => module.#receive(name, data),
    });
  }

  /** @param name by which a ModuleManager knows it */
  constructor(name: string) {
    super();
    this.#declaration = new Declaration(name);
  }

  /** By which a ModuleManager knows it. */
  get name(): string {
    return this.#declaration.name;
  }

  /** Where the worker is in its life. */
  get state(): ModuleState {
    return this.#calls?.state ?? 'created';
  }

  /** The worker's process, while there is one. */
  get process(): { readonly pid: number } | undefined {
    const pid = this.#calls?.pid;
    return pid === undefined ? undefined : { pid };
  }

  /** What was declared, by name. */
  get methods(): ReadonlyMap<string, DeclaredMethod> {
    return this.#declaration.methods;
  }

  /** What was declared, by name. */
  get events(): ReadonlyMap<string, DeclaredEvent> {
    return this.#declaration.events;
  }

  /**
   * Lets a program be the worker; docs/workers.md tells what it must do.
   *
   * @param command a name that is found along PATH, or a path
   */
  executable(command: string, args: readonly string[] = [], options: ExecutableOptions = {}): this {
    this.#declaration.setExecutable(command, args, options);
    return this;
  }

  /**
   * Lets a directory of Python be the worker, with an environment of its own, as `Synapse.spawn` does.
   *
   * @param directory a path, relative to this program's working directory, or a `file:` URL
   * @param entrypoint a script or package inside it
   */
  python(directory: string | URL, entrypoint = 'main', options: SynapseOptions = {}): this {
    this.#declaration.setPython(directory, entrypoint, options);
    return this;
  }

  /**
   * Declares a method, which the worker must serve.
   *
   * @throws ModuleDefinitionError the name is declared already (ERR_SYNAPSE_MODULE_DEFINITION)
   */
  method<const N extends string, C extends MethodConfig = Nothing>(name: N, config?: C): Module<With<M, N, MethodOf<C>>, E> {
    this.#declaration.addMethod(name, config ?? {});
    return this as unknown as Module<With<M, N, MethodOf<C>>, E>;
  }

  /** Declares an event, which the worker may emit. Throws as `method` does. */
  event<const N extends string, C extends EventConfig = Nothing>(name: N, config?: C): Module<M, With<E, N, DataOf<C>>> {
    this.#declaration.addEvent(name, config ?? {});
    return this as unknown as Module<M, With<E, N, DataOf<C>>>;
  }

  /** Says how the worker is started, watched and started again. See `SpawnPolicy`. */
  spawnPolicy(policy: SpawnPolicy): this {
    this.#declaration.setPolicy(policy);
    return this;
  }

  /** Sets the most bytes of one message, both ways. Default 268,435,456. */
  maxPayloadSize(bytes: number): this {
    this.#declaration.setMaxPayloadSize(bytes);
    return this;
  }

  /** Sets the milliseconds that a call may take whose method says nothing else. Default 30,000; 0 is no limit. */
  requestTimeout(milliseconds: number): this {
    this.#declaration.setRequestTimeout(milliseconds);
    return this;
  }

  /**
   * Calls a method. One whose response is `ack` resolves when it starts, with what it acknowledges; one whose response is `none` when it
   * is sent.
   *
   * @param name as declared
   * @param given the data, then options as `Synapse.send` has them
   * @throws UnknownMethodError it is not declared (ERR_SYNAPSE_UNKNOWN_METHOD)
   * @throws UnsupportedCallError it gives a stream (ERR_SYNAPSE_UNSUPPORTED_CALL)
   * @throws SerializationError a codec does not take the data or the answer (ERR_SYNAPSE_SERIALIZATION)
   * @throws whatever `Synapse.send` throws
   */
  async send<const N extends SendName<M>>(name: N, ...given: CallArguments<M, N, CallOptions>): Promise<ResponseOf<M, N>> {
    const [data, options = NO_OPTIONS] = given as [unknown?, CallOptions?];
    try {
      return (await this.#send(name, data, options)) as ResponseOf<M, N>;
    } catch (error) {
      throw withCaller(ofModule(this.name, error), Module.prototype.send, options?.signal?.reason);
    }
  }

  /**
   * Calls a method whose response is `stream`. The call is made at the first pull; leaving the loop ends it in the worker, too.
   *
   * @param given the data, then options: `timeout`, the milliseconds that each value may take; `signal` to give up
   * @returns what can be iterated once
   * @throws as `send` does, for what is wrong before the call is made; what comes later rejects the pull
   */
  stream<const N extends StreamName<M>>(name: N, ...given: CallArguments<M, N, CallOptions>): PythonStream<ResponseOf<M, N>> {
    const [data, options = NO_OPTIONS] = given as [unknown?, CallOptions?];
    const method = this.#declaration.method(name);
    if (method.response !== 'stream') throw ModuleErrors.methodNotStream(name, method.response);
    checkCallOptions(options);
    const source = this.#connected().stream(invocation('stream', name, method, data), this.#limited(method, options));
    return new DecodedStream(source, method.responseCodec, (error) => ofModule(this.name, error)) as PythonStream<ResponseOf<M, N>>;
  }

  /**
   * Listens to an event that the worker emits; before it is spawned and after it was lost, too.
   *
   * @returns what ends the listening
   * @throws ModuleDefinitionError it is not declared (ERR_SYNAPSE_MODULE_DEFINITION)
   */
  onEvent<const N extends EventName<M, E>>(name: N, callback: (data: EventData<E, N>) => void): () => void {
    if (!this.events.has(name)) throw ModuleErrors.unknownEvent(name, this.name, [...this.events.keys()]);
    checkCallback(callback);
    return this.#listeners.add(name, callback as (data: unknown) => void);
  }

  async #send(name: string, data: unknown, options: CallOptions): Promise<unknown> {
    const method = this.#declaration.method(name);
    if (method.response === 'stream') throw ModuleErrors.methodReturnsStream(name);
    checkCallOptions(options);
    const wire = await this.#connected().invoke(invocation('send', name, method, data), this.#limited(method, options));
    // A receipt without content is nil in every codec.
    const isEmpty = method.response === 'none' || (method.response === 'ack' && (wire === null || wire === undefined));
    return isEmpty ? wire : fromWire(method.responseCodec, wire, 'result');
  }

  #limited({ timeout }: DeclaredMethod, options: CallOptions): CallOptions {
    return { ...options, timeout: options.timeout ?? timeout ?? this.#declaration.requestTimeout };
  }

  #connected(): ModuleCalls {
    if (this.#calls) return this.#calls;
    throw ModuleErrors.notReady(this.name, this.state);
  }

  #receive(name: string, data: unknown): void {
    const event = this.events.get(name);
    if (!event) return;
    try {
      this.#listeners.emit(name, fromWire(event.codec, data, name));
    } catch (error) {
      if (this.listenerCount('error') > 0) this.emit('error', error as Error);
    }
  }
}

function invocation(used: 'send' | 'stream', name: string, { requestCodec, cancellable }: DeclaredMethod, data: unknown): Invocation {
  return { ...invocationOf(used, name, [toWire(requestCodec, data, 'arguments[0]')]), cancellable };
}
