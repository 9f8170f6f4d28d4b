import { inspect } from 'node:util';
import fc from 'fast-check';
import { PlainDate, PlainDateTime, PlainTime } from '../../src/protocol/plain-date-time';

it('has the text form of Python', () => {
  expect(String(new PlainDate(1, 2, 3))).toBe('0001-02-03');
  expect(String(new PlainTime(4))).toBe('04:00:00');
  expect(String(new PlainTime(4, 5, 6, 7))).toBe('04:05:06.000007');
  expect(String(new PlainDateTime(2024, 2, 29, 23, 59, 1, 500_000))).toBe('2024-02-29T23:59:01.500000');
  expect(JSON.stringify([new PlainDate(2024, 1, 1), new PlainTime(1), new PlainDateTime(2024, 1, 1)])).toBe(
    '["2024-01-01","01:00:00","2024-01-01T00:00:00"]',
  );
});

it('comes back from its text', () => {
  const parts = fc.tuple(
    fc.integer({ min: 1, max: 9999 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
    fc.nat(23),
    fc.nat(59),
    fc.nat(59),
    fc.nat(999_999),
  );
  fc.assert(
    fc.property(parts, (all) => {
      const value = new PlainDateTime(...all);
      expect(PlainDateTime.from(String(value))).toEqual(value);
      expect(PlainDateTime.from(String(value).replace('T', ' ')).equals(value)).toBe(true);
      expect(PlainDate.from(String(value.date))).toEqual(value.date);
      expect(PlainTime.from(String(value.time)).equals(value.time)).toBe(true);
    }),
  );
  expect(PlainTime.from('01:02:03.5')).toEqual(new PlainTime(1, 2, 3, 500_000));
});

test.each([
  ['a day that is not in the month', () => new PlainDate(2023, 2, 29), /day is 29: it must be an integer from 1 to 28/],
  ['a leap day in a century that has none', () => PlainDate.from('1900-02-29'), /day is 29/],
  ['the 31st of a short month', () => new PlainDate(2024, 4, 31), /from 1 to 30/],
  ['the year 0', () => new PlainDate(0, 1, 1), /year is 0/],
  ['a month beyond December', () => new PlainDateTime(2024, 13, 1), /month is 13/],
  ['an hour beyond the day', () => new PlainTime(24), /hour is 24/],
  ['a leap second', () => PlainTime.from('23:59:60'), /second is 60/],
  ['a part that is no integer', () => new PlainTime(1.5), /hour is 1.5/],
  ['a text without a time', () => PlainDateTime.from('2024-01-01'), /no date with a time/],
  ['a text with a zone', () => PlainDateTime.from('2024-01-01T00:00:00Z'), /without a zone/],
  ['a text of another form', () => PlainDate.from('1/2/2024'), /YYYY-MM-DD/],
  ['a time of another form', () => PlainTime.from('1:02'), /HH:MM:SS/],
])('refuses %s', (_, make, message) => {
  expect(make).toThrow(RangeError);
  expect(make).toThrow(message);
});

it('knows leap years', () => {
  expect([2000, 2024].map((year) => new PlainDate(year, 2, 29).day)).toEqual([29, 29]);
});

it('cannot be changed, and shows its parts', () => {
  const value = new PlainDate(2024, 1, 2);
  expect(() => Object.assign(value, { day: 3 })).toThrow(TypeError);
  expect(inspect(value)).toBe('PlainDate { year: 2024, month: 1, day: 2 }');
  expect(value.equals(new PlainDate(2024, 1, 3))).toBe(false);
});
