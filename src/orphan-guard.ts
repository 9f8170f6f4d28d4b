/**
 * Ends the remaining processes when this program ends. Owns the hooks for that, which are there only while processes are.
 *
 * A signal that the program handles is the program's: its handlers decide, whether they stay, take themselves off or were added for once.
 * A killed program runs no hook: a bootstrapped worker then ends itself (`python/synapse_py/orphan_guard.py`), any other program
 * sees the end of its input, and an installer ends its work, holding the lock as long.
 */

/** Those that programs handle to end in their own way. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Where the listeners of all copies of this library are that are loaded: none of them is a handler of the program's. */
const GUARDS = Symbol.for('synapse-py.guards');
/** Where the package signal-exit counts its listeners, of which there is one for each signal and copy: version 4, and before. */
const SIGNAL_EXIT = Symbol.for('signal-exit emitter');
const EARLIER_SIGNAL_EXIT = '__signal_exit_emitter__';

interface Counts {
  readonly count?: number;
}

const kills = new Set<() => void>();
let removeHook: (() => void) | undefined;

/**
 * Runs `kill` if this program ends (by itself, by an exception, by a signal that it does not handle) before the returned function was called.
 *
 * @param kill must be synchronous
 * @returns ends the guard
 */
export function guardAgainstOrphans(kill: () => void): () => void {
  kills.add(kill);
  removeHook ??= hook(guards());
  return () => {
    kills.delete(kill);
    if (kills.size > 0) return;
    removeHook?.();
    removeHook = undefined;
  };
}

function killAll(): void {
  for (const kill of kills) kill();
}

/** The listener comes first, so that it sees the program's handlers before one of them takes itself off. */
function hook(all: Set<unknown>): () => void {
  const justRemoved = new Set<string | symbol>();
  const onRemoved = (event: string | symbol, listener: unknown): void => {
    if (all.has(listener)) return;
    justRemoved.add(event);
    queueMicrotask(() => justRemoved.delete(event));
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (justRemoved.has(signal) || handlersOf(signal, all) > 0) return;
    killAll();
    unhook();
    process.kill(process.pid, signal === 'SIGHUP' && process.platform === 'win32' ? 'SIGINT' : signal);
  };
  const unhook = (): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off('removeListener', onRemoved);
    process.off('exit', killAll);
    all.delete(onSignal);
  };
  all.add(onSignal);
  for (const signal of SIGNALS) process.prependListener(signal, onSignal);
  process.on('removeListener', onRemoved);
  process.on('exit', killAll);
  return unhook;
}

/** How many handlers of the program's own a signal has. Those of signal-exit only wait for there to be none, as this one does. */
function handlersOf(signal: NodeJS.Signals, guards: ReadonlySet<unknown>): number {
  const { [SIGNAL_EXIT]: waiting } = globalThis as { [SIGNAL_EXIT]?: Counts };
  const { [EARLIER_SIGNAL_EXIT]: others } = process as { [EARLIER_SIGNAL_EXIT]?: Counts };
  const listeners = process.rawListeners(signal).filter((listener) => !guards.has(listener));
  return listeners.length - (waiting?.count ?? 0) - (others?.count ?? 0);
}

function guards(): Set<unknown> {
  const all = globalThis as { [GUARDS]?: Set<unknown> };
  all[GUARDS] ??= new Set();
  return all[GUARDS];
}
