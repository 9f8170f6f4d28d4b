/** What a Synapse tells those who listen to it. */

import type { CancelReport } from '../channel/cancellations';
import type { LogLine } from '../channel/log-lines';
import type { ProvisionEvent } from '../environment/progress';
import type { ExitStatus } from '../process/spawn';
import type { StateChange } from '../worker/lifecycle';

/** The events of a Synapse and what their listeners get. */
export interface SynapseEvents {
  /** The state changed; of several workers it is that of the one that has got furthest. */
  state: [change: StateChange];
  /** The module printed a line, or logged a record. */
  log: [line: LogLine];
  /** Provisioning does something; not emitted when there is nothing to do. */
  provision: [event: ProvisionEvent];
  /** A call that was given up (timeout, abort, a stream that was left) has come to its end. */
  cancel: [report: CancelReport];
  /** A worker's process ended. */
  exit: [status: ExitStatus];
  /** A worker that was lost is started again; the error says how it ended. */
  restart: [error: Error];
  /** A worker was lost without being asked to end, or could not be started again. Emitted only when there is a listener. */
  error: [error: Error];
}
