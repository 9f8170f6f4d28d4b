import { FrameError, FrameTooLargeError, NotReadyError, WorkerCrashedError } from '../../src/errors';
import { QuarantinedError } from '../../src/module-errors';
import { Task } from '../../src/worker/task';
import { mayRepeat } from '../../src/worker/verdict';

const crash = (begun: boolean) => new WorkerCrashedError('it ended', { exitCode: 1, signal: null, stderr: '', begun });
const task = (idempotent = false, values: unknown = undefined, options = {}) =>
  new Task('predict', { idempotent, ...options }, { timeout: 0, values, owner: undefined, caller: undefined, runsBeside: false });

test.each([
  ['had not begun', task(), crash(false), true],
  ['had not begun, and is idempotent', task(true), crash(false), true],
  ['had begun', task(), crash(true), false],
  ['had begun, and is idempotent', task(true), crash(true), true],
  ['met no worker', task(), new NotReadyError('disconnected', 'gone'), true],
  ['failed by itself', task(true), new Error('wrong argument'), false],
  ['had begun, when the worker broke the protocol', task(true), new FrameError('torn'), true],
  ['was too large', task(true), new FrameTooLargeError(2, 1, 'too large'), false],
  ['had not begun, and has a stream', task(true, { a: [(async function* () {})()] }), crash(false), false],
  ['was given up with an error of this kind', task(true, 1, { signal: AbortSignal.abort(crash(false)) }), crash(false), false],
])('a call that %s', (_, call, error, expected) => {
  expect(mayRepeat(call, error, 3)).toBe(expected);
});

it('counts only the ends that the call may have caused, and gives it up after so many', () => {
  const call = task(true);
  for (const begun of [true, false, false, true, false]) expect(mayRepeat(call, crash(begun), 3)).toBe(true);
  const last = crash(true);
  expect(() => mayRepeat(call, last, 3)).toThrow(expect.objectContaining({ method: 'predict', crashes: 3, cause: last }));
  expect(call.crashes).toBe(3);
});

it('says what was tried when it gives a call up', () => {
  let given: unknown;
  try {
    mayRepeat(task(true), crash(true), 1);
  } catch (error) {
    given = error;
  }
  expect(given).toBeInstanceOf(QuarantinedError);
  expect(String(given)).toMatch(/The call of predict ended 1 workers.*it ended/);
});
