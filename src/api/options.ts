/** The options of a Synapse. Owns their defaults and their checks. */

import type { Writable } from 'node:stream';
import type { CallOptions } from '../channel/pending';
import type { InstallerChoice } from '../environment/installer';
import { checkEnvironmentOptions, type ProvisionOptions } from '../environment/plan';
import type { InvalidOptionError } from '../errors';
import { checkLists, checkNames, checkSignal, checkSwitches, checkTexts, invalid, oneOf } from '../option-checks';
import type { IntPolicy } from '../protocol/decoder';
import type { WorkerLimits } from '../worker/worker';

/** Milliseconds until the hello: a large model takes a minute or more to load. */
const DEFAULT_STARTUP_TIMEOUT_MS = 120_000;
/** Milliseconds of a call: none, since only the user knows how long the module may compute. */
const DEFAULT_CALL_TIMEOUT_MS = 0;
/** Milliseconds of a function whose call was given up: no limit, since what the module holds in memory would be lost. */
const DEFAULT_CANCEL_TIMEOUT_MS = 0;
/** Milliseconds between the end of the worker's input and SIGTERM. */
const DEFAULT_DISPOSE_TIMEOUT_MS = 500;
/** Bytes of a frame: room for large arrays, and a bound on what a broken worker can make this program allocate. */
const DEFAULT_MAX_FRAME_BYTES = 256 * 1024 * 1024;
/** A frame's length has 32 bits. */
const LARGEST_MAX_FRAME_BYTES = 2 ** 32 - 1;
/** Calls waiting: a bound that a program meets only when it has lost control of its calls. */
const DEFAULT_MAX_QUEUE = 100_000;
/** Calls on their way: enough that neither side ever waits for the other. */
const DEFAULT_MAX_IN_FLIGHT = 64;
/** The longest time that a Node timer can wait. */
const LARGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Options of a Synapse. */
export interface SynapseOptions {
  /** Path, name or version (`3.12`) of the interpreter. Default: `SYNAPSE_PYTHON`, then `.python-version`, `python3`, `python` (on Windows also `py -3`). */
  python?: string;
  /** What installs packages. Default `auto`: uv, fetched once if this machine has none, and pip where there can be no uv. */
  installer?: InstallerChoice;
  /** Place of the environment, relative to the module's directory. Default `.venv`. */
  venv?: string;
  /** Whether modules with equal inputs share one environment, in this user's cache. Default false. Not together with `venv`. */
  store?: boolean;
  /** Requirement files, relative to the module's directory. Default: the first that is there; an empty list needs none. */
  requirements?: string | string[];
  /** Whether the network must not be used for installing. Default false. */
  offline?: boolean;
  /** A directory of wheels, relative to the module's, that takes the place of the package index. */
  wheelhouse?: string;
  /** Whether an environment that somebody else made, and that lacks something, may be deleted and made anew. Default false. */
  recreate?: boolean;
  /** Variables for the worker and the installer, besides this program's own. */
  env?: NodeJS.ProcessEnv;
  /** Arguments for the entry: `sys.argv[1:]`. */
  args?: string[];
  /** Working directory of the worker. Default: the module's directory. */
  cwd?: string;
  /** Milliseconds from the start of the process until it must be ready. Default 120,000; 0 is no limit. */
  startupTimeout?: number;
  /** Milliseconds that a call may take. Default 0: no limit. */
  callTimeout?: number;
  /**
   * Milliseconds that a function may go on after its call was given up, by timeout or abort; then the worker is ended and another one
   * started in its place. Default 0: no limit.
   */
  cancelTimeout?: number;
  /** Milliseconds that a worker gets to end by itself. Default 500. */
  disposeTimeout?: number;
  /** Most bytes of one frame's body, both ways. Default 268,435,456. */
  maxFrameBytes?: number;
  /** Most calls that wait to be sent. Default 100,000. */
  maxQueue?: number;
  /** Most calls sent and not yet answered; 1 sends each after the answer of the one before. Default 64. */
  maxInFlight?: number;
  /**
   * Where the module's output goes besides `stdout`, `stderr` and the `log` event: `inherit` to this program's own, a stream, or
   * nowhere (`pipe`, the default). `ignore` also leaves `stdout` and `stderr` empty.
   */
  logs?: 'inherit' | 'pipe' | 'ignore' | Writable;
  /**
   * What whole numbers of Python become: `auto`, the default, a number if it is a safe integer and else a bigint; `bigint` always a bigint;
   * `number` always a number, which rounds large ones.
   */
  int?: IntPolicy;
  /** `bare` runs the entry without the bootstrap: any program that speaks frames on its standard streams. Default `auto`. */
  protocol?: 'auto' | 'bare';
  /** Whether provisioning shows itself on standard error. Default: on a terminal (a bar) and in CI (lines). */
  progress?: boolean;
}

/** Options of `spawn`. */
export interface SpawnOptions {
  /** Aborting stops provisioning and starting; `spawn` rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Options after their check, each with its value. */
export interface ResolvedOptions {
  readonly provisioning: ProvisionOptions;
  readonly limits: WorkerLimits;
  readonly int: IntPolicy;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string | undefined;
  readonly logs: 'inherit' | 'pipe' | 'ignore' | Writable;
  readonly protocol: 'auto' | 'bare';
  readonly progress: boolean;
}

const CALL_NAMES: ReadonlySet<string> = new Set<keyof CallOptions>(['timeout', 'signal']);
const SPAWN_NAMES: ReadonlySet<string> = new Set<keyof SpawnOptions>(['signal']);
const PROVISIONING_NAMES = ['python', 'installer', 'venv', 'store', 'requirements', 'offline', 'wheelhouse', 'recreate'] as const;
const NAMES: ReadonlySet<string> = new Set<keyof SynapseOptions>([
  ...PROVISIONING_NAMES,
  'env',
  'args',
  'cwd',
  'startupTimeout',
  'callTimeout',
  'cancelTimeout',
  'disposeTimeout',
  'maxFrameBytes',
  'maxQueue',
  'maxInFlight',
  'logs',
  'int',
  'protocol',
  'progress',
]);

/**
 * Checks options and fills in defaults.
 *
 * @throws InvalidOptionError an option is unknown or not of its form; `option` names it (ERR_SYNAPSE_INVALID_OPTION)
 */
export function resolveOptions(options: SynapseOptions): ResolvedOptions {
  checkNames(options, NAMES);
  const { env = {}, args = [], cwd, logs = 'pipe', int = 'auto', protocol = 'auto' } = options;
  checkTexts(options, ['cwd']);
  checkLists(options, ['args']);
  checkSwitches(options, ['progress']);
  checkEnvironmentOptions(options);
  oneOf('int', int, ['auto', 'bigint', 'number']);
  oneOf('protocol', protocol, ['auto', 'bare']);
  if (typeof logs === 'string') oneOf('logs', logs, ['inherit', 'pipe', 'ignore']);
  else if (typeof logs?.write !== 'function')
    throw invalid('logs', 'The option logs must be "inherit", "pipe", "ignore" or a writable stream.');
  return {
    provisioning: { ...pick(options, PROVISIONING_NAMES), env },
    limits: {
      startupTimeout: whole(options, 'startupTimeout', DEFAULT_STARTUP_TIMEOUT_MS, 0, LARGEST_TIMEOUT_MS),
      callTimeout: whole(options, 'callTimeout', DEFAULT_CALL_TIMEOUT_MS, 0, LARGEST_TIMEOUT_MS),
      cancelTimeout: whole(options, 'cancelTimeout', DEFAULT_CANCEL_TIMEOUT_MS, 0, LARGEST_TIMEOUT_MS),
      disposeTimeout: whole(options, 'disposeTimeout', DEFAULT_DISPOSE_TIMEOUT_MS, 0, LARGEST_TIMEOUT_MS),
      maxFrameBytes: whole(options, 'maxFrameBytes', DEFAULT_MAX_FRAME_BYTES, 1, LARGEST_MAX_FRAME_BYTES),
      maxQueue: whole(options, 'maxQueue', DEFAULT_MAX_QUEUE, 1, Number.MAX_SAFE_INTEGER),
      maxInFlight: whole(options, 'maxInFlight', DEFAULT_MAX_IN_FLIGHT, 1, Number.MAX_SAFE_INTEGER),
    },
    int,
    args,
    env,
    cwd,
    logs,
    protocol,
    progress: options.progress ?? (process.stderr.isTTY || Boolean(process.env['CI'])),
  };
}

/**
 * Checks the options of one call.
 *
 * @throws InvalidOptionError an option is unknown or not of its form (ERR_SYNAPSE_INVALID_OPTION)
 */
export function checkCallOptions(options: CallOptions): void {
  checkCallNames(options);
  const { timeout, signal } = options;
  if (timeout !== undefined) whole({ timeout }, 'timeout', 0, 0, LARGEST_TIMEOUT_MS);
  checkSignal(signal);
}

/**
 * Checks what `onEvent` is given.
 *
 * @throws InvalidOptionError it is no function (ERR_SYNAPSE_INVALID_OPTION)
 */
export function checkCallback(callback: unknown): void {
  if (typeof callback !== 'function') throw invalid('callback', 'The callback of onEvent must be a function, which gets what is emitted.');
}

/** What looks like more arguments is told where those go. */
function checkCallNames(options: CallOptions): void {
  try {
    checkNames(options, CALL_NAMES);
  } catch (error) {
    const { option, message } = error as InvalidOptionError;
    throw invalid(
      option,
      `${message} They come after the one argument of the function: several arguments go by py.name(a, b, kw({ ... })).`,
    );
  }
}

/**
 * Checks what `spawn` is given.
 *
 * @throws InvalidOptionError an argument or option is not of its form (ERR_SYNAPSE_INVALID_OPTION)
 */
export function checkSpawnArguments(directory: unknown, entrypoint: unknown, options: SpawnOptions): void {
  const isPlace = directory instanceof URL ? directory.protocol === 'file:' : typeof directory === 'string' && directory !== '';
  if (!isPlace)
    throw invalid('directory', 'The directory must be a path, or a file: URL such as new URL("./py_module/", import.meta.url).');
  if (typeof directory === 'string' && directory.startsWith('file:')) {
    throw invalid('directory', `The directory ${directory} is a URL as text: pass the URL object itself.`);
  }
  if (typeof entrypoint !== 'string') throw invalid('entrypoint', 'The entry must be a text, such as "main"; options come after it.');
  checkNames(options, SPAWN_NAMES);
  checkSignal(options.signal);
}

/** Refuses the name of a method or event that is no text. */
export function checkName(what: 'method' | 'name', value: unknown): void {
  if (typeof value !== 'string' || value === '') throw invalid(what, `The ${what} must be a text that is not empty.`);
}

/** Gives those of the options that are set. */
function pick<O extends object, N extends keyof O>(options: O, names: readonly N[]): Pick<O, N> {
  return Object.fromEntries(names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]])) as Pick<O, N>;
}

function whole<N extends string>(
  options: Partial<Record<N, number>> | SynapseOptions,
  name: N,
  fallback: number,
  least: number,
  most: number,
): number {
  const value = (options as Partial<Record<N, number>>)[name] ?? fallback;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(name, `The option ${name} must be a whole number from ${least} to ${most}, not ${String(value)}.`);
}
