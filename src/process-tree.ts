/** Signals to a process and everything it started. Owns the difference between process groups (POSIX) and task trees (Windows). */

import { spawn } from 'node:child_process';

/** Whether a process started here leads a group of its own, which `signalTree` then reaches as a whole. */
export function leadsGroup(platform: NodeJS.Platform): boolean {
  return platform !== 'win32';
}

/**
 * Sends a signal to a process that was started with `detached: leadsGroup(platform)`, and to all that it started.
 * A process that has ended is no error.
 *
 * @param pid the process; on POSIX also the number of its group
 * @param signal on Windows every signal ends the tree at once, as there is no other way there
 */
export function signalTree(pid: number, signal: NodeJS.Signals, platform: NodeJS.Platform = process.platform): void {
  if (!leadsGroup(platform)) {
    const ending = spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { env: process.env, stdio: 'ignore', windowsHide: true });
    ending.on('error', () => undefined); // a tree that has ended is what was wanted
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: nobody is left. EPERM: macOS says so of a group in which only zombies are left.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
