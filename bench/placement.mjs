/**
 * Which cores processes run on. Left to the system, a pair of processes stays on one core or on two for seconds, by chance, and a round trip
 * takes 20 or 130 µs accordingly: that would be measured, not the subjects. Linux only; elsewhere processes stay where the system puts them.
 */

import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

/** Not what this process may use at the moment, which is what is changed here. */
const CORES = cpus().length;

/** Whether processes can be placed here. */
function canPlace() {
  return process.platform === 'linux' && CORES > 1 && succeeds('taskset', ['-cp', String(process.pid)]);
}

/**
 * Puts this process on one core and the processes that it has started on another, or on the same.
 *
 * @param {number} own
 * @param {number} children
 */
function place(own, children) {
  const listed = execFileSync('pgrep', ['-P', String(process.pid)], { encoding: 'utf8' });
  for (const pid of listed.trim().split('\n')) succeeds('taskset', ['-acp', String(children), pid]);
  succeeds('taskset', ['-acp', String(own), String(process.pid)]);
}

/**
 * Does something while this process and the ones that it has started have a core of their own each, or share one; as it is elsewhere.
 *
 * @param {'two-cores' | 'one-core'} placement
 * @param {() => Promise<void>} action
 * @returns {Promise<string>} where they were, in words
 */
export async function onCores(placement, action) {
  const placed = canPlace();
  try {
    if (placed) place(0, placement === 'one-core' ? 0 : 1);
    await action();
  } finally {
    if (placed) unplace();
  }
  if (!placed) return 'placed by the system';
  return placement === 'one-core' ? 'both processes on one core' : 'each process on its core';
}

/** Gives this process all cores again; what it starts later inherits them. */
function unplace() {
  succeeds('taskset', ['-acp', `0-${CORES - 1}`, String(process.pid)]);
}

function succeeds(file, args) {
  try {
    execFileSync(file, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false; // no such program, or a process that has ended
  }
}
