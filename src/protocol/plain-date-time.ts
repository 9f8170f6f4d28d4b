/** Dates and times of day without a zone. Owns the classes PlainDate, PlainTime and PlainDateTime, which stand for Python's naive ones. */

import { brand } from './brand';

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;
const SEPARATOR = /[T ]/;

function checkPart(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} is ${value}: it must be an integer from ${least} to ${most}`);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function checkDate(year: number, month: number, day: number): void {
  checkPart('year', year, 1, 9999);
  checkPart('month', month, 1, 12);
  checkPart('day', day, 1, daysIn(year, month));
}

function checkTime(hour: number, minute: number, second: number, microsecond: number): void {
  checkPart('hour', hour, 0, 23);
  checkPart('minute', minute, 0, 59);
  checkPart('second', second, 0, 59);
  checkPart('microsecond', microsecond, 0, 999_999);
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0');
}

function dateText(value: { readonly year: number; readonly month: number; readonly day: number }): string {
  return `${digits(value.year, 4)}-${digits(value.month, 2)}-${digits(value.day, 2)}`;
}

function timeText(value: {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
}): string {
  const whole = `${digits(value.hour, 2)}:${digits(value.minute, 2)}:${digits(value.second, 2)}`;
  return value.microsecond === 0 ? whole : `${whole}.${digits(value.microsecond, 6)}`;
}

function parseDate(text: string): [number, number, number] | undefined {
  const found = DATE.exec(text);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
}

function parseTime(text: string): [number, number, number, number] | undefined {
  const found = TIME.exec(text);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3]), Number((found[4] ?? '').padEnd(6, '0'))] : undefined;
}

/** A day of the calendar, without time and zone: Python's `date`. Immutable. */
export class PlainDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;

  /**
   * @param year 1 to 9999
   * @param month 1 to 12
   * @param day 1 to the month's last day
   * @throws RangeError a part is outside its range
   */
  constructor(year: number, month: number, day: number) {
    checkDate(year, month, day);
    this.year = year;
    this.month = month;
    this.day = day;
    Object.freeze(this);
  }

  /**
   * @param text such as `2024-02-29`
   * @throws RangeError the text has another form, or there is no such day
   */
  static from(text: string): PlainDate {
    const parts = parseDate(text);
    if (!parts) throw new RangeError(`${JSON.stringify(text)} is no date: write it as YYYY-MM-DD`);
    return new PlainDate(...parts);
  }

  equals(other: PlainDate): boolean {
    return String(this) === String(other);
  }

  /** `YYYY-MM-DD`. */
  toString(): string {
    return dateText(this);
  }

  toJSON(): string {
    return dateText(this);
  }
}

/** A time of day, without date and zone: Python's `time` without `tzinfo`. Immutable. */
export class PlainTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;

  /**
   * @param hour 0 to 23
   * @param minute 0 to 59
   * @param second 0 to 59
   * @param microsecond 0 to 999999
   * @throws RangeError a part is outside its range
   */
  constructor(hour: number, minute = 0, second = 0, microsecond = 0) {
    checkTime(hour, minute, second, microsecond);
    this.hour = hour;
    this.minute = minute;
    this.second = second;
    this.microsecond = microsecond;
    Object.freeze(this);
  }

  /**
   * @param text such as `23:59:01` or `23:59:01.5`
   * @throws RangeError the text has another form, or there is no such time
   */
  static from(text: string): PlainTime {
    const parts = parseTime(text);
    if (!parts) throw new RangeError(`${JSON.stringify(text)} is no time: write it as HH:MM:SS or HH:MM:SS.ffffff`);
    return new PlainTime(...parts);
  }

  equals(other: PlainTime): boolean {
    return String(this) === String(other);
  }

  /** `HH:MM:SS`, with six digits of a second's fraction if there is one. */
  toString(): string {
    return timeText(this);
  }

  toJSON(): string {
    return timeText(this);
  }
}

/** A date and a time of day without a zone: Python's naive `datetime`. It names no instant, so it is no `Date`. Immutable. */
export class PlainDateTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;

  /**
   * @param year 1 to 9999
   * @param month 1 to 12
   * @param day 1 to the month's last day
   * @param hour 0 to 23
   * @param minute 0 to 59
   * @param second 0 to 59
   * @param microsecond 0 to 999999
   * @throws RangeError a part is outside its range
   */
  constructor(year: number, month: number, day: number, hour = 0, minute = 0, second = 0, microsecond = 0) {
    checkDate(year, month, day);
    checkTime(hour, minute, second, microsecond);
    this.year = year;
    this.month = month;
    this.day = day;
    this.hour = hour;
    this.minute = minute;
    this.second = second;
    this.microsecond = microsecond;
    Object.freeze(this);
  }

  /**
   * @param text such as `2024-02-29T23:59:01.5`; a blank may stand for the `T`
   * @throws RangeError the text has another form (one with a zone is an instant: use `new Date(text)`), or there is no such time
   */
  static from(text: string): PlainDateTime {
    const [dateParts, timeParts, more] = text.split(SEPARATOR);
    const date = parseDate(dateParts ?? '');
    const time = parseTime(timeParts ?? '');
    if (date && time && more === undefined) return new PlainDateTime(...date, ...time);
    throw new RangeError(`${JSON.stringify(text)} is no date with a time: write it as YYYY-MM-DDTHH:MM:SS[.ffffff], without a zone`);
  }

  get date(): PlainDate {
    return new PlainDate(this.year, this.month, this.day);
  }

  get time(): PlainTime {
    return new PlainTime(this.hour, this.minute, this.second, this.microsecond);
  }

  equals(other: PlainDateTime): boolean {
    return String(this) === String(other);
  }

  /** `YYYY-MM-DDTHH:MM:SS`, with six digits of a second's fraction if there is one. */
  toString(): string {
    return `${dateText(this)}T${timeText(this)}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

brand(PlainDate, 'PlainDate');
brand(PlainTime, 'PlainTime');
brand(PlainDateTime, 'PlainDateTime');
