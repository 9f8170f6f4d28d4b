/** The public names, nothing else. */

export type { SpawnOptions, SynapseOptions } from './api/options';
export { type LogLine, Synapse, type SynapseEvents } from './api/synapse';
export type { CallOptions } from './channel/pending';
export { type CleanOptions, clean } from './environment/cleaner';
export { type EnvironmentStatus, type Explanation, explain, inspect } from './environment/inspection';
export type { InstallerChoice } from './environment/installer';
export type { EnvironmentOptions, ProvisionOptions } from './environment/plan';
export type { ProvisionEvent } from './environment/progress';
export { type Environment, provision } from './environment/provisioner';
export {
  AlreadySpawnedError,
  CallTimeoutError,
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
  QueueFullError,
  SerializationError,
  SpawnError,
  SynapseError,
  WorkerCrashedError,
} from './errors';
export type { ExitStatus } from './process/spawn';
export type { ModuleState, StateChange } from './worker/lifecycle';
