/** What a worker reports to whoever made it. */

import type { CancelReport } from '../channel/cancellations';
import type { ExitStatus } from '../process/spawn';
import type { StateChange } from './lifecycle';
import type { WorkerNews, WorkerOutput } from './run';

/** How a worker was lost although nobody asked it to end. */
export interface Loss {
  /** Resolves when its process has ended. */
  readonly ended: Promise<Error>;
  /** The cancelled call that went on too long, if it was ended for that. */
  readonly stuck?: CancelReport;
}

/** What a worker reports to whoever made it. */
export interface WorkerObserver {
  readonly output: WorkerOutput;
  readonly news: WorkerNews;
  onState(change: StateChange): void;
  /** Its process ended, whether wanted or not. */
  onExit(status: ExitStatus): void;
  /** It was lost; its process has ended or is ending. */
  onLost(loss: Loss): void;
  /** A call came to its end. */
  onFreed(): void;
}
