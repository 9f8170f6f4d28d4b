/** The public names, nothing else. */

export type { SpawnOptions } from './api/arguments';
export type { ExecutableOptions } from './api/declaration';
export { clean, explain, inspect } from './api/environments';
export type { PythonMember, PythonModule, PythonObject } from './api/imported-module';
export { type AnyModule, Module } from './api/module';
export { ManagerErrors, ModuleErrors } from './api/module-errors';
export { type ManagerEventMap, ManagerEvents, type ModuleEventMap, ModuleEvents } from './api/module-events';
export { ModuleManager } from './api/module-manager';
export type { SynapseOptions } from './api/options';
export { ensureWorker, python, shutdown } from './api/python';
export type { PythonProxy } from './api/python-proxy';
export type { DeclaredEvent, DeclaredMethod, EventConfig, MethodConfig } from './api/schema';
export type { PythonOptions } from './api/shared-modules';
export type { PoolOptions } from './api/supervision-options';
export { type PythonStream, Synapse } from './api/synapse';
export type { SynapseEvents } from './api/synapse-events';
export {
  type CallPhase,
  CallTimeoutError,
  CancelledError,
  PythonError,
  type PythonFrame,
  QueueFullError,
  RemoteError,
  type ResponseKind,
  StaleHandleError,
  UnknownMethodError,
  UnsupportedCallError,
} from './call-errors';
export type { TimeSummary } from './channel/call-times';
export type { CancelReport } from './channel/cancellations';
export type { Handle } from './channel/handle';
export { type Keywords, kw } from './channel/keywords';
export type { LogLevel, LogLine } from './channel/log-lines';
export type { CallOptions } from './channel/pending';
export type { Rung } from './channel/remote-error';
export { arrowCodec } from './codecs/arrow';
export type { Codec, TypedCodec } from './codecs/codec';
export { msgpackCodec } from './codecs/msgpack';
export { rawCodec } from './codecs/raw';
export { rawChunksCodec } from './codecs/raw-chunks';
export type { CleanOptions } from './environment/cleaner';
export type { EnvironmentOptions, ProvisionOptions } from './environment/environment-options';
export type { EnvironmentStatus, Explanation } from './environment/inspection';
export type { InstallerChoice } from './environment/installer';
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
export { HeartbeatTimeoutError, ModuleDefinitionError, QuarantinedError, RestartLimitError, SchemaMismatchError } from './module-errors';
export type { ExitStatus } from './process/spawn';
export type { ArrowTable } from './protocol/arrow';
export { Duration } from './protocol/duration';
export { type ArrayData, NDArray } from './protocol/ndarray';
export { PlainDate, PlainDateTime, PlainTime } from './protocol/plain-date-time';
export { PreciseDate } from './protocol/precise-date';
export { Complex, Decimal, UUID } from './protocol/values';
export type { HeartbeatPolicy } from './worker/heartbeat';
export type { ModuleState, StateChange } from './worker/lifecycle';
export type { PoolStats } from './worker/pool-stats';
export type { RestartLimit, RetryDelay, SpawnPolicy, SpawnPolicy as RestartPolicy } from './worker/restart-policy';
