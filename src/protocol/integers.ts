/** Integers as JavaScript has them. Owns the choice between number and bigint. */

/** What integers of Python become: `auto` a number if it is safe and else a bigint; `number` may round. */
export type IntPolicy = 'auto' | 'bigint' | 'number';

const TWO_32 = 2 ** 32;

/** Makes numbers and bigints by one policy. */
export class Integers {
  readonly #always: boolean;
  readonly #never: boolean;

  constructor(policy: IntPolicy) {
    this.#always = policy === 'bigint';
    this.#never = policy === 'number';
  }

  /** @param value a safe integer */
  of(value: number): number | bigint {
    return this.#always ? BigInt(value) : value;
  }

  /** @param high the upper 32 bit, negative for a negative integer; @param low the lower 32 bit, not negative */
  of64(high: number, low: number): number | bigint {
    const value = high * TWO_32 + low;
    return Number.isSafeInteger(value) ? this.of(value) : this.ofBigint((BigInt(high) << 32n) | BigInt(low));
  }

  /** @param value any integer */
  ofBigint(value: bigint): number | bigint {
    if (this.#always) return value;
    const number = Number(value);
    return this.#never || Number.isSafeInteger(number) ? number : value;
  }
}
