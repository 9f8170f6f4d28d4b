/** The errors of calls: what the module raised, or why a call got no answer. The tree that they belong to is drawn in errors.ts. */

import { brand, SynapseError } from './errors';

/** How a method answers: with a value, with a stream of them, with a receipt when it starts, or not at all. */
export type ResponseKind = 'result' | 'stream' | 'ack' | 'none';

/**
 * Where a call was when its time was over: `queue` before its turn came, `transfer` while its bytes or those of its answer were on
 * their way, `run` while the module worked on it.
 */
export type CallPhase = 'queue' | 'run' | 'transfer';

/** A call had no answer in time. `timeout` is in milliseconds; `phase` says where the call was then. */
export class CallTimeoutError extends SynapseError {
  readonly method: string;
  readonly timeout: number;
  readonly phase: CallPhase;

  constructor(message: string, details: { method: string; timeout: number; phase: CallPhase }) {
    super(message, { code: 'ERR_SYNAPSE_CALL_TIMEOUT' });
    this.method = details.method;
    this.timeout = details.timeout;
    this.phase = details.phase;
  }
}

/** As many calls wait as `maxQueue` allows. `limit` is that number. */
export class QueueFullError extends SynapseError {
  readonly limit: number;

  constructor(limit: number, message: string) {
    super(message, { code: 'ERR_SYNAPSE_QUEUE_FULL' });
    this.limit = limit;
  }
}

/** The module has no public function, class or attribute of that name. `available` are the methods that it announced. */
export class UnknownMethodError extends SynapseError {
  readonly method: string;
  readonly available: readonly string[];

  constructor(message: string, details: { method: string; available: readonly string[] }) {
    super(message, { code: 'ERR_SYNAPSE_UNKNOWN_METHOD' });
    this.method = details.method;
    this.available = details.available;
  }
}

/** A method was used in a way that it does not answer. `response` is its kind, if it is known; `used` is what was tried. */
export class UnsupportedCallError extends SynapseError {
  readonly method: string;
  readonly response: ResponseKind | undefined;
  readonly used: string;

  constructor(message: string, details: { method: string; response: ResponseKind | undefined; used: string }) {
    super(message, { code: 'ERR_SYNAPSE_UNSUPPORTED_CALL' });
    this.method = details.method;
    this.response = details.response;
    this.used = details.used;
  }
}

/** A handle was used after its release or after the end of its worker. `type` is the type of the Python object. */
export class StaleHandleError extends SynapseError {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message, { code: 'ERR_SYNAPSE_STALE_HANDLE' });
    this.type = type;
  }
}

/** The module ended a call as cancelled although this program had not given it up: it called `cancel` itself, or its deadline was over. */
export class CancelledError extends SynapseError {
  readonly method: string;

  constructor(method: string, message: string) {
    super(message, { code: 'ERR_SYNAPSE_CANCELLED' });
    this.method = method;
  }
}

/** One level of a Python traceback; the innermost comes last. */
export interface PythonFrame {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The function, or `<module>`. */
  readonly name: string;
  /** The source line, where Python has it. */
  readonly code: string | undefined;
}

/** What a Python exception was made of. */
export interface PythonErrorDetails {
  readonly type: string;
  readonly module: string;
  readonly traceback: string;
  readonly frames: readonly PythonFrame[];
  readonly cause: PythonError | undefined;
  readonly notes: readonly string[];
  readonly errors: readonly PythonError[];
}

/** What a function of a worker threw, in whatever language it is. `type` is the name of its class, `remoteStack` where it came from. */
export class RemoteError extends SynapseError {
  readonly type: string;
  readonly remoteStack: string;

  constructor(message: string, details: { type: string; remoteStack: string; code?: string; cause?: unknown }) {
    super(message, { code: details.code ?? 'ERR_SYNAPSE_REMOTE', cause: details.cause });
    this.type = details.type;
    this.remoteStack = details.remoteStack;
  }
}

/** An exception in Python. Its name is `PythonError(ValueError)`, its message Python's own, followed by its notes. */
export class PythonError extends RemoteError {
  /** The Python module of that class, such as `builtins`. */
  readonly module: string;
  /** As Python prints it. */
  readonly pythonTraceback: string;
  readonly frames: readonly PythonFrame[];
  /** What `add_note` added. */
  readonly notes: readonly string[];
  /** The exceptions of an exception group. */
  readonly errors: readonly PythonError[];

  constructor(message: string, details: PythonErrorDetails) {
    const { type, traceback, cause } = details;
    super([message, ...details.notes].join('\n'), { code: 'ERR_SYNAPSE_PYTHON', type, remoteStack: traceback, cause });
    Object.defineProperty(this, 'name', { value: `PythonError(${type})`, configurable: true, writable: true });
    this.module = details.module;
    this.pythonTraceback = traceback;
    this.frames = details.frames;
    this.notes = details.notes;
    this.errors = details.errors;
  }

  /** True. */
  get isPythonError(): true {
    return true;
  }

  /** What led to it, the nearest first; `cause` is the first of them. */
  get causes(): readonly PythonError[] {
    const { cause } = this;
    return cause instanceof PythonError ? [cause, ...cause.causes] : [];
  }
}

brand({
  CallTimeoutError,
  QueueFullError,
  UnknownMethodError,
  UnsupportedCallError,
  StaleHandleError,
  CancelledError,
  RemoteError,
  PythonError,
});
