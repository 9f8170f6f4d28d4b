/** What a Module declares: its methods and events, as types that the builder accumulates, and as what is compared with the worker's hello. */

import type { ResponseKind } from '../call-errors';
import type { Codec } from '../codecs/codec';
import { msgpackCodec } from '../codecs/msgpack';
import { checkNames, checkSwitches, invalid, LARGEST_TIMEOUT_MS, oneOf, wholeOption } from '../option-checks';
import { ManagerErrors } from './module-errors';

// biome-ignore lint/suspicious/noExplicitAny: whatever types a codec has
export type AnyCodec = Codec<any, any>;

/** How a method of a Module is called. */
export interface MethodConfig {
  /** For its argument and its result. Default `msgpackCodec`. */
  readonly codec?: AnyCodec;
  /** For its argument only. Default `codec`. */
  readonly requestCodec?: AnyCodec;
  /** For its result or the values of its stream only. Default `codec`. */
  readonly responseCodec?: AnyCodec;
  /**
   * `result`, the default: a value. `stream`: values one after the other. `ack`: a receipt when it starts, then nothing. `none`: nothing.
   */
  readonly response?: ResponseKind;
  /** Milliseconds that a call may take; of a stream, that each value may take. 0 is no limit. Default: the module's `requestTimeout`. */
  readonly timeout?: number;
  /** Whether the worker is told when a call is given up, by timeout or abort; else it goes on to its end unseen. Default true. */
  readonly cancellable?: boolean;
}

/** How the data of an event arrives. */
export interface EventConfig {
  /** Default `msgpackCodec`. */
  readonly codec?: AnyCodec;
}

/** A method as it is declared, each part with its value. */
export interface DeclaredMethod {
  readonly requestCodec: AnyCodec;
  readonly responseCodec: AnyCodec;
  readonly response: ResponseKind;
  /** In milliseconds; undefined leaves it to the module. */
  readonly timeout: number | undefined;
  readonly cancellable: boolean;
}

/** An event as it is declared. */
export interface DeclaredEvent {
  readonly codec: AnyCodec;
}

/** The types of a method. */
interface MethodTypes {
  readonly request: unknown;
  readonly response: unknown;
  readonly kind: ResponseKind;
}

/** What was declared so far: nothing. */
// biome-ignore lint/complexity/noBannedTypes: no key at all
export type Nothing = {};

/** The types of a method by its config. */
export interface MethodOf<C> extends MethodTypes {
  readonly request: C extends { readonly requestCodec: Codec<infer In, infer _> }
    ? In
    : C extends { readonly codec: Codec<infer In, infer _> }
      ? In
      : unknown;
  readonly response: C extends { readonly responseCodec: Codec<infer _, infer Out> }
    ? Out
    : C extends { readonly codec: Codec<infer _, infer Out> }
      ? Out
      : // biome-ignore lint/suspicious/noExplicitAny: nothing was said of it
        any;
  readonly kind: C extends { readonly response: infer K extends ResponseKind }
    ? K
    : C extends { readonly response?: infer K }
      ? 'response' extends keyof C
        ? Extract<K, ResponseKind>
        : 'result'
      : 'result';
}

/** The type of an event's data by its config. */
// biome-ignore lint/suspicious/noExplicitAny: nothing was said of it
export type DataOf<C> = C extends { readonly codec: Codec<infer _, infer Out> } ? Out : any;

/** Adds a name with its types; one that is no literal leaves all names open. */
export type With<S, N extends string, T> = 0 extends 1 & S
  ? S
  : string extends N
    ? // biome-ignore lint/suspicious/noExplicitAny: names that are known only when the program runs
      any
    : { readonly [K in keyof S | N]: K extends N ? T : K extends keyof S ? S[K] : never };

/** Whether names cannot be checked: some are no literals, or nothing was declared where the compiler sees it. */
type IsOpen<M> = 0 extends 1 & M ? true : [keyof M] extends [never] ? true : string extends keyof M ? true : false;

type KindOf<T> = T extends { readonly kind: infer K } ? K : ResponseKind;

/** The names that `send` takes. */
export type SendName<M> =
  IsOpen<M> extends true ? string : { [K in keyof M]: [KindOf<M[K]>] extends ['stream'] ? never : K }[keyof M] & string;

/** The names that `stream` takes. */
export type StreamName<M> =
  IsOpen<M> extends true ? string : { [K in keyof M]: 'stream' extends KindOf<M[K]> ? K : never }[keyof M] & string;

/** The names that `onEvent` takes. */
export type EventName<M, E> = 0 extends 1 & E
  ? string
  : [keyof E] extends [never]
    ? IsOpen<M> extends true
      ? string
      : never
    : keyof E & string;

type RequestOf<M, N> =
  IsOpen<M> extends true ? unknown : N extends keyof M ? (M[N] extends { readonly request: infer R } ? R : unknown) : never;

/** The data and the options of a call; the data may be left out where its type allows that. */
export type CallArguments<M, N, O> =
  undefined extends RequestOf<M, N> ? [data?: RequestOf<M, N>, options?: O] : [data: RequestOf<M, N>, options?: O];

/** What a method gives: nothing if it answers nothing. */
export type ResponseOf<M, N> =
  IsOpen<M> extends true
    ? // biome-ignore lint/suspicious/noExplicitAny: nothing was said of it
      any
    : N extends keyof M
      ? M[N] extends { readonly response: infer R; readonly kind: infer K }
        ? [K] extends ['none']
          ? undefined
          : R
        : unknown
      : never;

/** What an event brings. */
// biome-ignore lint/suspicious/noExplicitAny: nothing was said of it
export type EventData<E, N> = N extends keyof E ? E[N] : any;

const METHOD_NAMES: ReadonlySet<string> = new Set<keyof MethodConfig>([
  'codec',
  'requestCodec',
  'responseCodec',
  'response',
  'timeout',
  'cancellable',
]);
const EVENT_NAMES: ReadonlySet<string> = new Set<keyof EventConfig>(['codec']);
const RESPONSES: readonly string[] = ['result', 'stream', 'ack', 'none'] satisfies ResponseKind[];

/**
 * Checks the config of a method and fills in defaults.
 *
 * @throws InvalidOptionError an option is unknown or not of its form (ERR_SYNAPSE_INVALID_OPTION)
 */
export function declareMethod(config: MethodConfig): DeclaredMethod {
  checkNames(config, METHOD_NAMES);
  const { codec = msgpackCodec, requestCodec = codec, responseCodec = codec, response = 'result', timeout, cancellable = true } = config;
  for (const [name, each] of Object.entries({ codec, requestCodec, responseCodec })) checkCodec(name, each);
  oneOf('response', response, RESPONSES);
  if (timeout !== undefined) wholeOption({ timeout }, 'timeout', 0, 0, LARGEST_TIMEOUT_MS);
  checkSwitches(config, ['cancellable']);
  return { requestCodec, responseCodec, response, timeout, cancellable };
}

/**
 * Checks the config of an event and fills in defaults.
 *
 * @throws InvalidOptionError an option is unknown or not of its form (ERR_SYNAPSE_INVALID_OPTION)
 */
export function declareEvent(config: EventConfig): DeclaredEvent {
  checkNames(config, EVENT_NAMES);
  const { codec = msgpackCodec } = config;
  checkCodec('codec', codec);
  return { codec };
}

function checkCodec(option: string, codec: unknown): void {
  const { name, serialize, deserialize } = (codec ?? {}) as Partial<AnyCodec>;
  if (typeof name === 'string' && typeof serialize === 'function' && typeof deserialize === 'function') return;
  throw invalid(option, `The option ${option} must be a codec: msgpackCodec, rawCodec, or an object with name, serialize and deserialize.`);
}

/** What is declared of a module. */
export interface Declaration {
  readonly methods: ReadonlyMap<string, Pick<DeclaredMethod, 'response'>>;
  readonly events: ReadonlyMap<string, unknown>;
}

/** What a worker tells of itself. */
export interface Announcement {
  readonly methods: ReadonlyMap<string, { readonly response: ResponseKind }>;
  readonly classes: readonly string[];
  /** Undefined if it does not declare them. */
  readonly events?: readonly string[] | undefined;
}

/**
 * Compares what a Module declares with what its worker serves. A class is a method that gives a result; what lies within one, such as
 * `Model.load`, cannot be compared.
 *
 * @throws SchemaMismatchError a method or event is missing, or a method answers in another way (ERR_SYNAPSE_SCHEMA_MISMATCH)
 */
export function compareSchema(module: string, declared: Declaration, hello: Announcement): void {
  for (const [name, { response }] of declared.methods) {
    const actual = hello.methods.get(name)?.response ?? responseOfClass(name, response, hello.classes);
    if (actual === undefined) throw ManagerErrors.schemaMissingMethod(module, name, response, [...hello.methods.keys(), ...hello.classes]);
    if (actual !== response) throw ManagerErrors.schemaResponseMismatch(module, name, response, actual);
  }
  const { events } = hello;
  if (events === undefined) return;
  for (const name of declared.events.keys()) {
    if (!events.includes(name)) throw ManagerErrors.schemaMissingEvent(module, name, events);
  }
}

function responseOfClass(name: string, declared: ResponseKind, classes: readonly string[]): ResponseKind | undefined {
  if (classes.includes(name)) return 'result';
  return classes.includes(name.split('.')[0] ?? '') ? declared : undefined;
}
