/** The public names, nothing else. */

export type { SpawnOptions } from './api/arguments';
export type { SynapseOptions } from './api/options';
export type { PythonProxy } from './api/python-proxy';
export { type PythonStream, Synapse } from './api/synapse';
export type { SynapseEvents } from './api/synapse-events';
export {
  type CallPhase,
  CallTimeoutError,
  CancelledError,
  PythonError,
  type PythonFrame,
  QueueFullError,
  type ResponseKind,
  StaleHandleError,
  UnknownMethodError,
  UnsupportedCallError,
} from './call-errors';
export type { CancelReport } from './channel/cancellations';
export type { Handle } from './channel/handle';
export { type Keywords, kw } from './channel/keywords';
export type { LogLevel, LogLine } from './channel/log-lines';
export type { CallOptions } from './channel/pending';
export type { Rung } from './channel/remote-error';
export { type CleanOptions, clean } from './environment/cleaner';
export { type EnvironmentStatus, type Explanation, explain, inspect } from './environment/inspection';
export type { InstallerChoice } from './environment/installer';
export type { EnvironmentOptions, ProvisionOptions } from './environment/plan';
export type { ProvisionEvent } from './environment/progress';
export { type Environment, provision } from './environment/provisioner';
export {
  AlreadySpawnedError,
  DisposedError,
  FrameError,
  FrameTooLargeError,
  type InvalidModuleCode,
  InvalidModuleError,
  InvalidOptionError,
  NotReadyError,
  type ProvisionCode,
  ProvisionError,
  type ProvisionStep,
  SerializationError,
  SpawnError,
  SynapseError,
  WorkerCrashedError,
} from './errors';
export type { ExitStatus } from './process/spawn';
export { Duration } from './protocol/duration';
export { type ArrayData, NDArray } from './protocol/ndarray';
export { PlainDate, PlainDateTime, PlainTime } from './protocol/plain-date-time';
export { PreciseDate } from './protocol/precise-date';
export { Complex, Decimal, UUID } from './protocol/values';
export type { ModuleState, StateChange } from './worker/lifecycle';
