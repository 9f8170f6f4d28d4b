/** An end without warning. Owns who is killed: a process alone, or the programs that it has started too. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Kills a process.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {boolean} withPrograms whether the programs that it has started, each of which leads a group of its own, are killed as well
 */
export function killHard(child, withPrograms) {
  const programs = withPrograms ? programsOf(child.pid) : [];
  child.kill('SIGKILL');
  for (const pid of programs) killGroup(pid);
}

/**
 * @param {number} pid
 * @returns the processes that it has started and that are still there, also those that have ended and that it has not waited for
 */
export function programsOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
    return lines.map((line) => line.trim().split(/\s+/).map(Number)).flatMap(([each, parent]) => (parent === pid ? [each] : []));
  }
}

/** One that has ended meanwhile is no error, nor is one that does not lead a group yet. */
function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH' && error.code !== 'EPERM') throw error;
  }
}
