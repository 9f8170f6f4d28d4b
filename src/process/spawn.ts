/** One operating-system process: started by execa, in a group of its own, with pipes. Owns its descriptors and the fact of its end. */

import type { Duplex, Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import { guardAgainstOrphans } from '../orphan-guard';
import { leadsGroup, signalTree } from '../process-tree';
import { type DirectReads, readDirectly } from './direct-output';

/** The descriptor that carries what a bootstrapped worker prints; the Python side has the same number. */
const LOG_FD = 3;
/** The descriptor whose closing tells a bootstrapped worker that this program is gone. */
const LIFELINE_FD = 4;
/** Milliseconds to wait, after the exit, for pipes that a surviving grandchild may hold open. */
const DRAIN_TIMEOUT_MS = 500;

/** What to start. */
export interface ProcessSpec {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Whether the process takes a log pipe and a lifeline besides its standard streams. */
  readonly bootstrapped: boolean;
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
  /** What it prints: the log pipe (nothing without one) and standard error. */
  readonly stdout: Readable | undefined;
  readonly stderr: Readable;
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
  const child = execa(spec.file, spec.args, {
    cwd: spec.cwd,
    env: spec.env,
    extendEnv: false,
    stdio: spec.bootstrapped ? ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'] : ['pipe', 'pipe', 'pipe'],
    buffer: false,
    reject: false,
    cleanup: false,
    detached: leadsGroup(platform),
    windowsHide: true,
  });
  const { pid } = child;
  if (pid === undefined) throw (await child).cause ?? new Error(`${spec.file} could not be started`);
  const streams = child.stdio as unknown as [Writable, Readable, Readable, Readable?, Duplex?];
  const [input, pipe, stderr] = streams;
  const direct = readDirectly(pipe);
  const output = direct?.stream ?? pipe;
  const kill = (signal: NodeJS.Signals): void => signalTree(pid, signal, platform);
  const unguard = guardAgainstOrphans(() => kill('SIGKILL'));
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('exit', (exitCode, signal) => {
      kill('SIGKILL'); // what it started must not outlive it
      unguard();
      streams[LIFELINE_FD]?.destroy();
      const drained = drain([output, stderr, streams[LOG_FD]]);
      drained.then(() => resolve({ exitCode, signal }));
    });
  });
  const held = [child, output, ...child.stdio] as unknown as { ref?(): void; unref?(): void }[];
  return {
    pid,
    input,
    output,
    reads: direct?.reads,
    stdout: streams[LOG_FD],
    stderr,
    exited,
    kill,
    hold: (alive) => {
      for (const handle of held) alive ? handle?.ref?.() : handle?.unref?.();
    },
  };
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
