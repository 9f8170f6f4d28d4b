/** What Python prints and logs inside calls. Owns the pieces of lines that are not complete yet, for each call its own. */

/** Levels of Python's logging, the usual ones. */
export type LogLevel = 'debug' | 'info' | 'warning' | 'error' | 'critical';

/** A line that the module printed, or a record that it logged. */
export interface LogLine {
  /** Where it was printed; records go to stderr. */
  readonly stream: 'stdout' | 'stderr';
  /** The line without its end. A printed line of more than 65,536 characters comes in pieces; a record may have several lines. */
  readonly line: string;
  /** Of a record of Python's logging. */
  readonly level?: LogLevel;
  /** The name of the logger. */
  readonly logger?: string;
  /** Id of the call inside which it was printed, where that is known. */
  readonly call?: number;
  /** The method of that call. */
  readonly method?: string;
}

/** What belongs to one text from the worker. */
export interface LogSource {
  readonly level: string;
  readonly logger: string | undefined;
  /** Id of the call; 0 outside calls. */
  readonly call: number;
  readonly method: string | undefined;
}

/** Takes what was printed. */
export interface LogObserver {
  /** A text as it was printed; a record ends with its line. */
  onPrinted(stream: 'stdout' | 'stderr', text: string): void;
  onLine(line: LogLine): void;
}

/** Characters after which a line without an end is given out as it is. */
const MAX_LINE_LENGTH = 64 * 1024;

interface Rest {
  text: string;
  readonly source: LogSource;
}

export class LogLines {
  readonly #observer: LogObserver;
  readonly #rests = new Map<string, Rest>();

  constructor(observer: LogObserver) {
    this.#observer = observer;
  }

  /** Whether lines wait for their end. */
  get hasRests(): boolean {
    return this.#rests.size > 0;
  }

  /** Takes a text of the worker. */
  add(text: string, source: LogSource): void {
    const { level } = source;
    if (level === 'stdout' || level === 'stderr') {
      this.#observer.onPrinted(level, text);
      this.#split(level, text, source);
      return;
    }
    this.#observer.onPrinted('stderr', `${text}\n`);
    this.#observer.onLine(lineOf('stderr', text, source));
  }

  /** A call has ended: what it printed last is a line, even without an end. */
  finish(call: number): void {
    for (const stream of ['stdout', 'stderr'] as const) this.#flush(stream, `${stream} ${call}`);
  }

  /** Nothing more comes. */
  close(): void {
    for (const key of this.#rests.keys()) this.#flush(key.startsWith('stdout') ? 'stdout' : 'stderr', key);
  }

  #split(stream: 'stdout' | 'stderr', text: string, source: LogSource): void {
    const key = `${stream} ${source.call}`;
    const lines = ((this.#rests.get(key)?.text ?? '') + text).split('\n');
    const rest = lines.pop() as string;
    for (const line of lines) this.#observer.onLine(lineOf(stream, line.endsWith('\r') ? line.slice(0, -1) : line, source));
    if (rest === '') this.#rests.delete(key);
    else this.#rests.set(key, { text: rest, source });
    if (rest.length > MAX_LINE_LENGTH) this.#flush(stream, key);
  }

  #flush(stream: 'stdout' | 'stderr', key: string): void {
    const rest = this.#rests.get(key);
    if (!rest) return;
    this.#rests.delete(key);
    this.#observer.onLine(lineOf(stream, rest.text, rest.source));
  }
}

function lineOf(stream: 'stdout' | 'stderr', line: string, { level, logger, call, method }: LogSource): LogLine {
  return {
    stream,
    line,
    ...(level === stream ? {} : { level: level as LogLevel }),
    ...(logger === undefined ? {} : { logger }),
    ...(call === 0 ? {} : { call }),
    ...(method === undefined ? {} : { method }),
  };
}
