/** One imported module as an object. Owns what is known of it in the worker that runs now; a new worker imports it anew. */

import { inspect } from 'node:util';
import { type AttributeOwner, attribute } from '../channel/attribute';
import { type Handle, type HandleRecord, recordOf } from '../channel/handle';
import { invocationOf } from '../channel/invocation';
import type { SharedWorker } from './shared-worker';

/** A name of a module as TypeScript sees it: what is called gives promises, what is read is one. */
export type PythonMember<V> = V extends abstract new (
  ...args: infer A
) => infer I
  ? { (...args: A): Promise<PythonObject<I>>; new (...args: A): Promise<PythonObject<I>> }
  : V extends (...args: infer A) => infer R
    ? (
        ...args: A
      ) => R extends AsyncIterable<unknown>
        ? R
        : R extends Iterable<infer Y> & { next: unknown }
          ? AsyncIterableIterator<Y>
          : Promise<Awaited<R>>
    : Promise<V>;

/** An instance that stays in Python. */
export type PythonObject<I> = Handle<{ readonly [K in keyof I]: PythonMember<I[K]> }>;

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

/** What is known of the module in one worker. */
interface Known {
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
    const { record } = this.#known ?? {};
    if (record && !record.owner.isStale(record)) return record.owner.call(record, path, args);
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
        return typeof key === 'symbol' || key === 'then' ? undefined : this.#attribute(key);
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

  /** The same property each time, as of any object. */
  #attribute(name: string): object {
    let known = this.#attributes.get(name);
    if (!known) {
      known = attribute(this, name);
      this.#attributes.set(name, known);
    }
    return known;
  }

  async #ready(): Promise<Known> {
    const known = this.#known;
    if (known && !known.record.owner.isStale(known.record)) return known;
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(): Promise<Known> {
    await this.#worker.start();
    const { module, functions, streams, classes, values } = (await this.#worker.import(this.#name, this.#path)) as Loaded;
    const called = [...functions, ...streams, ...classes];
    const known: Known = {
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
