/** The errors of supervision and of declared modules. The tree that they belong to is drawn in errors.ts. */

import { brand, SynapseError, WorkerCrashedError } from './errors';

/** A Module or ModuleManager was used in a way that its declaration does not allow. `module` is the name of the module. */
export class ModuleDefinitionError extends SynapseError {
  readonly module: string;

  constructor(module: string, message: string) {
    super(message, { code: 'ERR_SYNAPSE_MODULE_DEFINITION' });
    this.module = module;
  }
}

/** The worker does not serve what the Module declares. `member` is the method or event; `actual` is undefined if it is missing. */
export class SchemaMismatchError extends SynapseError {
  readonly module: string;
  readonly kind: 'method' | 'event';
  readonly member: string;
  /** What the module declares: the response of the method, or `event`. */
  readonly expected: string;
  readonly actual: string | undefined;

  constructor(
    message: string,
    details: { module: string; kind: 'method' | 'event'; member: string; expected: string; actual: string | undefined },
  ) {
    super(message, { code: 'ERR_SYNAPSE_SCHEMA_MISMATCH' });
    this.module = details.module;
    this.kind = details.kind;
    this.member = details.member;
    this.expected = details.expected;
    this.actual = details.actual;
  }
}

/** A worker gave no sign of life: it was stopped, or hangs in code that lets nothing else run and computes nothing. `timeout` is in milliseconds. */
export class HeartbeatTimeoutError extends WorkerCrashedError {
  readonly timeout: number;

  constructor(timeout: number, message: string, stderr: string) {
    super(message, { code: 'ERR_SYNAPSE_HEARTBEAT_TIMEOUT', exitCode: null, signal: 'SIGKILL', stderr, begun: true });
    this.timeout = timeout;
  }
}

/** Workers ended more often than the policy allows, so no more are started. `lastError` is how the last one ended. */
export class RestartLimitError extends SynapseError {
  readonly restarts: number;
  /** Milliseconds in which so many restarts are allowed. */
  readonly windowMs: number;
  readonly lastError: unknown;

  constructor(message: string, details: { restarts: number; windowMs: number; lastError: unknown }) {
    super(message, { code: 'ERR_SYNAPSE_RESTART_LIMIT', cause: details.lastError });
    this.restarts = details.restarts;
    this.windowMs = details.windowMs;
    this.lastError = details.lastError;
  }
}

/** A call was given up because every worker that ran it ended. `crashes` is how many; `cause` is how the last one ended. */
export class QuarantinedError extends SynapseError {
  readonly method: string;
  readonly crashes: number;

  constructor(method: string, crashes: number, message: string, cause: unknown) {
    super(message, { code: 'ERR_SYNAPSE_QUARANTINED', cause });
    this.method = method;
    this.crashes = crashes;
  }
}

brand({ ModuleDefinitionError, SchemaMismatchError, HeartbeatTimeoutError, RestartLimitError, QuarantinedError });
