/**
 * Ends the remaining processes when this program ends. Owns one exit hook, which is there only while processes are.
 *
 * A killed program runs no hook: a bootstrapped worker then ends itself (`python/synapse_py/orphan_guard.py`), any other program
 * sees the end of its input, and an installer ends its work, holding the lock as long.
 */

import { onExit } from 'signal-exit';

/** Those that programs handle to end in their own way. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const kills = new Set<() => void>();
let removeHook: (() => void) | undefined;

/**
 * Runs `kill` if this program ends (by itself, by an exception, by a signal) before the returned function was called.
 *
 * @param kill must be synchronous
 * @returns ends the guard
 */
export function guardAgainstOrphans(kill: () => void): () => void {
  kills.add(kill);
  removeHook ??= hook();
  return () => {
    kills.delete(kill);
    if (kills.size > 0) return;
    removeHook?.();
    removeHook = undefined;
  };
}

/** A handler that was added by `once` is gone when signal-exit looks whether anybody handles the signal: it has, so the program goes on. */
function hook(): () => void {
  const handledOnce = new Set(SIGNALS.filter((signal) => process.rawListeners(signal).some((listener) => 'listener' in listener)));
  return onExit((_, signal) => {
    if (signal && handledOnce.delete(signal)) return true;
    for (const kill of kills) kill();
    return undefined;
  });
}
