/** Spans of time. Owns the class Duration, which stands for Python's timedelta, and its text form (ISO 8601). */

import { brand } from './brand';

const SECONDS_PER_DAY = 86_400;
const MICROSECONDS = 1_000_000;
/** As in Python. */
const MAX_DAYS = 999_999_999;
const ISO = /^([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,6}))?S)?)?$/;

function checkInteger(name: string, value: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${name} is ${value}: it must be a safe integer`);
}

/** A span of time, exact to the microsecond: Python's `timedelta`. Immutable. */
export class Duration {
  /** Whole days, rounded down: negative if the span is. */
  readonly days: number;
  /** 0 to 86399, on top of the days. */
  readonly seconds: number;
  /** 0 to 999999, on top of the seconds. */
  readonly microseconds: number;

  /**
   * Takes integers of any sign and brings them to the form of Python's timedelta, in which only the days are negative.
   *
   * @throws RangeError a part is no safe integer, or the span is longer than 999999999 days
   */
  constructor(days: number, seconds = 0, microseconds = 0) {
    checkInteger('days', days);
    checkInteger('seconds', seconds);
    checkInteger('microseconds', microseconds);
    const carriedSeconds = seconds + Math.floor(microseconds / MICROSECONDS);
    this.microseconds = microseconds - Math.floor(microseconds / MICROSECONDS) * MICROSECONDS;
    this.days = days + Math.floor(carriedSeconds / SECONDS_PER_DAY);
    this.seconds = carriedSeconds - Math.floor(carriedSeconds / SECONDS_PER_DAY) * SECONDS_PER_DAY;
    if (Math.abs(this.days) > MAX_DAYS) throw new RangeError(`${this.days} days are more than a Duration holds (${MAX_DAYS})`);
    Object.freeze(this);
  }

  /**
   * @param text ISO 8601 without years and months, such as `P1DT2H30M0.5S` or `-PT10S`
   * @throws RangeError the text has another form, or the span is too long
   */
  static from(text: string): Duration {
    const found = ISO.exec(text);
    if (!found || !/\d/.test(text) || text.endsWith('T')) {
      throw new RangeError(`${JSON.stringify(text)} is no duration: write it as in P1DT2H30M0.5S`);
    }
    const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(2, 7).map((part) => Number(part ?? 0));
    const sign = found[1] === '-' ? -1 : 1;
    const fraction = Number((found[7] ?? '').padEnd(6, '0'));
    return new Duration(sign * (7 * weeks + days), sign * (3600 * hours + 60 * minutes + seconds), sign * fraction);
  }

  /**
   * @param milliseconds any finite number; what is below a microsecond is rounded
   * @throws RangeError it is not finite, or too long
   */
  static fromMilliseconds(milliseconds: number): Duration {
    const whole = Math.floor(milliseconds / 1000);
    return new Duration(0, whole, Math.round((milliseconds - whole * 1000) * 1000));
  }

  /** The whole span in milliseconds; exact to the microsecond up to 285 years. */
  get milliseconds(): number {
    return (this.days * SECONDS_PER_DAY + this.seconds) * 1000 + this.microseconds / 1000;
  }

  equals(other: Duration): boolean {
    return this.days === other.days && this.seconds === other.seconds && this.microseconds === other.microseconds;
  }

  /** ISO 8601, such as `P1DT2H30M0.5S`; `-PT10S` for a negative one. */
  toString(): string {
    const total = BigInt(this.days * SECONDS_PER_DAY + this.seconds) * BigInt(MICROSECONDS) + BigInt(this.microseconds);
    const size = total < 0n ? -total : total;
    const fraction = String(size % BigInt(MICROSECONDS));
    const seconds = Number(size / BigInt(MICROSECONDS));
    const days = Math.floor(seconds / SECONDS_PER_DAY);
    const time = clock(seconds % SECONDS_PER_DAY, fraction === '0' ? '' : `.${fraction.padStart(6, '0').replace(/0+$/, '')}`);
    return `${total < 0n ? '-' : ''}P${days > 0 ? `${days}D` : ''}${time || days > 0 ? time : 'T0S'}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** The part from the `T` on, empty if there is nothing in it. */
function clock(seconds: number, fraction: string): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = seconds % 60;
  const parts = [hours > 0 ? `${hours}H` : '', minutes > 0 ? `${minutes}M` : '', rest > 0 || fraction ? `${rest}${fraction}S` : ''].join(
    '',
  );
  return parts && `T${parts}`;
}

brand(Duration, 'Duration');
