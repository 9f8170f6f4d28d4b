/** Where workers run. The interface between the worker room and a machine: this one, or later others. */

import type { Readable } from 'node:stream';
import type { Transport } from '../channel/transport';
import type { ProvisionOptions } from '../environment/environment-options';
import type { Environment } from '../environment/provisioner';
import type { NamedPython } from '../environment/python-request';
import type { ExitStatus } from '../process/spawn';

/** What a worker is to run. Plain data. */
export type WorkerSpec = ModuleSpec | ProgramSpec | ImporterSpec;

interface CommonSpec {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Bytes that the system is asked to hold on the worker's way to this program; none leaves it to the system. */
  readonly socketBufferSize: number | undefined;
}

/** A directory of Python with an entry in it. */
interface ModuleSpec extends CommonSpec {
  readonly kind: 'module';
  /** A path or a `file:` URL. */
  readonly directory: string | URL;
  /** The entry, relative to the directory. */
  readonly entrypoint: string;
  /** `auto`: Python under the bootstrap. `bare`: a program that speaks frames on its own standard streams. */
  readonly protocol: 'auto' | 'bare';
  /** Working directory of the worker. Default: the module's directory. */
  readonly cwd: string | undefined;
  readonly provisioning: ProvisionOptions;
}

/** A program in any language that announces itself, as docs/workers.md tells. */
interface ProgramSpec extends CommonSpec {
  readonly kind: 'program';
  /** A name that is found along PATH, or a path. */
  readonly command: string;
  /** Working directory of the worker. Default: that of this program. */
  readonly cwd: string | undefined;
}

/** A worker of Python that imports what it is told. */
export interface ImporterSpec extends CommonSpec {
  readonly kind: 'importer';
  /** Whose environment it runs in; undefined runs the interpreter as it stands. */
  readonly directory: string | undefined;
  /** The file in it whose header says what it needs, if the directory does not. */
  readonly entrypoint: string | undefined;
  /** The interpreter that is named, for one without an environment. */
  readonly python: NamedPython | undefined;
  /** Working directory of the worker. Default: that of this program. */
  readonly cwd: string | undefined;
  readonly provisioning: ProvisionOptions;
}

/** A module that is ready to be started, any number of times. */
export interface PreparedModule {
  readonly directory: string;
  /** Absolute path of the script or program. */
  readonly entry: string;
  /** Absent where there is none, or the program needs no Python. */
  readonly environment: Environment | undefined;
  /** Absolute path of the interpreter that runs without an environment. */
  readonly plainPython?: string;
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
  /** Makes everything ready that can be made ready before a start. Rejects with the signal's reason if it is aborted. */
  prepare(spec: WorkerSpec, signal: AbortSignal): Promise<PreparedModule>;
  /** Starts one worker. */
  start(spec: WorkerSpec, module: PreparedModule): Promise<StartedWorker>;
}
