/** The descriptors that the host gave this process. Owns their numbers, and how each runtime opens them. */

import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { BunDescriptor } from './bun-socket';

/** The descriptor whose closing tells that the host is gone; `src/process/spawn.ts` has the same number. */
export const LIFELINE_FD = 4;
/** The descriptor for frames both ways; `src/process/spawn.ts` has the same number. */
const FRAMES_FD = 5;

/** Opens the stream of frames. */
export function openFrames(): Duplex {
  return open(FRAMES_FD, true);
}

/** Opens the lifeline, which brings nothing but its end. It keeps no process alive. */
export function openLifeline(): Duplex {
  return open(LIFELINE_FD, false);
}

function open(fd: number, alive: boolean): Duplex {
  if (process.versions['bun'] !== undefined) return new BunDescriptor(fd, alive);
  const socket = new Socket({ fd, readable: true, writable: true });
  return alive ? socket : socket.unref();
}

/** What runs this program, and its version, such as `node 20.20.2`. */
export function runtimeName(): string {
  const { bun, deno, node } = process.versions as Record<string, string | undefined>;
  if (bun !== undefined) return `bun ${bun}`;
  return deno === undefined ? `node ${node}` : `deno ${deno}`;
}
