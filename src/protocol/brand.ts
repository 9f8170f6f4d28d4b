/** The brand of the public value classes. Owns how a value of one is told; the package exists twice in a program that imports and requires it. */

const BRAND = Symbol.for('synapse-py.value');

export type ValueName =
  | 'PreciseDate'
  | 'PlainDate'
  | 'PlainTime'
  | 'PlainDateTime'
  | 'Duration'
  | 'Decimal'
  | 'UUID'
  | 'Complex'
  | 'NDArray';

type ValueClass = abstract new (...args: never[]) => object;

/** Marks a class, so that `brandOf` and `instanceof` know its instances in whichever build they were made. */
export function brand(valueClass: ValueClass, name: ValueName): void {
  Object.defineProperty(valueClass.prototype, BRAND, { value: name });
  Object.defineProperty(valueClass, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      const isOwn = this === valueClass && typeof value === 'object' && value !== null;
      return isOwn ? brandOf(value) === name : Function.prototype[Symbol.hasInstance].call(this as ValueClass, value);
    },
  });
}

/** The class that a value belongs to, if it is one of this library's values. */
export function brandOf(value: object): ValueName | undefined {
  return (value as { [BRAND]?: ValueName })[BRAND];
}
