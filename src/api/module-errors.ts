/** The errors of Modules and their manager, by what happened. Owns their texts; the classes stand in the files of errors. */

import { type CallPhase, CallTimeoutError, RemoteError, type ResponseKind, UnknownMethodError, UnsupportedCallError } from '../call-errors';
import { AlreadySpawnedError, NotReadyError, SpawnError, WorkerCrashedError } from '../errors';
import { HeartbeatTimeoutError, ModuleDefinitionError, RestartLimitError, SchemaMismatchError } from '../module-errors';

/** Milliseconds of a call of a Module unless something else is said: long enough for most work, short enough to notice what hangs. */
export const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;

type Names = readonly string[];

/** Makes the errors that a Module rejects with. */
export const ModuleErrors = Object.freeze({
  /** @returns a NotReadyError (ERR_SYNAPSE_NOT_READY) with `state` */
  notReady(module: string, state: string): NotReadyError {
    return new NotReadyError(state, `The module ${module} takes no calls, it is ${state}: await manager.spawn('${module}') first.`);
  },

  /** @returns a NotReadyError (ERR_SYNAPSE_NOT_READY) whose `state` is `disconnected` */
  disconnected(module: string): NotReadyError {
    const way = `wait for it to be ready again, or call manager.spawn('${module}')`;
    return new NotReadyError('disconnected', `The worker of the module ${module} has ended: ${way}.`);
  },

  /** @returns a ModuleDefinitionError (ERR_SYNAPSE_MODULE_DEFINITION) with `module` */
  executableNotConfigured(module: string): ModuleDefinitionError {
    const way = "add .python('./directory') or .executable('command', ['argument'])";
    return new ModuleDefinitionError(module, `The module ${module} says nothing of what runs it: ${way}.`);
  },

  /** @returns a ModuleDefinitionError (ERR_SYNAPSE_MODULE_DEFINITION) with `module` */
  noMethodsRegistered(module: string): ModuleDefinitionError {
    return new ModuleDefinitionError(module, `The module ${module} declares no method: add .method('name') for each that is called.`);
  },

  /**
   * @param available the methods that there are
   * @returns an UnknownMethodError (ERR_SYNAPSE_UNKNOWN_METHOD) with `method` and `available`
   */
  unknownMethod(method: string, available: Names = []): UnknownMethodError {
    return new UnknownMethodError(`There is no method ${method}${listed(available)}.`, { method, available });
  },

  /**
   * @param available the methods that the module declares
   * @returns an UnknownMethodError (ERR_SYNAPSE_UNKNOWN_METHOD) with `method` and `available`
   */
  methodNotRegistered(method: string, module?: string, available: Names = []): UnknownMethodError {
    const what = `${subject(module)} does not declare the method ${method}${listed(available)}: add .method('${method}').`;
    return new UnknownMethodError(what, { method, available });
  },

  /** @returns a SchemaMismatchError (ERR_SYNAPSE_SCHEMA_MISMATCH) with `module`, `member` and `expected` */
  methodNotInSchema(method: string, module = '', expected: ResponseKind = 'result'): SchemaMismatchError {
    return ManagerErrors.schemaMissingMethod(module, method, expected);
  },

  /** @returns an UnsupportedCallError (ERR_SYNAPSE_UNSUPPORTED_CALL) with `method` and `response` */
  methodReturnsStream(method: string): UnsupportedCallError {
    const what = `${method} gives a stream: use for await (const value of module.stream('${method}', ...)).`;
    return new UnsupportedCallError(what, { method, response: 'stream', used: 'send' });
  },

  /** @returns an UnsupportedCallError (ERR_SYNAPSE_UNSUPPORTED_CALL) with `method` and `response` */
  methodNotStream(method: string, response: ResponseKind = 'result'): UnsupportedCallError {
    const way = `use module.send('${method}', ...), or declare it with response: 'stream' if it is one`;
    return new UnsupportedCallError(`${method} gives no stream but ${response}: ${way}.`, { method, response, used: 'stream' });
  },

  /**
   * @param timeout milliseconds that the call had
   * @returns a CallTimeoutError (ERR_SYNAPSE_CALL_TIMEOUT) with `method`, `timeout` and `phase`
   */
  timeout(method: string, timeout: number = DEFAULT_REQUEST_TIMEOUT_MS, phase: CallPhase = 'run'): CallTimeoutError {
    const way = 'raise the timeout of the method, or of the module with .requestTimeout(ms); 0 is no limit';
    return new CallTimeoutError(`The call of ${method} had no answer within ${timeout} ms: ${way}.`, { method, timeout, phase });
  },

  /**
   * @param available the events that the module declares
   * @returns a ModuleDefinitionError (ERR_SYNAPSE_MODULE_DEFINITION) with `module`
   */
  unknownEvent(event: string, module = '', available: Names = []): ModuleDefinitionError {
    const what = `${subject(module)} does not declare the event ${event}${listed(available)}: add .event('${event}').`;
    return new ModuleDefinitionError(module, what);
  },

  /**
   * @param error what the worker told: its message, or an error
   * @returns a RemoteError (ERR_SYNAPSE_REMOTE) with `type` and `remoteStack`
   */
  remoteError(method: string, error: string | Error): RemoteError {
    const { message, name, stack = '' } = typeof error === 'string' ? { message: error, name: 'Error' } : error;
    return new RemoteError(`${method} failed in the worker: ${message}`, { type: name, remoteStack: stack, cause: causeOf(error) });
  },
});

/** Makes the errors that a ModuleManager rejects with. */
export const ManagerErrors = Object.freeze({
  /** @returns a ModuleDefinitionError (ERR_SYNAPSE_MODULE_DEFINITION) with `module` */
  alreadyRegistered(module: string): ModuleDefinitionError {
    const what = `A module of the name ${module} is registered already: give each a name of its own.`;
    return new ModuleDefinitionError(module, what);
  },

  /**
   * @param registered the names that there are
   * @returns a ModuleDefinitionError (ERR_SYNAPSE_MODULE_DEFINITION) with `module`
   */
  notRegistered(module: string, registered: Names = []): ModuleDefinitionError {
    const what = `No module of the name ${module} is registered${listed(registered)}: call manager.register(...) with it first.`;
    return new ModuleDefinitionError(module, what);
  },

  /** @returns an AlreadySpawnedError (ERR_SYNAPSE_ALREADY_SPAWNED) with `state` */
  spawnNotAllowed(module: string, state: string): AlreadySpawnedError {
    const way = state === 'closed' ? 'register a new one' : `await manager.shutdown('${module}') before it is spawned anew`;
    return new AlreadySpawnedError(state, `The module ${module} cannot be spawned while it is ${state}: ${way}.`);
  },

  /**
   * @param timeout milliseconds that it had
   * @param output the end of what it printed
   * @returns a SpawnError (ERR_SYNAPSE_SPAWN) with `moduleName`, `attempts` and `output`
   */
  initTimeout(module: string, timeout: number, output = ''): SpawnError {
    const what = `The module ${module} was not ready within ${timeout} ms: raise initTimeout if it has that much to load.`;
    return new SpawnError(withOutput(what, output), { moduleName: module, attempts: 1, output });
  },

  /**
   * @param error what the worker told while it started
   * @returns a SpawnError (ERR_SYNAPSE_SPAWN) with `moduleName`, `attempts`, `lastError` and `output`
   */
  moduleError(module: string, error: string | Error, output = ''): SpawnError {
    const what = `The module ${module} failed while it started: ${textOf(error)}`;
    return new SpawnError(withOutput(what, output), { moduleName: module, attempts: 1, lastError: error, output });
  },

  /** @returns a SchemaMismatchError (ERR_SYNAPSE_SCHEMA_MISMATCH) with `module`, `member`, `expected`; `actual` is undefined */
  schemaMissingMethod(module: string, method: string, expected: ResponseKind = 'result', available: Names = []): SchemaMismatchError {
    const what = `${subject(module)} declares the method ${method}, which its worker does not serve${listed(available)}`;
    return mismatch(`${what}: mend the name, or define ${method} there.`, module, 'method', method, expected, undefined);
  },

  /** @returns a SchemaMismatchError (ERR_SYNAPSE_SCHEMA_MISMATCH) with `module` and `member`; `actual` is undefined */
  schemaMissingEvent(module: string, event: string, available: Names = []): SchemaMismatchError {
    const what = `${subject(module)} declares the event ${event}, which its worker does not emit${listed(available)}`;
    return mismatch(`${what}: mend the name, or declare ${event} there.`, module, 'event', event, 'event', undefined);
  },

  /** @returns a SchemaMismatchError (ERR_SYNAPSE_SCHEMA_MISMATCH) with `module`, `member`, `expected` and `actual` */
  schemaResponseMismatch(module: string, method: string, expected: string, actual: string): SchemaMismatchError {
    const what = `${subject(module)} declares the method ${method} with response: '${expected}', and its worker answers it with ${actual}`;
    return mismatch(`${what}: make both the same.`, module, 'method', method, expected, actual);
  },

  /**
   * @param stderr the end of what it printed there
   * @returns a WorkerCrashedError (ERR_SYNAPSE_WORKER_CRASHED) with `exitCode`, `signal` and `stderr`
   */
  processCrashed(module: string, exitCode: number | null = null, signal: NodeJS.Signals | null = null, stderr = ''): WorkerCrashedError {
    const how = signal ? `was ended by ${signal}` : exitCode === null ? 'ended' : `ended with exit code ${exitCode}`;
    const what = `The worker of the module ${module} ${how} without being asked to: mend what its last lines name.`;
    return new WorkerCrashedError(withOutput(what, stderr), { exitCode, signal, stderr });
  },

  /**
   * @param error why the last attempt failed
   * @returns a SpawnError (ERR_SYNAPSE_SPAWN) with `moduleName`, `attempts`, `lastError` (that error, or of a SpawnError its own) and `output`
   */
  restartFailed(module: string, error: string | Error, attempts = 1): SpawnError {
    const what = `The module ${module} could not be started again${attempts > 1 ? `, in ${attempts} attempts` : ''}: ${textOf(error)}`;
    const { lastError = error, output = '' } = error as Partial<SpawnError>;
    return new SpawnError(what, { moduleName: module, attempts, lastError, output });
  },

  /**
   * @param windowMs milliseconds in which so many restarts are allowed
   * @param lastError how the last worker ended
   * @returns a RestartLimitError (ERR_SYNAPSE_RESTART_LIMIT) with `restarts`, `windowMs` and `lastError`
   */
  tooManyRestarts(module: string, restarts: number, windowMs: number, lastError?: unknown): RestartLimitError {
    const way = 'mend what ends it, or raise restartLimit of the spawn policy';
    const what = `The module ${module} was started again ${restarts} times within ${windowMs} ms and has ended once more: ${way}.`;
    return new RestartLimitError(what, { restarts, windowMs, lastError });
  },

  /**
   * @param timeout milliseconds without a sign of life
   * @returns a HeartbeatTimeoutError (ERR_SYNAPSE_HEARTBEAT_TIMEOUT) with `timeout` and `stderr`
   */
  heartbeatTimeout(module: string, timeout: number, stderr = ''): HeartbeatTimeoutError {
    const way = 'raise heartbeat.timeoutMs of the spawn policy if it was only slow';
    const what = `The worker of the module ${module} gave no sign of life for ${timeout} ms and was ended: ${way}.`;
    return new HeartbeatTimeoutError(timeout, what, stderr);
  },
});

/** Gives the error that tells by name which module takes no calls; any other error as it is. */
export function ofModule(module: string, error: unknown): unknown {
  if (!(error instanceof NotReadyError)) return error;
  return error.state === 'disconnected' ? ModuleErrors.disconnected(module) : ModuleErrors.notReady(module, error.state);
}

function mismatch(
  message: string,
  module: string,
  kind: 'method' | 'event',
  member: string,
  expected: string,
  actual: string | undefined,
): SchemaMismatchError {
  return new SchemaMismatchError(message, { module, kind, member, expected, actual });
}

function subject(module: string | undefined): string {
  return module ? `The module ${module}` : 'The module';
}

function listed(names: Names): string {
  return names.length > 0 ? ` (there are ${names.join(', ')})` : '';
}

function withOutput(message: string, output: string): string {
  return output === '' ? message : `${message} It printed:\n${output}`;
}

function textOf(error: string | Error): string {
  return typeof error === 'string' ? error : error.message;
}

function causeOf(error: string | Error): Error | undefined {
  return typeof error === 'string' ? undefined : error;
}
