import { AHEAD_MS, Pace } from '../../src/worker/pace';

it('takes an unknown method for one that leaves no room for others, and learns how long it takes', () => {
  const pace = new Pace();
  expect(pace.expect('a')).toBe(AHEAD_MS);
  pace.note('a', 0.1);
  expect([pace.expect('a'), pace.expect('b')]).toEqual([0.1, AHEAD_MS]);
  for (let count = 0; count < 50; count++) pace.note('a', 10);
  expect(pace.expect('a')).toBeCloseTo(10, 2);
});

it('remembers a bounded number of methods', () => {
  const pace = new Pace();
  for (let index = 0; index < 1001; index++) pace.note(`method ${index}`, 0.1);
  expect([pace.expect('method 0'), pace.expect('method 1000')]).toEqual([AHEAD_MS, 0.1]);
});
