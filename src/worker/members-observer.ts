/** What is told of the workers of a pool. */

import type { ExitStatus } from '../process/spawn';
import type { Hello } from '../protocol/message';
import type { StateChange } from './lifecycle';
import type { WorkerNews, WorkerOutput } from './run';

export interface MembersObserver {
  readonly news: WorkerNews;
  /** Gives what takes the output of one more worker. */
  output(): WorkerOutput;
  onState(change: StateChange): void;
  onExit(status: ExitStatus): void;
  onRetry(attempt: number, error: Error, delay: number): void;
  /** A worker was lost, and is started again. */
  onRestart(error: Error): void;
  /** A worker is ready, and has said hello if it speaks that protocol. */
  onReady(hello: Hello | undefined): void;
  /** A worker does not come again. `lastError` is how it ended; there is a reason if its supervision has given up. */
  onGone(lastError: Error, reason?: Error): void;
  /** A worker was lost, or could not be started besides others. */
  onError(error: Error): void;
  onFreed(): void;
}
