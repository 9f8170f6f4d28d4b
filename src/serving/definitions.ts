/** What a worker serves: its methods and events by name. Owns the check of how they are defined. */

import type { ResponseKind } from '../call-errors';
import type { Codec } from '../codecs/codec';
import { fromWire, toWire } from '../codecs/wire';
import { ModuleDefinitionError } from '../module-errors';
import type { CallContext } from './call';

/** The name of the handler that `call(payload)` reaches. */
const HANDLER = 'handle';
/** What errors of definitions name as the module. */
const MODULE = 'worker';
const RESPONSES: readonly unknown[] = ['result', 'stream', 'ack', 'none'] satisfies ResponseKind[];

/**
 * Answers a call: by what it returns or throws, or by the context. What it returns may be a promise; for a stream it is an iterable or
 * async iterable, such as a generator's.
 */
// biome-ignore lint/suspicious/noExplicitAny: what comes is what the host sends; a handler says what it expects
export type Handler<In = any> = (data: In, context: CallContext) => unknown;

/** How a method answers, and how its values travel. */
export interface HandlerConfig {
  /** Default: `stream` for generator functions, else `result`. */
  readonly response?: ResponseKind;
  /** For data and answers. Default: values as docs/types.md tells. */
  readonly codec?: Codec<never, unknown>;
  /** For data, in place of `codec`. */
  readonly requestCodec?: Codec<never, unknown>;
  /** For answers, in place of `codec`. */
  readonly responseCodec?: Codec<never, unknown>;
}

/** How the data of an event travels. */
export interface EventConfig {
  readonly codec?: Codec<never, unknown>;
}

/** A method as it is served. */
export interface Method {
  readonly name: string;
  readonly run: Handler;
  readonly response: ResponseKind;
  /** Makes the handler's data of what came, and what is sent of its answers. */
  readonly read: Way;
  readonly write: Way;
}

const HANDLER_NAMES: readonly (keyof HandlerConfig)[] = ['response', 'codec', 'requestCodec', 'responseCodec'];
const EVENT_NAMES: readonly (keyof EventConfig)[] = ['codec'];

type Way = (value: unknown) => unknown;

const AS_IT_IS: Way = (value) => value;

export class Definitions {
  readonly #methods = new Map<string, Method>();
  readonly #events = new Map<string, Way>();
  #sealed = false;

  /** See `handle` in worker.ts. */
  addMethod(name: string, run: Handler, config: HandlerConfig = {}): void {
    this.#check('handle', name, this.#methods.has(name));
    if (typeof run !== 'function') throw new TypeError(`handle('${name}') takes a function as its second argument.`);
    checkConfig(`handle('${name}')`, config, HANDLER_NAMES);
    const { response = isGenerator(run) ? 'stream' : 'result', codec } = config;
    if (!RESPONSES.includes(response)) {
      throw new ModuleDefinitionError(
        MODULE,
        `handle('${name}'): response is ${String(response)}, and must be one of ${RESPONSES.join(', ')}.`,
      );
    }
    const read = readerOf(config.requestCodec ?? codec);
    const write = writerOf(config.responseCodec ?? codec, response === 'stream' ? 'chunk' : 'result');
    this.#methods.set(name, { name, run, response, read, write });
  }

  /** See `event` in worker.ts. */
  addEvent(name: string, config: EventConfig = {}): void {
    this.#check('event', name, this.#events.has(name));
    checkConfig(`event('${name}')`, config, EVENT_NAMES);
    this.#events.set(name, writerOf(config.codec, 'data'));
  }

  /** Ends the time of definitions. Throws if there is no method, or if it has ended before. */
  seal(): void {
    if (this.#sealed)
      throw new ModuleDefinitionError(MODULE, 'serve() was called twice: call it once, after the last handle() and event().');
    if (this.#methods.size === 0) {
      throw new ModuleDefinitionError(MODULE, 'This worker has no methods: call handle(name, function) before serve().');
    }
    this.#sealed = true;
  }

  /** Finds a method; the empty name stands for the handler. */
  method(name: string): Method | undefined {
    return this.#methods.get(name === '' ? HANDLER : name);
  }

  get methodNames(): readonly string[] {
    return [...this.#methods.keys()];
  }

  /**
   * Makes what is sent of an event's data.
   *
   * @throws ModuleDefinitionError there is no such event
   */
  writeEvent(name: string, data: unknown): unknown {
    const write = this.#events.get(name);
    if (write) return write(data);
    const known = this.#events.size > 0 ? `it declares ${[...this.#events.keys()].join(', ')}` : 'it declares none';
    throw new ModuleDefinitionError(
      MODULE,
      `This worker does not declare the event ${name} (${known}): call event('${name}') before serve().`,
    );
  }

  /** The part of a hello that tells all of it. */
  describe(): Record<string, unknown> {
    const describe = ({ response }: Method) => ({ response, concurrent: true, parameters: [], returns: null });
    const methods = Object.fromEntries([...this.#methods].map(([name, method]) => [name, describe(method)]));
    return { methods, classes: [], constants: [], events: [...this.#events.keys()], handler: this.#methods.has(HANDLER) };
  }

  #check(what: string, name: string, isKnown: boolean): void {
    if (typeof name !== 'string' || name === '') throw new TypeError(`${what}() takes a name as its first argument.`);
    if (this.#sealed) {
      throw new ModuleDefinitionError(
        MODULE,
        `${what}('${name}') came after serve(), when the host knows already what there is: call it before.`,
      );
    }
    if (isKnown) throw new ModuleDefinitionError(MODULE, `${what}('${name}') was called twice: give each a name of its own.`);
  }
}

/** Refuses a config that is no object, or has a name which is none of an option's. */
function checkConfig(used: string, config: unknown, names: readonly string[]): void {
  const known = `options are ${names.join(', ')}`;
  if (typeof config !== 'object' || config === null) throw new TypeError(`${used} takes options as an object; ${known}.`);
  for (const name in config) {
    if (!names.includes(name)) throw new TypeError(`${used} has no option ${name}; ${known}.`);
  }
}

function isGenerator(run: Handler): boolean {
  const name: unknown = Object.getPrototypeOf(run)?.[Symbol.toStringTag];
  return name === 'GeneratorFunction' || name === 'AsyncGeneratorFunction';
}

function readerOf(codec: Codec<never, unknown> | undefined): Way {
  if (codec === undefined) return AS_IT_IS;
  const fitting = checked(codec);
  return (wire) => fromWire(fitting, wire, 'data');
}

function writerOf(codec: Codec<never, unknown> | undefined, root: string): Way {
  if (codec === undefined) return AS_IT_IS;
  const fitting = checked(codec);
  return (value) => toWire(fitting, value, root);
}

function checked(codec: Codec<never, unknown>): Codec<never, unknown> {
  if (typeof codec.serialize === 'function' && typeof codec.deserialize === 'function') return codec;
  throw new TypeError('A codec is an object with a name and the functions serialize(value) and deserialize(bytes).');
}
