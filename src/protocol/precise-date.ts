/** Instants finer than a millisecond. Owns the class PreciseDate, which stands for Python's aware datetime where a Date would round. */

import { brand } from './brand';

const FRACTION = /\.(\d{3})(\d{1,3})(?=Z|[+-]\d\d:?\d\d$)/;
const ZONE = /(?:Z|[+-]\d\d:?\d\d)$/;

/** A `Date` that keeps microseconds as well. */
export class PreciseDate extends Date {
  /** 0 to 999, on top of the milliseconds that the Date itself has. */
  readonly microseconds: number;

  /**
   * @param instant milliseconds since 1970, rounded down, or a Date
   * @param microseconds 0 to 999, on top
   * @throws RangeError the microseconds are outside their range, or the instant is no valid Date
   */
  constructor(instant: number | Date, microseconds = 0) {
    super(instant);
    if (Number.isNaN(this.getTime()))
      throw new RangeError(`${String(instant)} is no instant: give milliseconds since 1970 or a valid Date`);
    if (!Number.isInteger(microseconds) || microseconds < 0 || microseconds > 999) {
      throw new RangeError(`microseconds is ${microseconds}: it must be an integer from 0 to 999`);
    }
    this.microseconds = microseconds;
    Object.freeze(this);
  }

  /**
   * @param text ISO 8601 with a zone, such as `2024-02-29T23:59:01.123456Z`
   * @throws RangeError the text has another form, or no zone (then it is a PlainDateTime)
   */
  static from(text: string): PreciseDate {
    const instant = Date.parse(text.replace(FRACTION, '.$1'));
    if (Number.isNaN(instant) || !ZONE.test(text)) {
      throw new RangeError(`${JSON.stringify(text)} is no instant: write it as YYYY-MM-DDTHH:MM:SS.ffffffZ`);
    }
    return new PreciseDate(instant, Number((FRACTION.exec(text)?.[2] ?? '').padEnd(3, '0')));
  }

  equals(other: Date): boolean {
    return this.getTime() === other.getTime() && this.microseconds === ((other as Partial<PreciseDate>).microseconds ?? 0);
  }

  /** As of Date, with six digits of a second's fraction. */
  override toISOString(): string {
    return super.toISOString().replace('Z', `${String(this.microseconds).padStart(3, '0')}Z`);
  }
}

brand(PreciseDate, 'PreciseDate');
