import type { ExitStatus } from '../../src/process/spawn';
import { TERMINATE_GRACE_MS, terminate } from '../../src/process/terminate';

function fakeProcess() {
  const signals: NodeJS.Signals[] = [];
  let end: (status: ExitStatus) => void = () => undefined;
  const exited = new Promise<ExitStatus>((resolve) => {
    end = resolve;
  });
  return { signals, end, exited, kill: (signal: NodeJS.Signals) => signals.push(signal) };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('sends no signal to a process that ends in time, and leaves no timer', async () => {
  const process = fakeProcess();
  const ended = terminate(process, 500);
  jest.advanceTimersByTime(499);
  process.end({ exitCode: 0, signal: null });
  expect(await ended).toEqual({ exitCode: 0, signal: null });
  expect(process.signals).toEqual([]);
  expect(jest.getTimerCount()).toBe(0);
});

it('sends SIGTERM after the grace, then SIGKILL', async () => {
  const process = fakeProcess();
  const ended = terminate(process, 500);
  jest.advanceTimersByTime(500);
  expect(process.signals).toEqual(['SIGTERM']);
  jest.advanceTimersByTime(TERMINATE_GRACE_MS);
  expect(process.signals).toEqual(['SIGTERM', 'SIGKILL']);
  process.end({ exitCode: null, signal: 'SIGKILL' });
  await ended;
  expect(jest.getTimerCount()).toBe(0);
});
