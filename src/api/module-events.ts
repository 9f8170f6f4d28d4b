/** What a Module and a ModuleManager tell those who listen to them. Owns the names of the events. */

import type { LogLine } from '../channel/log-lines';
import type { ModuleState } from '../worker/lifecycle';

/** The events of a Module, for `module.on`. */
export const ModuleEvents = Object.freeze({
  /** The state changed. */
  STATE: 'state',
  /** The worker was lost without being asked to end, or could not be started again. Emitted only when there is a listener. */
  ERROR: 'error',
  /** There is no worker; one may come again. */
  DISCONNECTED: 'disconnected',
  /** The worker printed a line, or logged a record. */
  LOG: 'log',
} as const);

/** The events of a Module and what their listeners get. */
export interface ModuleEventMap {
  state: [state: ModuleState];
  error: [error: Error];
  disconnected: [];
  log: [line: LogLine];
}

/** The events of a ModuleManager, for `manager.on`. */
export const ManagerEvents = Object.freeze({
  /** A module takes calls: it was spawned, or has come back. */
  READY: 'ready',
  /** A module was lost, or something about it failed. Emitted only when there is a listener. */
  ERROR: 'error',
  /** An attempt to start a module failed, and another one follows. */
  RETRYING: 'retrying',
  /** A module that had ended by itself is started again. */
  RESTARTING: 'restarting',
  /** A module could not be started. */
  SPAWN_FAILED: 'spawnFailed',
  /** A module was shut down. */
  CLOSED: 'closed',
} as const);

/** The events of a ModuleManager and what their listeners get; the name is that of the module. */
export interface ManagerEventMap {
  ready: [name: string];
  error: [name: string, error: Error];
  /** `attempt` is the number of the one that failed, `delay` the milliseconds until the next. */
  retrying: [name: string, attempt: number, error: Error, delay: number];
  restarting: [name: string, error: Error];
  spawnFailed: [name: string, error: Error];
  closed: [name: string];
}
