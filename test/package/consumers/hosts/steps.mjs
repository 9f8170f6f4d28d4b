/** Does one thing after another and prints what came of each as a JSON line, failures included. */

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** What of an error can be compared. */
export function told(error) {
  const { name, code, exitCode, signal, pythonTraceback, stderr, phase } = error;
  return { name, code, exitCode, signal, phase, traceback: pythonTraceback?.split('\n').at(-2), stderr };
}

/** Gives what of a promise's error can be compared. */
export const errorOf = (promise) => promise.then(() => 'no error', told);

/** Runs a step, and prints its result. */
export async function step(name, action) {
  try {
    print({ step: name, result: await action() });
  } catch (error) {
    print({ step: name, error: `${error?.stack ?? error}` });
  }
}

/** Whether a process is there. */
export function isThere(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
