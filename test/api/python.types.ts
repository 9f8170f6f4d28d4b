import { expectTypeOf } from 'expect-type';
import { type Handle, kw, type PythonModule, type PythonObject, type python, type shutdown } from '../../src/index';

/** A declaration beside a model, as `typeof import('./model')` gives it. */
declare namespace model {
  const VERSION: string;
  const CONFIG: { readonly layers: readonly number[] };
  function predict(row: { readonly age: number }, precision?: number): number;
  function later(): Promise<string>;
  function count(n: number): Generator<number>;
  function countLater(n: number): AsyncIterable<number>;
  class Counter {
    constructor(start?: number);
    value: number;
    increment(by?: number): number;
    history(): Generator<number>;
  }
}

type Model = PythonModule<typeof model>;

/** The types that docs/python.md gives. Checked by tsc; never run. */
export async function typesAreAsDocumented(
  given: Model,
  plain: PythonModule,
  imports: typeof python,
  stop: typeof shutdown,
): Promise<void> {
  expectTypeOf(imports<typeof model>('./model.py')).resolves.toEqualTypeOf<Model>();
  expectTypeOf(imports('numpy')).resolves.toBeAny();
  expectTypeOf(imports(new URL('file:///model.py'), { python: '3.12', logs: 'inherit' })).resolves.toBeAny();
  expectTypeOf(stop).returns.resolves.toEqualTypeOf<void>();
  expectTypeOf(plain).toBeAny();
  expectTypeOf(plain.whatever(1, kw({ a: 2 }))).toBeAny();

  expectTypeOf(given.predict({ age: 1 })).toEqualTypeOf<Promise<number>>();
  expectTypeOf(given.predict({ age: 1 }, 2)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(given.later()).toEqualTypeOf<Promise<string>>();
  expectTypeOf(given.VERSION).toEqualTypeOf<Promise<string>>();
  expectTypeOf(given.CONFIG).resolves.toEqualTypeOf<{ readonly layers: readonly number[] }>();
  expectTypeOf(given.count(3)).toEqualTypeOf<AsyncIterableIterator<number>>();
  expectTypeOf(given.countLater(3)).toEqualTypeOf<AsyncIterable<number>>();
  for await (const item of given.count(3)) expectTypeOf(item).toEqualTypeOf<number>();

  expectTypeOf(given.Counter(4)).resolves.toEqualTypeOf<PythonObject<model.Counter>>();
  expectTypeOf(new given.Counter()).resolves.toEqualTypeOf<PythonObject<model.Counter>>();
  const counter = await new given.Counter(4);
  expectTypeOf(counter.increment(2)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(counter.value).toEqualTypeOf<Promise<number>>();
  expectTypeOf(counter.release()).toEqualTypeOf<void>();
  expectTypeOf(counter).toExtend<Handle>();

  expectTypeOf(given.predict({ age: 1 }, kw({ precision: 1 }))).toEqualTypeOf<Promise<number>>();
  expectTypeOf(given.predict(kw({ row: { age: 1 } }))).toEqualTypeOf<Promise<number>>();
  expectTypeOf(new given.Counter(kw({ start: 4 }))).resolves.toEqualTypeOf<PythonObject<model.Counter>>();
  expectTypeOf(counter.increment(kw({ by: 2 }))).toEqualTypeOf<Promise<number>>();
  // @ts-expect-error keywords are the last argument
  given.predict(kw({ precision: 1 }), { age: 1 });
  // @ts-expect-error a generator of an object cannot be called
  counter.history();
  // @ts-expect-error a row has an age
  given.predict({ height: 1 });
  // @ts-expect-error there is no such name
  given.nothing;
  // @ts-expect-error a name cannot be set
  given.VERSION = Promise.resolve('2');
  // @ts-expect-error one worker is shared: there is no pool
  imports('./model.py', { workers: 2 });
  // @ts-expect-error a number names no module
  imports(5);
}
