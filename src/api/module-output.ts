/** What a module prints, for its user. Owns the streams to read it from, its lines, and its way to wherever the option `logs` names. */

import type { Writable } from 'node:stream';
import type { LogLine } from '../channel/log-lines';
import { LineSplitter, OutputStream } from '../process/output';
import type { WorkerOutput } from '../worker/run';

type StreamName = LogLine['stream'];

export class ModuleOutput {
  readonly stdout = new OutputStream();
  readonly stderr = new OutputStream();
  readonly #logs: 'inherit' | 'pipe' | 'ignore' | Writable;
  readonly #onLine: (line: LogLine) => void;
  readonly #isHeard: () => boolean;

  /**
   * @param onLine takes each line and record
   * @param isHeard whether anybody wants lines
   */
  constructor(logs: 'inherit' | 'pipe' | 'ignore' | Writable, onLine: (line: LogLine) => void, isHeard: () => boolean) {
    this.#logs = logs;
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
      // A reader that is behind cannot hold these back without holding back answers too.
      onPrinted: (stream, chunk) => this.#pass(stream, chunk, () => undefined),
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
    if (this.#logs === 'ignore') return true;
    if (this.#logs === 'inherit') process[stream].write(chunk);
    else if (this.#logs !== 'pipe') this.#logs.write(chunk);
    return this[stream].add(chunk, onRoom);
  }
}
