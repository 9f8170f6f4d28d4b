/** What a running program has: what it holds open, what it has started, who listens, and how much memory that takes. */

import { readdirSync } from 'node:fs';
import { programsOf } from './kill.mjs';

/**
 * Counts what this program has. Collects garbage first; the program must run with `--expose-gc`.
 *
 * @param {import('node:events').EventEmitter[]} emitters whose listeners count
 */
export function belongings(emitters) {
  globalThis.gc();
  return {
    descriptors: readdirSync('/dev/fd').length,
    processes: withTheirs(programsOf(process.pid)).length,
    listeners: emitters.reduce((sum, emitter) => sum + listenersOf(emitter), 0),
    handles: process.getActiveResourcesInfo().length,
    heapBytes: process.memoryUsage().heapUsed,
  };
}

function withTheirs(pids) {
  return pids.flatMap((pid) => [pid, ...withTheirs(programsOf(pid))]);
}

function listenersOf(emitter) {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
}
