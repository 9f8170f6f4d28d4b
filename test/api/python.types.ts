import { expectTypeOf } from 'expect-type';
import { type Decimal, type Handle, kw, type PythonModule, type PythonObject, type python, type shutdown } from '../../src/index';

/** A declaration beside a model, as `typeof import('./model')` gives it. */
declare namespace model {
  const VERSION: string;
  const CONFIG: { readonly layers: readonly number[] };
  function predict(row: { readonly age: number }, precision?: number): number;
  function later(): Promise<string>;
  function count(n: number): Generator<number>;
  function countLater(n: number): AsyncIterable<number>;
  function total(first: number, ...more: number[]): number;
  const shape: readonly number[];
  const decimal: Decimal;
  const grid: { readonly cells: number };
  namespace linalg {
    const EPS: number;
    function norm(row: readonly number[], order?: number): number;
    namespace lapack {
      function solve(): string;
    }
  }
  class Kennel {
    inner: Counter;
    name: string;
    static readonly LIMIT: number;
    static open(): Kennel;
  }
  class Counter {
    constructor(start?: number);
    value: number;
    increment(by?: number): number;
    history(): Generator<number>;
    release(hard: boolean): string;
    [Symbol.iterator](): Iterator<string>;
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
  expectTypeOf(counter.release(true)).toEqualTypeOf<Promise<string>>();
  for await (const item of counter) expectTypeOf(item).toEqualTypeOf<string>();
  for await (const item of counter.history()) expectTypeOf(item).toEqualTypeOf<number>();
  for await (const item of await counter.history()) expectTypeOf(item).toEqualTypeOf<number>();
  expectTypeOf(counter).toExtend<Handle>();

  expectTypeOf(given.predict({ age: 1 }, kw({ precision: 1 }))).toEqualTypeOf<Promise<number>>();
  expectTypeOf(given.predict(kw({ row: { age: 1 } }))).toEqualTypeOf<Promise<number>>();
  expectTypeOf(new given.Counter(kw({ start: 4 }))).resolves.toEqualTypeOf<PythonObject<model.Counter>>();
  expectTypeOf(counter.increment(kw({ by: 2 }))).toEqualTypeOf<Promise<number>>();
  expectTypeOf(given.total(1, 2, 3, kw({ start: 4 }))).toEqualTypeOf<Promise<number>>();
  expectTypeOf(given.total(kw({ first: 4 }))).toEqualTypeOf<Promise<number>>();

  expectTypeOf(given.linalg.norm([1], kw({ order: 2 }))).toEqualTypeOf<Promise<number>>();
  expectTypeOf(given.linalg.EPS).toEqualTypeOf<Promise<number>>();
  expectTypeOf(given.linalg.lapack.solve()).toEqualTypeOf<Promise<string>>();
  expectTypeOf((await given.linalg).norm([1])).toEqualTypeOf<Promise<number>>();
  const kennel = await given.Kennel();
  expectTypeOf(kennel.inner.increment(1)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(kennel.inner.value).toEqualTypeOf<Promise<number>>();
  expectTypeOf(await kennel.inner).toEqualTypeOf<PythonObject<model.Counter>>();
  expectTypeOf(given.Kennel.LIMIT).toEqualTypeOf<Promise<number>>();
  expectTypeOf(given.Kennel.open()).toExtend<Promise<model.Kennel>>();
  expectTypeOf(given.shape).toEqualTypeOf<Promise<readonly number[]>>();
  expectTypeOf(given.decimal).toEqualTypeOf<Promise<Decimal>>();
  expectTypeOf(given.grid).toEqualTypeOf<Promise<{ readonly cells: number }>>();
  // @ts-expect-error what is in a dict is no name
  given.grid.cells;
  // @ts-expect-error a number is no row
  given.linalg.norm(1);

  // @ts-expect-error keywords are the last argument
  given.predict(kw({ precision: 1 }), { age: 1 });
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
