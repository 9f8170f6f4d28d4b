/** One operating-system process, in a group of its own, with pipes. Owns its descriptors and the fact of its end. */

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex, Readable, Writable } from 'node:stream';
import { guardAgainstOrphans } from '../orphan-guard';
import { leadsGroup, signalTree } from '../process-tree';
import { type DirectReads, readDirectly } from './direct-output';
import { MergedOutput } from './merged-output';

/** The descriptor that carries what a worker prints; the Python side has the same number. */
const LOG_FD = 3;
/** The descriptor whose closing tells a worker that this program is gone; `src/serving` and the Python side have the same number. */
const LIFELINE_FD = 4;
/** The descriptor for frames of a program that leaves its standard streams to others; `src/serving` has the same number. */
const FRAMES_FD = 5;
/** Milliseconds to wait, after the exit, for pipes that a surviving grandchild may hold open. */
const DRAIN_TIMEOUT_MS = 500;

/**
 * Which pipes a process gets. `bare`: its standard streams. `bootstrapped`: a log pipe and a lifeline besides. `program`: those, and a
 * stream of frames in both directions, which it may use instead of its standard streams.
 */
export type Descriptors = 'bare' | 'bootstrapped' | 'program';

const STANDARD = ['pipe', 'pipe', 'pipe'] as const;
const BOOTSTRAPPED = [...STANDARD, 'pipe', 'pipe'] as const;
const PIPES = { bare: STANDARD, bootstrapped: BOOTSTRAPPED, program: [...BOOTSTRAPPED, 'pipe'] } as const;

/** What to start. */
export interface ProcessSpec {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly descriptors: Descriptors;
  readonly platform?: NodeJS.Platform;
}

/** How a process ended: with a code or by a signal. */
export interface ExitStatus {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running process. */
export interface RunningProcess {
  readonly pid: number;
  /** Its standard input and output: the protocol. */
  readonly input: Writable;
  readonly output: Readable;
  /** What the bytes of the output are given to, if not to the readers of the stream. */
  readonly reads: DirectReads | undefined;
  /** The other way for the protocol, which only programs have. */
  readonly duplex: Duplex | undefined;
  /** What it prints: the log pipe (nothing without one) and standard error. */
  readonly stdout: Readable | undefined;
  readonly stderr: Readable;
  /** Adds bytes of the standard output that are no protocol to what it prints. */
  addText(chunk: Uint8Array): void;
  /** Resolves when it has ended and its pipes are read, or were held open by others for too long. Never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** Sends a signal to it and all that it started. */
  kill(signal: NodeJS.Signals): void;
  /** Whether its end is awaited by the program: false lets the program end first. */
  hold(alive: boolean): void;
}

/**
 * Starts a process.
 *
 * @throws Error with the operating system's code (ENOENT, EACCES ...) if it cannot be started
 */
export async function startProcess(spec: ProcessSpec): Promise<RunningProcess> {
  const platform = spec.platform ?? process.platform;
  const child = (await spawnerOf(platform))(spec.file, [...spec.args], {
    cwd: spec.cwd,
    env: spec.env,
    stdio: [...PIPES[spec.descriptors]],
    detached: leadsGroup(platform),
    windowsHide: true,
  });
  const { pid } = child;
  if (pid === undefined) {
    for (const pipe of child.stdio) pipe?.destroy();
    throw (await once(child, 'error'))[0];
  }
  for (const each of [child, ...child.stdio]) each?.on('error', () => undefined); // whoever uses it listens too; its end tells enough
  const streams = child.stdio as unknown as Streams;
  const [input, pipe, stderr] = streams;
  const { [LOG_FD]: log, [LIFELINE_FD]: lifeline, [FRAMES_FD]: duplex } = streams;
  const direct = readDirectly(pipe);
  const output = direct?.stream ?? pipe;
  const merged = log && spec.descriptors === 'program' ? new MergedOutput() : undefined;
  if (log) merged?.follow(log);
  const kill = (signal: NodeJS.Signals): void => signalTree(pid, signal, platform);
  const unguard = guardAgainstOrphans(() => kill('SIGKILL'));
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('exit', (exitCode, signal) => {
      kill('SIGKILL'); // what it started must not outlive it
      unguard();
      lifeline?.destroy();
      const pipes = [output, stderr, log, duplex];
      drainAll(pipes, merged).then(() => {
        for (const each of pipes) each?.destroy(); // one that somebody else holds open would keep the program alive
        resolve({ exitCode, signal });
      });
    });
  });
  const held = new Set([child, output, ...streams]) as unknown as Set<{ ref?(): void; unref?(): void } | undefined>;
  let isHeld = true;
  return {
    pid,
    input,
    output,
    reads: direct?.reads,
    duplex,
    stdout: merged ?? log,
    stderr,
    addText: (chunk) => merged?.add(chunk, output),
    exited,
    kill,
    hold: (alive) => {
      if (alive === isHeld) return; // Bun counts: an output that was let go twice would have to be held twice
      isHeld = alive;
      for (const handle of held) alive ? handle?.ref?.() : handle?.unref?.();
    },
  };
}

/** Windows runs neither `.cmd` files nor scripts by themselves; what finds the program that does is not loaded elsewhere. */
async function spawnerOf(platform: NodeJS.Platform): Promise<(file: string, args: string[], options: SpawnOptions) => ChildProcess> {
  return platform === 'win32' ? (await import('cross-spawn')).default : spawn;
}

/** By descriptor. */
type Streams = [Writable, Readable, Readable, Readable?, Duplex?, Duplex?];

/** Drains the pipes, then what they were merged into. */
async function drainAll(pipes: readonly (Readable | undefined)[], merged: MergedOutput | undefined): Promise<void> {
  await drain(pipes);
  if (!merged) return;
  merged.finish();
  await drain([merged]);
}

/** Waits until every stream has given its last byte. */
async function drain(streams: readonly (Readable | undefined)[]): Promise<void> {
  const ends = streams.map((stream) => {
    if (!stream || stream.readableEnded || stream.destroyed) return undefined;
    stream.resume();
    return new Promise<void>((resolve) => stream.once('end', resolve).once('close', resolve));
  });
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_TIMEOUT_MS);
  });
  await Promise.race([Promise.all(ends), timeout]);
  clearTimeout(timer);
}
