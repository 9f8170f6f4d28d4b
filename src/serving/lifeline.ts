/**
 * The end of this process, and of what it started, when the host is gone however it ended. Owns both watches of the lifeline: in the event
 * loop, and in a thread for as long as a handler computes without coming back to the event loop.
 */

import { LIFELINE_FD, openLifeline } from './endpoint';

/** What the thread runs, under Node, Bun and Deno. It is a text so that it is in whatever this library is bundled into. */
const WATCH = `
const leave = () => {
  try {
    if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL');
  } catch {}
  process.kill(process.pid, 'SIGKILL');
};
if (process.versions.bun) Bun.connect({ fd: ${LIFELINE_FD}, socket: { data() {}, end: leave, error: leave } });
else {
  const { Socket } = process.getBuiltinModule('node:net');
  new Socket({ fd: ${LIFELINE_FD}, readable: true, writable: false }).on('end', leave).on('error', leave).resume();
}
`;

/** Watches in the event loop. Throws if there is no lifeline. */
export function watchLifeline(): void {
  openLifeline().on('end', leaveAtOnce).on('error', leaveAtOnce).resume();
}

/** Watches in a thread, too. It takes nothing over from this program: no variables, and no options that load modules. */
export function watchFromThread(): void {
  try {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    new Worker(WATCH, { eval: true, execArgv: [], env: {} }).on('error', () => undefined).unref();
  } catch {
    // the program may start no threads: the watch in the event loop remains
  }
}

function leaveAtOnce(): void {
  try {
    if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL');
  } catch {
    // it leads no group of its own
  }
  process.exit(1);
}
