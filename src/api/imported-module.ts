/** One imported module as an object. Owns what is known of it in the worker that runs now; a new worker imports it anew. */

import { iterable } from '../channel/answer-items';
import { type AttributeOwner, attribute, MATCHER_NAME, moduleTarget, UNREAD, type Unread } from '../channel/attribute';
import { withCaller } from '../channel/caller-stack';
import { type Handle, type HandleRecord, recordOf } from '../channel/handle';
import { invocationOf } from '../channel/invocation';
import type { Keywords } from '../channel/keywords';
import type { ArrowTable } from '../protocol/arrow';
import type { Duration } from '../protocol/duration';
import type { NDArray } from '../protocol/ndarray';
import type { PlainDate, PlainDateTime, PlainTime } from '../protocol/plain-date-time';
import type { PreciseDate } from '../protocol/precise-date';
import type { Complex, Decimal, UUID } from '../protocol/values';
import type { SharedWorker } from './shared-worker';

/** The arguments up to each place, after which `kw` may stand. */
type Leading<A extends readonly unknown[]> = A extends readonly [infer First, ...infer Rest]
  ? [] | [First, ...Leading<Rest>]
  : number extends A['length']
    ? A
    : [];

/** What is called, also with keyword arguments at the end. */
interface Call<A extends readonly unknown[], R> {
  (...args: A): R;
  (...args: [...Leading<Required<A>>, Keywords]): R;
}

interface Make<A extends readonly unknown[], I> extends Call<A, Promise<PythonObject<I>>> {
  new (...args: A): Promise<PythonObject<I>>;
  new (...args: [...Leading<Required<A>>, Keywords]): Promise<PythonObject<I>>;
}

/** What a call gives: of a generator its items, else a promise. */
type Answer<R> =
  R extends AsyncIterable<unknown> ? R : R extends Iterable<infer Y> & { next: unknown } ? AsyncIterableIterator<Y> : Promise<Awaited<R>>;

/** A name of a module as TypeScript sees it: what is called gives promises, what is read is one, and both may have names of their own. */
export type PythonMember<V> = 0 extends 1 & V
  ? V
  : V extends abstract new (
        ...args: infer A
      ) => infer I
    ? Make<A, I> & Names<V>
    : V extends (...args: infer A) => infer R
      ? Call<A, Answer<R>>
      : V extends Handle<unknown>
        ? Promise<V> & Pick<V, NameOf<V>>
        : HasMethods<V> extends true
          ? Promise<PythonObject<V>> & Names<V>
          : Promise<V>;

/** The names behind a dot; those that a promise has itself are not among them. */
type Names<V> = { readonly [K in NameOf<V>]: PythonMember<V[K]> };
type NameOf<V> = Exclude<keyof V, keyof Promise<unknown> | symbol | 'prototype'>;

/** Whether it is an object or module that stays in Python; what has no functions is data. */
type HasMethods<V> = V extends Data ? false : Extract<V[NameOf<V>], Callable> extends never ? false : true;
type Callable = ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown);
type Data = string | number | bigint | boolean | symbol | null | undefined | Collection | ArrowTable | Value;
type Collection = readonly unknown[] | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | ArrayBufferView | ArrayBuffer | Date;
type Value = Duration | NDArray | PlainDate | PlainDateTime | PlainTime | PreciseDate | Complex | Decimal | UUID;

/** An instance that stays in Python. A method that is a generator gives a handle of that; both that and the promise of it can be iterated. */
export type PythonObject<I> = Handle<{ readonly [K in keyof I as K extends symbol ? never : K]: ObjectMember<I[K]> }, Item<I>>;

type ObjectMember<V> = V extends (...args: infer A) => infer R
  ? R extends AsyncIterable<infer Y> | (Iterable<infer Y> & { next: unknown })
    ? Call<A, Promise<Handle<unknown, Y>> & AsyncIterable<Y>>
    : PythonMember<V>
  : PythonMember<V>;

type Item<I> = I extends AsyncIterable<infer Y> | Iterable<infer Y> ? Y : unknown;

/**
 * The names of a module: functions and classes to call (`new` or not), everything else to await. It is no thenable, nor are its functions.
 *
 * @typeParam T a type with the module's names, such as `typeof import('./model.js')` with a declaration beside the file; not checked
 */
// biome-ignore lint/suspicious/noExplicitAny: a Python module has whatever names it has
export type PythonModule<T = any> = 0 extends 1 & T ? any : { readonly [K in keyof T]: PythonMember<T[K]> };

interface Loaded {
  readonly module: Handle;
  readonly functions: readonly string[];
  readonly streams: readonly string[];
  readonly classes: readonly string[];
  readonly values: readonly string[];
}

/** What test frameworks and printers ask any object for; a property would be taken for a yes. */
const PROBES: ReadonlySet<string> = new Set([MATCHER_NAME, '$$typeof', 'nodeType', 'tagName', 'hasAttribute', 'constructor']);

/** What is known of the module in one worker. */
interface Known {
  /** The worker's. */
  readonly life: object | undefined;
  readonly record: HandleRecord;
  /** Keeps the object in Python from being let go. */
  readonly handle: Handle;
  readonly functions: ReadonlySet<string>;
  readonly streams: ReadonlySet<string>;
  readonly names: readonly string[];
}

export class ImportedModule implements AttributeOwner {
  readonly #worker: SharedWorker;
  readonly #name: string;
  readonly #path: string | undefined;
  readonly #mend: string;
  readonly #attributes = new Map<string, object>();
  #known: Known | undefined;
  #loading: Promise<Known> | undefined;
  /** The object for the module's user. */
  readonly proxy: PythonModule;

  /**
   * @param name dotted name; of a file, the name without the ending
   * @param path absolute path of the file or folder; undefined for what Python finds by itself
   * @param mend what to do where a package is missing
   */
  constructor(worker: SharedWorker, name: string, path: string | undefined, mend: string) {
    this.#worker = worker;
    this.#name = name;
    this.#path = path;
    this.#mend = mend;
    this.proxy = this.#proxy();
  }

  /** Imports it if the worker of now has not. Rejects with what prevents that. */
  async load(): Promise<void> {
    await this.#ready();
  }

  get title(): string {
    return `the module ${this.#name}`;
  }

  isFunction(path: string): boolean {
    return this.#known?.functions.has(path) ?? false;
  }

  callAttribute(path: string, args: readonly unknown[]): unknown {
    if (this.#known?.streams.has(path)) return this.#stream(path, args);
    const record = this.#current?.record;
    if (record) return record.owner.call(record, path, args);
    return iterable(this.#callLater(path, args));
  }

  async readAttribute(path: string): Promise<unknown> {
    const { record, handle } = this.#current ?? (await this.#ready());
    return path === '' ? handle : record.owner.read(record, path);
  }

  /** Calls in a worker that has yet to be started, or to import the module. */
  async #callLater(path: string, args: readonly unknown[]): Promise<unknown> {
    try {
      const { record } = await this.#ready();
      return await record.owner.call(record, path, args);
    } catch (error) {
      throw withCaller(error, this.#callLater);
    }
  }

  #proxy(): PythonModule {
    const text = (): string => `[Python module ${this.#name}]`;
    return new Proxy(moduleTarget(text), {
      get: (_, key) => {
        if (key === 'toString' || key === 'toJSON' || key === Symbol.toPrimitive) return text;
        if (key === Symbol.toStringTag) return 'Module';
        if (key === UNREAD) return { owner: this, path: '' } satisfies Unread;
        return typeof key === 'symbol' || this.#isProbe(key) ? undefined : this.#attribute(key);
      },
      has: (_, key) => key === UNREAD || (this.#known?.names.includes(String(key)) ?? false),
      ownKeys: () => [...(this.#known?.names ?? [])],
      getOwnPropertyDescriptor: (_, key) =>
        this.#known?.names.includes(String(key))
          ? { value: this.#attribute(String(key)), enumerable: true, configurable: true, writable: true }
          : undefined,
      set: (_, key) => {
        throw new TypeError(`The name ${String(key)} of a Python module cannot be set from here: call a function that sets it.`);
      },
    });
  }

  /** Whether a name is one by which JavaScript asks what an object is, and not the module's. */
  #isProbe(name: string): boolean {
    return name === 'then' || (PROBES.has(name) && !this.#known?.names.includes(name));
  }

  /** The same property each time, as of any object. */
  #attribute(name: string): object {
    let known = this.#attributes.get(name);
    if (!known) {
      known = attribute(this, name);
      this.#attributes.set(name, known);
    }
    return known;
  }

  /** What is known, if it holds: a worker that has ended may be told of later than it takes no more calls. */
  get #current(): Known | undefined {
    const known = this.#known;
    return known && known.life === this.#worker.life && !known.record.owner.isStale(known.record) ? known : undefined;
  }

  async #ready(): Promise<Known> {
    if (this.#current) return this.#current;
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(): Promise<Known> {
    await this.#worker.start();
    const { life } = this.#worker;
    const { module, functions, streams, classes, values } = (await this.#worker.import(this.#name, this.#path, this.#mend)) as Loaded;
    const called = [...functions, ...streams, ...classes];
    const known: Known = {
      life,
      record: recordOf(module) as HandleRecord,
      handle: module,
      functions: new Set(called),
      streams: new Set(streams),
      names: [...called, ...values],
    };
    this.#known = known;
    return known;
  }

  async *#stream(path: string, args: readonly unknown[]): AsyncGenerator<unknown> {
    const { record } = await this.#ready();
    yield* this.#worker.stream(invocationOf('python', path, args, record.id));
  }
}
