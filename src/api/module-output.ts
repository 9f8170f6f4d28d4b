/** What a module prints, for its user. Owns the streams to read it from, its lines, and its way to wherever the option `logs` names. */

import type { Writable } from 'node:stream';
import type { LogLine } from '../channel/log-lines';
import { LogTarget } from '../process/log-target';
import { LineSplitter, OutputStream } from '../process/output';
import type { WorkerOutput } from '../worker/run';

type StreamName = LogLine['stream'];

export class ModuleOutput {
  readonly stdout = new OutputStream();
  readonly stderr = new OutputStream();
  readonly #isIgnored: boolean;
  readonly #targets: Readonly<Record<StreamName, LogTarget>> | undefined;
  readonly #onLine: (line: LogLine) => void;
  readonly #isHeard: () => boolean;

  /**
   * @param onLine takes each line and record
   * @param isHeard whether anybody wants lines
   */
  constructor(logs: 'inherit' | 'pipe' | 'ignore' | Writable, onLine: (line: LogLine) => void, isHeard: () => boolean) {
    this.#isIgnored = logs === 'ignore';
    this.#targets = targetsOf(logs);
    this.#onLine = onLine;
    this.#isHeard = isHeard;
  }

  /** Gives what takes the output of one worker, whose lines are its own. */
  worker(): WorkerOutput {
    const lines = { stdout: this.#splitter('stdout'), stderr: this.#splitter('stderr') };
    return {
      onBytes: (stream, chunk, onRoom) => {
        if (this.#isHeard()) lines[stream].add(chunk);
        return this.#pass(stream, chunk, onRoom);
      },
      onPrinted: (stream, chunk) => this.#passFreely(stream, chunk),
      onLine: (line) => this.#onLine(line),
      onEnd: () => {
        lines.stdout.finish();
        lines.stderr.finish();
      },
    };
  }

  /** No worker comes any more. */
  finish(): void {
    this.stdout.finish();
    this.stderr.finish();
  }

  #splitter(stream: StreamName): LineSplitter {
    return new LineSplitter((line) => this.#onLine({ stream, line }));
  }

  #pass(stream: StreamName, chunk: Uint8Array, onRoom: () => void): boolean {
    if (this.#isIgnored) return true;
    let behind = 0;
    const onCaughtUp = (): void => {
      if (--behind === 0) onRoom();
    };
    for (const taker of [this[stream], this.#targets?.[stream]]) if (taker?.add(chunk, onCaughtUp) === false) behind++;
    return behind === 0;
  }

  /** A reader that is behind cannot hold these back without holding back answers too. */
  #passFreely(stream: StreamName, chunk: Uint8Array): void {
    if (this.#isIgnored) return;
    this[stream].addFreely(chunk);
    this.#targets?.[stream].addFreely(chunk);
  }
}

function targetsOf(logs: 'inherit' | 'pipe' | 'ignore' | Writable): Record<StreamName, LogTarget> | undefined {
  if (logs === 'pipe' || logs === 'ignore') return undefined;
  if (logs === 'inherit') return { stdout: new LogTarget(() => process.stdout), stderr: new LogTarget(() => process.stderr) };
  const target = new LogTarget(() => logs);
  return { stdout: target, stderr: target };
}
