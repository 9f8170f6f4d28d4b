import { delayBefore, RestartWindow } from '../../src/worker/restart-policy';

test.each([
  [{ type: 'fixed', delay: 70 } as const, [70, 70, 70]],
  [{ type: 'exponential', base: 100, max: 300 } as const, [100, 200, 300]],
])('waits before each attempt as the policy says: %j', (delay, waits) => {
  expect([1, 2, 3].map((attempt) => delayBefore(delay, attempt))).toEqual(waits);
});

it('waits no longer than the most, after however many attempts', () => {
  expect(delayBefore({ type: 'exponential', base: 1, max: 5000 }, 5000)).toBe(5000);
});

it('allows so many restarts within the window, and more once the first lie behind it', () => {
  const window = new RestartWindow({ maxRestarts: 2, windowMs: 1000 });
  expect([0, 900, 950].map((now) => window.enter(now))).toEqual([true, true, false]);
  expect(window.count).toBe(2);
  expect(window.enter(1001)).toBe(true);
  expect([window.count, window.enter(1002)]).toEqual([2, false]);
});
