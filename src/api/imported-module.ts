/** One imported module as an object. Owns what is known of it in the worker that runs now; a new worker imports it anew. */

import { inspect } from 'node:util';
import { type AttributeOwner, attribute, MATCHER_NAME } from '../channel/attribute';
import { type Handle, type HandleRecord, recordOf } from '../channel/handle';
import { invocationOf } from '../channel/invocation';
import type { Keywords } from '../channel/keywords';
import type { SharedWorker } from './shared-worker';

/** The arguments up to each place, after which `kw` may stand. */
type Leading<A extends readonly unknown[]> = A extends readonly [infer First, ...infer Rest] ? [] | [First, ...Leading<Rest>] : [];

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

/** A name of a module as TypeScript sees it: what is called gives promises, what is read is one. */
export type PythonMember<V> = V extends abstract new (
  ...args: infer A
) => infer I
  ? Make<A, I>
  : V extends (...args: infer A) => infer R
    ? Call<A, Answer<R>>
    : Promise<V>;

/** An instance that stays in Python; methods that are generators cannot be called. */
export type PythonObject<I> = Handle<{ readonly [K in keyof I as I[K] extends Generating ? never : K]: PythonMember<I[K]> }>;

type Generating = (...args: never[]) => AsyncIterable<unknown> | Iterator<unknown>;

/**
 * The names of a module: functions and classes to call (`new` or not), everything else to await. It is no thenable, nor are its functions.
 *
 * @typeParam T a type with the module's names, such as `typeof import('./model')` with a declaration beside the file; not checked
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
/** What reads a name of a module that is given as an argument. */
const readers = new WeakMap<object, () => Promise<unknown>>();

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
  readonly #attributes = new Map<string, object>();
  #known: Known | undefined;
  #loading: Promise<Known> | undefined;
  /** The object for the module's user. */
  readonly proxy: PythonModule;

  /**
   * @param name dotted name; of a file, the name without the ending
   * @param path absolute path of the file or folder; undefined for what Python finds by itself
   */
  constructor(worker: SharedWorker, name: string, path: string | undefined) {
    this.#worker = worker;
    this.#name = name;
    this.#path = path;
    this.proxy = this.#proxy();
  }

  /** Imports it if the worker of now has not. Rejects with what prevents that. */
  async load(): Promise<void> {
    await this.#ready();
  }

  isFunction(path: string): boolean {
    return this.#known?.functions.has(path) ?? false;
  }

  callAttribute(path: string, args: readonly unknown[]): unknown {
    if (this.#known?.streams.has(path)) return this.#stream(path, args);
    if (args.some(readerOf)) return withoutNames(args).then((read) => this.callAttribute(path, read));
    const record = this.#current?.record;
    if (record) return record.owner.call(record, path, args);
    return this.#ready().then((known) => known.record.owner.call(known.record, path, args));
  }

  async readAttribute(path: string): Promise<unknown> {
    const { record } = await this.#ready();
    return record.owner.read(record, path);
  }

  #proxy(): PythonModule {
    const text = (): string => `[Python module ${this.#name}]`;
    const target = Object.create(null, { [inspect.custom]: { value: text, configurable: true } });
    return new Proxy(target, {
      get: (_, key) => {
        if (key === 'toString' || key === 'toJSON' || key === Symbol.toPrimitive) return text;
        if (key === Symbol.toStringTag) return 'Module';
        return typeof key === 'symbol' || this.#isProbe(key) ? undefined : this.#attribute(key);
      },
      has: (_, key) => this.#known?.names.includes(String(key)) ?? false,
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
      readers.set(known, () => this.readAttribute(name));
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
    const { module, functions, streams, classes, values } = (await this.#worker.import(this.#name, this.#path)) as Loaded;
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
    const read = await withoutNames(args);
    const { record } = await this.#ready();
    yield* this.#worker.stream(invocationOf('python', path, read, record.id));
  }
}

function readerOf(value: unknown): (() => Promise<unknown>) | undefined {
  return typeof value === 'function' ? readers.get(value) : undefined;
}

/** Reads the names of modules among arguments: what Python gives for them it knows again. */
function withoutNames(args: readonly unknown[]): Promise<unknown[]> {
  return Promise.all(args.map((arg) => readerOf(arg)?.() ?? arg));
}
