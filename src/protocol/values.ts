/** Values that JavaScript has no type for. Owns the small classes Decimal, UUID and Complex; dates, times and arrays have files of their own. */

import { brand } from './brand';

const DECIMAL = /^[+-]?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:e([+-]?\d+))?$/i;
const SPECIAL_DECIMAL = /^[+-]?(?:inf(?:inity)?|s?nan\d*)$/i;
const UUID_TEXT = /^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/i;
const UUID_BYTES = 16;

/** A decimal number with the digits that Python gave it: Python's `Decimal`. Immutable; to compute with it, use a library for that. */
export class Decimal {
  /** The digits as given. */
  readonly text: string;

  /**
   * @param value the digits, such as `1.50`, `-2E+10`, `NaN` or `Infinity`
   * @throws TypeError it is a number, which may not be what its digits say; RangeError it is no decimal number
   */
  constructor(value: string | bigint) {
    if (typeof value !== 'string' && typeof value !== 'bigint') throw new TypeError('A Decimal is made of a text or a bigint');
    const text = String(value);
    if (!DECIMAL.test(text) && !SPECIAL_DECIMAL.test(text)) {
      throw new RangeError(`${JSON.stringify(text)} is no decimal number: write it as in -1.50 or 2E+10`);
    }
    this.text = text;
    Object.freeze(this);
  }

  /** See the constructor. */
  static from(text: string): Decimal {
    return new Decimal(text);
  }

  /** The nearest number; digits that it cannot hold are lost. */
  toNumber(): number {
    if (!SPECIAL_DECIMAL.test(this.text)) return Number(this.text);
    if (/nan/i.test(this.text)) return Number.NaN;
    return this.text.startsWith('-') ? -Infinity : Infinity;
  }

  /** Whether both are the same number: `1.0` equals `1.00`. NaN equals nothing. */
  equals(other: Decimal): boolean {
    const own = canonical(this.text);
    return own !== 'nan' && own === canonical(String(other));
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

/** One text per number: sign, digits without zeros at the ends, exponent. */
function canonical(text: string): string {
  const sign = text.startsWith('-') ? '-' : '';
  const found = DECIMAL.exec(text);
  if (!found) return /nan/i.test(text) ? 'nan' : `${sign}inf`;
  const [, whole = '', fraction = found[3] ?? '', , exponent = '0'] = found;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)}`;
}

/** A universally unique identifier: Python's `UUID`. Immutable. */
export class UUID {
  /** In lower case, with hyphens. */
  readonly text: string;

  /**
   * @param value 32 hexadecimal digits, with hyphens (8-4-4-4-12) or without, or 16 bytes
   * @throws RangeError it is something else
   */
  constructor(value: string | Uint8Array) {
    const text = typeof value === 'string' ? value : Buffer.from(value).toString('hex');
    if (!UUID_TEXT.test(text))
      throw new RangeError(`${JSON.stringify(text)} is no UUID: give 32 hexadecimal digits or ${UUID_BYTES} bytes`);
    this.text = text
      .toLowerCase()
      .replaceAll('-', '')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    Object.freeze(this);
  }

  /** See the constructor. */
  static from(text: string): UUID {
    return new UUID(text);
  }

  /** Its 16 bytes, a copy. */
  get bytes(): Uint8Array {
    return Uint8Array.from(Buffer.from(this.text.replaceAll('-', ''), 'hex'));
  }

  equals(other: UUID): boolean {
    return this.text === String(other);
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

/** A complex number: Python's `complex`. Immutable. */
export class Complex {
  readonly real: number;
  readonly imaginary: number;

  /** @throws TypeError a part is no number */
  constructor(real: number, imaginary = 0) {
    if (typeof real !== 'number' || typeof imaginary !== 'number') throw new TypeError('The parts of a Complex are numbers');
    this.real = real;
    this.imaginary = imaginary;
    Object.freeze(this);
  }

  /** Whether both parts are equal numbers: 0 equals -0, NaN equals nothing. */
  equals(other: Complex): boolean {
    return this.real === other.real && this.imaginary === other.imaginary;
  }

  /** As Python writes it, such as `(1+2j)`. */
  toString(): string {
    const sign = this.imaginary < 0 || Object.is(this.imaginary, -0) ? '-' : '+';
    return `(${Object.is(this.real, -0) ? '-0' : this.real}${sign}${Math.abs(this.imaginary)}j)`;
  }

  toJSON(): { real: number; imaginary: number } {
    return { real: this.real, imaginary: this.imaginary };
  }
}

brand(Decimal, 'Decimal');
brand(UUID, 'UUID');
brand(Complex, 'Complex');
