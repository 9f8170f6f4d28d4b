import fc from 'fast-check';
import { Duration } from '../../src/protocol/duration';

const MOST_DAYS = 900_000_000;

it('has the form of a timedelta: only the days are negative', () => {
  expect(new Duration(0, 0, -1)).toMatchObject({ days: -1, seconds: 86_399, microseconds: 999_999 });
  expect(new Duration(1, 90_000, 2_500_000)).toMatchObject({ days: 2, seconds: 3602, microseconds: 500_000 });
  expect(new Duration(0, -86_400).equals(new Duration(-1))).toBe(true);
  expect(new Duration(0, 1).equals(new Duration(0, 2))).toBe(false);
});

test.each([
  [new Duration(0), 'PT0S'],
  [new Duration(1), 'P1D'],
  [new Duration(1, 9000, 500_000), 'P1DT2H30M0.5S'],
  [new Duration(0, 61), 'PT1M1S'],
  [new Duration(0, 0, 1), 'PT0.000001S'],
  [new Duration(0, -10), '-PT10S'],
  [new Duration(-2, 0, 0), '-P2D'],
  [new Duration(0, 3600), 'PT1H'],
])('has the text form of ISO 8601: %p', (value, text) => {
  expect(String(value)).toBe(text);
  expect(JSON.stringify({ value })).toBe(`{"value":"${text}"}`);
});

it('comes back from its text, whatever its size and sign', () => {
  const parts = fc.tuple(fc.integer({ min: -MOST_DAYS, max: MOST_DAYS }), fc.nat(86_399), fc.nat(999_999));
  fc.assert(fc.property(parts, (all) => expect(Duration.from(String(new Duration(...all)))).toEqual(new Duration(...all))));
  expect(Duration.from('P2W')).toEqual(new Duration(14));
  expect(Duration.from('+PT1H')).toEqual(new Duration(0, 3600));
});

it('is made of milliseconds and told in them', () => {
  expect(Duration.fromMilliseconds(-1.5)).toEqual(new Duration(0, 0, -1500));
  expect(Duration.fromMilliseconds(0.0015).microseconds).toBe(2);
  expect(new Duration(-1, 86_399, 999_000).milliseconds).toBe(-1);
  expect(new Duration(1, 1, 500).milliseconds).toBe(86_401_000.5);
});

test.each([
  ['more days than Python has', () => new Duration(1_000_000_000), /more than a Duration holds/],
  ['days below those of Python', () => new Duration(-999_999_999, -1), /more than a Duration holds/],
  ['a fraction', () => new Duration(1.5), /days is 1.5/],
  ['no number of milliseconds', () => Duration.fromMilliseconds(Number.NaN), RangeError],
  ['years', () => Duration.from('P1Y'), /no duration/],
  ['a text without parts', () => Duration.from('P'), /no duration/],
  ['a text that ends after the T', () => Duration.from('P1DT'), /no duration/],
])('refuses %s', (_, make, message) => {
  expect(make).toThrow(RangeError);
  expect(make).toThrow(message);
});
