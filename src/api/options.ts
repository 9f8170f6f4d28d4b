/** The options of a Synapse. Owns their defaults and their checks. */

import type { Writable } from 'node:stream';
import { checkEnvironmentOptions, type ProvisionOptions } from '../environment/environment-options';
import type { InstallerChoice } from '../environment/installer';
import {
  checkLists,
  checkNames,
  checkSwitches,
  checkTexts,
  checkVariables,
  invalid,
  LARGEST_TIMEOUT_MS,
  oneOf,
  wholeOption,
} from '../option-checks';
import type { IntPolicy } from '../protocol/decoder';
import type { PoolSize } from '../worker/members';
import type { SpawnPolicy } from '../worker/restart-policy';
import type { WorkerLimits } from '../worker/worker-options';
import { type PoolOptions, type ResolvedPolicy, resolvePolicy, resolveSize } from './supervision-options';

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
  /**
   * How many Python processes serve the calls: a number, `auto` for as many as this machine computes at once, or bounds between which they
   * come and go. Each has the module's variables for itself. Default 1.
   */
  workers?: number | 'auto' | PoolOptions;
  /**
   * Whether, and how, a worker that ended by itself is started again. Calls that had not begun wait for it. Default: true if
   * `workers` is anything but 1, else false.
   */
  restart?: boolean | SpawnPolicy;
  /** Whether provisioning shows itself on standard error. Default: on a terminal (a bar) and in CI (lines). */
  progress?: boolean;
}

/** Options after their check, each with its value. */
export interface ResolvedOptions {
  readonly provisioning: ProvisionOptions;
  readonly limits: WorkerLimits;
  readonly int: IntPolicy;
  readonly size: PoolSize;
  readonly policy: ResolvedPolicy;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string | undefined;
  readonly logs: 'inherit' | 'pipe' | 'ignore' | Writable;
  readonly protocol: 'auto' | 'bare';
  readonly progress: boolean;
}

const PROVISIONING_NAMES = ['python', 'installer', 'venv', 'store', 'requirements', 'offline', 'wheelhouse', 'recreate'] as const;
/** The names of all options. */
export const OPTION_NAMES: ReadonlySet<string> = new Set<keyof SynapseOptions>([
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
  'workers',
  'restart',
  'progress',
]);

/**
 * Checks options and fills in defaults.
 *
 * @param names those that are taken
 * @throws InvalidOptionError an option is unknown or not of its form; `option` names it (ERR_SYNAPSE_INVALID_OPTION)
 */
export function resolveOptions(options: SynapseOptions, names = OPTION_NAMES): ResolvedOptions {
  checkNames(options, names);
  const { env = {}, args = [], cwd, logs = 'pipe', int = 'auto', protocol = 'auto' } = options;
  checkTexts(options, ['cwd']);
  checkVariables(options, 'env');
  checkLists(options, ['args']);
  checkSwitches(options, ['progress']);
  checkEnvironmentOptions(options);
  oneOf('int', int, ['auto', 'bigint', 'number']);
  oneOf('protocol', protocol, ['auto', 'bare']);
  if (typeof logs === 'string') oneOf('logs', logs, ['inherit', 'pipe', 'ignore']);
  else if (typeof logs?.write !== 'function')
    throw invalid('logs', 'The option logs must be "inherit", "pipe", "ignore" or a writable stream.');
  const size = resolveSize(options.workers);
  const policy = resolveRestart(options.restart, options.workers);
  return {
    provisioning: { ...pick(options, PROVISIONING_NAMES), env },
    limits: {
      startupTimeout: policy.initTimeout ?? wholeOption(options, 'startupTimeout', DEFAULT_STARTUP_TIMEOUT_MS, 0, LARGEST_TIMEOUT_MS),
      callTimeout: wholeOption(options, 'callTimeout', DEFAULT_CALL_TIMEOUT_MS, 0, LARGEST_TIMEOUT_MS),
      cancelTimeout: wholeOption(options, 'cancelTimeout', DEFAULT_CANCEL_TIMEOUT_MS, 0, LARGEST_TIMEOUT_MS),
      disposeTimeout: wholeOption(options, 'disposeTimeout', DEFAULT_DISPOSE_TIMEOUT_MS, 0, LARGEST_TIMEOUT_MS),
      maxFrameBytes: wholeOption(options, 'maxFrameBytes', DEFAULT_MAX_FRAME_BYTES, 1, LARGEST_MAX_FRAME_BYTES),
      maxQueue: wholeOption(options, 'maxQueue', DEFAULT_MAX_QUEUE, 1, Number.MAX_SAFE_INTEGER),
      maxInFlight: wholeOption(options, 'maxInFlight', DEFAULT_MAX_IN_FLIGHT, 1, Number.MAX_SAFE_INTEGER),
    },
    int,
    size,
    policy,
    args,
    env,
    cwd,
    logs,
    protocol,
    progress: options.progress ?? (process.stderr.isTTY || Boolean(process.env['CI'])),
  };
}

/** A first spawn that fails is not tried again unless the policy says so: a fault in the module shows at once. */
function resolveRestart(restart: boolean | SpawnPolicy | undefined, workers: SynapseOptions['workers'] = 1): ResolvedPolicy {
  if (typeof restart === 'object') return resolvePolicy(restart, { restartOnCrash: true, firstRetries: 0 });
  if (restart !== undefined && typeof restart !== 'boolean')
    throw invalid('restart', 'The option restart must be true, false or a policy.');
  return resolvePolicy({}, { restartOnCrash: restart ?? workers !== 1, firstRetries: 0 });
}

/** Gives those of the options that are set. */
function pick<O extends object, N extends keyof O>(options: O, names: readonly N[]): Pick<O, N> {
  return Object.fromEntries(names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]])) as Pick<O, N>;
}
