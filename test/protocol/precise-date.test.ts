import { PreciseDate } from '../../src/protocol/precise-date';

it('is a Date that has microseconds as well', () => {
  const date = new PreciseDate(Date.UTC(2024, 1, 29, 12, 34, 56, 789), 12);
  expect(date).toBeInstanceOf(Date);
  expect(date.toISOString()).toBe('2024-02-29T12:34:56.789012Z');
  expect(JSON.stringify([date])).toBe('["2024-02-29T12:34:56.789012Z"]');
  expect(new Date(date.toISOString()).getTime()).toBe(date.getTime());
  expect(new PreciseDate(new Date(5), 6).getTime()).toBe(5);
});

test.each([
  ['2024-02-29T12:34:56.789012Z', Date.UTC(2024, 1, 29, 12, 34, 56, 789), 12],
  ['2024-02-29T12:34:56.7890Z', Date.UTC(2024, 1, 29, 12, 34, 56, 789), 0],
  ['2024-02-29T12:34:56.78901+01:00', Date.UTC(2024, 1, 29, 11, 34, 56, 789), 10],
  ['1969-12-31T23:59:59.999999Z', -1, 999],
  ['2024-02-29T12:34:56Z', Date.UTC(2024, 1, 29, 12, 34, 56), 0],
])('is made of the text %s', (text, milliseconds, microseconds) => {
  const date = PreciseDate.from(text);
  expect([date.getTime(), date.microseconds]).toEqual([milliseconds, microseconds]);
});

it('equals a Date only if it has no microseconds', () => {
  expect(new PreciseDate(5).equals(new Date(5))).toBe(true);
  expect(new PreciseDate(5, 1).equals(new Date(5))).toBe(false);
  expect(new PreciseDate(5, 1).equals(new PreciseDate(5, 1))).toBe(true);
});

test.each([
  ['a text without a zone', () => PreciseDate.from('2024-02-29T12:34:56.789012')],
  ['a text that is no instant', () => PreciseDate.from('yesterday Z')],
  ['an invalid Date', () => new PreciseDate(new Date(Number.NaN))],
  ['microseconds that are a millisecond', () => new PreciseDate(0, 1000)],
  ['microseconds below zero', () => new PreciseDate(0, -1)],
])('refuses %s', (_, make) => {
  expect(make).toThrow(RangeError);
});
