/** Where workers run. The interface between the worker room and a machine: this one, or later others. */

import type { Readable } from 'node:stream';
import type { Transport } from '../channel/transport';
import type { ProvisionOptions } from '../environment/plan';
import type { Environment } from '../environment/provisioner';
import type { ExitStatus } from '../process/spawn';

/** What a worker is to run. Plain data. */
export interface WorkerSpec {
  /** The module's directory: a path or a `file:` URL. */
  readonly directory: string | URL;
  /** The entry, relative to the directory. */
  readonly entrypoint: string;
  /** `auto`: Python under the bootstrap. `bare`: a program that speaks frames on its own standard streams. */
  readonly protocol: 'auto' | 'bare';
  readonly args: readonly string[];
  /** Working directory of the worker. Default: the module's directory. */
  readonly cwd: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly provisioning: ProvisionOptions;
}

/** A module that is ready to be started, any number of times. */
export interface PreparedModule {
  readonly directory: string;
  /** Absolute path of the script or program. */
  readonly entry: string;
  /** Absent where the program needs no Python. */
  readonly environment: Environment | undefined;
}

/** A worker that was started: two directions of frames, and its life. */
export interface StartedWorker {
  readonly transport: Transport;
  /** Whether its first frame is a hello. */
  readonly announces: boolean;
  readonly info: { readonly pid: number };
  /** What it prints; no standard output where that is the protocol. */
  readonly stdout: Readable | undefined;
  readonly stderr: Readable;
  /** Resolves when it has ended and all that it printed was read. Never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** Sends a signal to it and all that it started. */
  kill(signal: NodeJS.Signals): void;
  /** Whether its end is awaited by this program. */
  hold(alive: boolean): void;
}

/** A place where workers run. */
export interface Engine {
  /** Makes everything ready that can be made ready before a start. */
  prepare(spec: WorkerSpec): Promise<PreparedModule>;
  /** Starts one worker. */
  start(spec: WorkerSpec, module: PreparedModule): Promise<StartedWorker>;
}
