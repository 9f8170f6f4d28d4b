/**
 * The errors of this library. Owns their classes, codes and data; the texts are written where the facts are known.
 *
 *   SynapseError               ERR_SYNAPSE
 *     InvalidOptionError       ERR_SYNAPSE_INVALID_OPTION
 *     InvalidModuleError       ERR_SYNAPSE_DIRECTORY_NOT_FOUND, _ENTRY_NOT_FOUND, _ENTRY_OUTSIDE, _REQUIREMENTS_NOT_FOUND,
 *                              _REQUIREMENTS_INVALID
 *     ProvisionError           ERR_SYNAPSE_PROVISION, _PYTHON_NOT_FOUND, _LOCK_TIMEOUT, _ENVIRONMENT_IN_USE,
 *                              _FOREIGN_ENVIRONMENT
 *     SpawnError               ERR_SYNAPSE_SPAWN
 *     AlreadySpawnedError      ERR_SYNAPSE_ALREADY_SPAWNED
 *     NotReadyError            ERR_SYNAPSE_NOT_READY
 *     DisposedError            ERR_SYNAPSE_DISPOSED
 *     WorkerCrashedError       ERR_SYNAPSE_WORKER_CRASHED
 *       HeartbeatTimeoutError  ERR_SYNAPSE_HEARTBEAT_TIMEOUT (in module-errors.ts)
 *     FrameError               ERR_SYNAPSE_FRAME
 *       FrameTooLargeError     ERR_SYNAPSE_FRAME_TOO_LARGE
 *     SerializationError       ERR_SYNAPSE_SERIALIZATION
 *     and in call-errors.ts:
 *     CallTimeoutError         ERR_SYNAPSE_CALL_TIMEOUT
 *     QueueFullError           ERR_SYNAPSE_QUEUE_FULL
 *     UnknownMethodError       ERR_SYNAPSE_UNKNOWN_METHOD
 *     UnsupportedCallError     ERR_SYNAPSE_UNSUPPORTED_CALL
 *     StaleHandleError         ERR_SYNAPSE_STALE_HANDLE
 *     CancelledError           ERR_SYNAPSE_CANCELLED
 *     RemoteError              ERR_SYNAPSE_REMOTE
 *       PythonError            ERR_SYNAPSE_PYTHON
 *     and in module-errors.ts:
 *     ModuleDefinitionError    ERR_SYNAPSE_MODULE_DEFINITION
 *     SchemaMismatchError      ERR_SYNAPSE_SCHEMA_MISMATCH
 *     RestartLimitError        ERR_SYNAPSE_RESTART_LIMIT
 *     QuarantinedError         ERR_SYNAPSE_QUARANTINED
 *
 * The package exists twice in a program that imports and requires it, so `instanceof` goes by a brand, not by identity.
 */

const BRAND = Symbol.for('synapse-py.error');

type ErrorClass = abstract new (...args: never[]) => Error;

function brandsOf(value: object): unknown[] {
  const brands: unknown[] = [];
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, BRAND)) brands.push((at as Record<symbol, unknown>)[BRAND]);
  }
  return brands;
}

/** Gives classes their names and brands, by which `instanceof` goes. */
export function brand(classes: Record<string, ErrorClass>): void {
  for (const [name, errorClass] of Object.entries(classes)) {
    Object.defineProperty(errorClass.prototype, 'name', { value: name, configurable: true, writable: true });
    Object.defineProperty(errorClass.prototype, BRAND, { value: name });
  }
}

/** What `Error` takes; programs for older targets than ES2022 have no type of it. */
interface Options {
  cause?: unknown;
}

/** Base of every error of this library. `code` is stable; the message says what was tried, what happened and what to do. */
export class SynapseError extends Error {
  readonly code: string;

  constructor(message: string, options: Options & { code?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code ?? 'ERR_SYNAPSE';
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    // biome-ignore lint/complexity/noThisInStatic: a subclass asks for its own brand
    const own = this.prototype as object;
    if (!Object.hasOwn(own, BRAND)) return Object.prototype.isPrototypeOf.call(own, value);
    return brandsOf(value).includes((own as Record<symbol, unknown>)[BRAND]);
  }
}

/** An option or argument is not of the documented form. `option` names it. */
export class InvalidOptionError extends SynapseError {
  readonly option: string;

  constructor(option: string, message: string) {
    super(message, { code: 'ERR_SYNAPSE_INVALID_OPTION' });
    this.option = option;
  }
}

export type InvalidModuleCode =
  | 'ERR_SYNAPSE_DIRECTORY_NOT_FOUND'
  | 'ERR_SYNAPSE_ENTRY_NOT_FOUND'
  | 'ERR_SYNAPSE_ENTRY_OUTSIDE'
  | 'ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND'
  | 'ERR_SYNAPSE_REQUIREMENTS_INVALID';

/** The module's directory lacks something. `path` is what was looked for. */
export class InvalidModuleError extends SynapseError {
  declare readonly code: InvalidModuleCode;
  readonly path: string;

  constructor(code: InvalidModuleCode, path: string, message: string) {
    super(message, { code });
    this.path = path;
  }
}

/** What provisioning was doing: finding Python, waiting for its turn, making, filling or checking the environment. */
export type ProvisionStep = 'discover' | 'lock' | 'venv' | 'install' | 'verify' | 'stamp';

export type ProvisionCode =
  | 'ERR_SYNAPSE_PROVISION'
  | 'ERR_SYNAPSE_PYTHON_NOT_FOUND'
  | 'ERR_SYNAPSE_LOCK_TIMEOUT'
  | 'ERR_SYNAPSE_ENVIRONMENT_IN_USE'
  | 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT';

/** The environment could not be made. `command` and `output` are the installer's own, `hint` is what to do. */
export class ProvisionError extends SynapseError {
  declare readonly code: ProvisionCode;
  readonly step: ProvisionStep;
  readonly command: string | undefined;
  readonly output: string;
  readonly hint: string;

  constructor(
    message: string,
    details: {
      step: ProvisionStep;
      hint: string;
      command?: string | undefined;
      output?: string;
      cause?: unknown;
      code?: ProvisionCode;
    },
  ) {
    super(message, { code: details.code ?? 'ERR_SYNAPSE_PROVISION', cause: details.cause });
    this.step = details.step;
    this.command = details.command;
    this.output = details.output ?? '';
    this.hint = details.hint;
  }
}

/** The worker did not become ready. `output` is the end of what it printed, the Python traceback included. */
export class SpawnError extends SynapseError {
  /** The name of the Module, or the path of the entry. */
  readonly moduleName: string;
  readonly attempts: number;
  readonly lastError: unknown;
  readonly output: string;

  constructor(message: string, details: { moduleName: string; attempts: number; lastError?: unknown; output: string }) {
    super(message, { code: 'ERR_SYNAPSE_SPAWN', cause: details.lastError });
    this.moduleName = details.moduleName;
    this.attempts = details.attempts;
    this.lastError = details.lastError;
    this.output = details.output;
  }
}

/** `spawn()` was called on a Synapse that has a worker, or is starting one. */
export class AlreadySpawnedError extends SynapseError {
  readonly state: string;

  constructor(state: string, message: string) {
    super(message, { code: 'ERR_SYNAPSE_ALREADY_SPAWNED' });
    this.state = state;
  }
}

/** A call was made while no worker was ready. `state` is the state it was made in. */
export class NotReadyError extends SynapseError {
  readonly state: string;

  constructor(state: string, message: string) {
    super(message, { code: 'ERR_SYNAPSE_NOT_READY' });
    this.state = state;
  }
}

/** The Synapse was disposed before or during the operation. */
export class DisposedError extends SynapseError {
  constructor(message: string) {
    super(message, { code: 'ERR_SYNAPSE_DISPOSED' });
  }
}

/**
 * The worker's process ended while calls were outstanding. `stderr` is the end of what it printed there; `begun` is false if the call
 * certainly had not begun, so that it may be made again whatever it does.
 */
export class WorkerCrashedError extends SynapseError {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly begun: boolean;

  constructor(
    message: string,
    details: { exitCode: number | null; signal: NodeJS.Signals | null; stderr: string; begun?: boolean; code?: string },
  ) {
    super(message, { code: details.code ?? 'ERR_SYNAPSE_WORKER_CRASHED' });
    this.exitCode = details.exitCode;
    this.signal = details.signal;
    this.stderr = details.stderr;
    this.begun = details.begun ?? true;
  }
}

/** The bytes on the stream are not the protocol. */
export class FrameError extends SynapseError {
  constructor(message: string, options: Options & { code?: string } = {}) {
    super(message, { code: 'ERR_SYNAPSE_FRAME', ...options });
  }
}

/** A frame's body has `size` bytes where `limit` are allowed. */
export class FrameTooLargeError extends FrameError {
  readonly size: number;
  readonly limit: number;

  constructor(size: number, limit: number, message: string) {
    super(message, { code: 'ERR_SYNAPSE_FRAME_TOO_LARGE' });
    this.size = size;
    this.limit = limit;
  }
}

/** A value has no faithful MessagePack form, or bytes are none. `path` says where, such as `payload.items[3].x`. */
export class SerializationError extends SynapseError {
  readonly path: string;

  constructor(path: string, message: string, options: Options = {}) {
    super(message, { code: 'ERR_SYNAPSE_SERIALIZATION', ...options });
    this.path = path;
  }
}

brand({
  SynapseError,
  InvalidOptionError,
  InvalidModuleError,
  ProvisionError,
  SpawnError,
  AlreadySpawnedError,
  NotReadyError,
  DisposedError,
  WorkerCrashedError,
  FrameError,
  FrameTooLargeError,
  SerializationError,
});
