/** What provisioning is doing. Owns the events, how installers' lines become events, and the display on a terminal. */

import type { SingleBar } from 'cli-progress';
import { guardAgainstOrphans } from '../orphan-guard';

/** A step of provisioning. */
export interface ProvisionEvent {
  readonly phase:
    | 'python'
    | 'waiting'
    | 'installer'
    | 'venv'
    | 'resolve'
    | 'download'
    | 'build'
    | 'install'
    | 'compile'
    | 'verify'
    | 'done';
  /** One line for a person. */
  readonly message: string;
  /** The package that the step is about. */
  readonly package?: string;
  /** Packages installed and to install, where the installer has told. */
  readonly done?: number;
  readonly total?: number;
}

type LineRule = readonly [pattern: RegExp, event: (match: string, line: string) => ProvisionEvent];

const LINE_RULES: readonly LineRule[] = [
  // pip
  [/^Collecting ([^\s;=<>!~[(]+)/, (name) => ({ phase: 'resolve', message: `Resolving ${name}`, package: name })],
  [/^\s*(?:Downloading|Using cached) (\S+?)-\d\S*/, (name) => ({ phase: 'download', message: `Downloading ${name}`, package: name })],
  [/^\s*Building wheels? for collected packages: (.+)/, (names) => ({ phase: 'build', message: `Building ${names}`, package: names })],
  [/^Installing collected packages: (.+)/, (names) => installing(names.split(', ').length)],
  [/^Successfully installed (.+)/, (names) => installed(names.split(' ').length)],
  // uv
  [/^\s*Resolved (\d+) packages?/, (_, line) => ({ phase: 'resolve', message: line.trim() })],
  [/^\s*Downloading (\S+) \(/, (name) => ({ phase: 'download', message: `Downloading ${name}`, package: name })],
  [/^\s*Building (\S+)/, (name) => ({ phase: 'build', message: `Building ${name}`, package: name })],
  [/^\s*Prepared (\d+) packages?/, (count) => installing(Number(count))],
  [/^\s*Installed (\d+) packages?/, (count) => installed(Number(count))],
];

function installing(total: number): ProvisionEvent {
  return { phase: 'install', message: `Installing ${total} package${total === 1 ? '' : 's'}`, done: 0, total };
}

function installed(total: number): ProvisionEvent {
  return { phase: 'install', message: `Installed ${total} package${total === 1 ? '' : 's'}`, done: total, total };
}

/** Reads an installer's line; most say nothing of interest. */
export function eventsOf(line: string): ProvisionEvent[] {
  for (const [pattern, event] of LINE_RULES) {
    const match = pattern.exec(line);
    if (match) return [event(match[1] as string, line)];
  }
  return [];
}

/** Where the bar stands, in percent, when a phase begins; the installer does not know the whole beforehand. */
const BEGINNING: Record<ProvisionEvent['phase'], number> = {
  python: 1,
  waiting: 2,
  installer: 3,
  venv: 4,
  resolve: 10,
  download: 30,
  build: 50,
  install: 75,
  verify: 90,
  compile: 93,
  done: 100,
};
/** Each further event of a phase takes the bar on by this part of what is left of it. */
const ADVANCE = 0.05;

/** Shows provisioning to a person: a bar on a terminal, a line for each phase elsewhere. */
export class ProgressDisplay {
  readonly #stream: NodeJS.WriteStream;
  #bar: SingleBar | undefined;
  #loading = false;
  #closed = false;
  #percent = 0;
  #removeHook: (() => void) | undefined;
  #latest: ProvisionEvent | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show(event: ProvisionEvent): void {
    if (this.#stream.isTTY) this.#showBar(event);
    else if (event.phase !== this.#latest?.phase) this.#stream.write(`synapse: ${event.message}\n`);
    this.#latest = event;
  }

  /** Takes the bar away. */
  close(): void {
    this.#closed = true;
    this.#removeHook?.();
    this.#bar?.stop();
  }

  #showBar(event: ProvisionEvent): void {
    const beginning = BEGINNING[event.phase];
    this.#percent = Math.max(beginning, this.#percent + (100 - this.#percent) * ADVANCE);
    if (this.#bar) this.#bar.update(Math.floor(this.#percent), { message: event.message });
    else if (!this.#loading) this.#loadBar();
  }

  /** Loaded when there is something to show: most starts show nothing. */
  #loadBar(): void {
    this.#loading = true;
    void import('cli-progress').then(({ default: { Presets, SingleBar } }) => {
      if (this.#closed) return;
      const format = 'synapse {bar} {percentage}% {message}';
      const bar = new SingleBar({ stream: this.#stream, format, clearOnComplete: true, hideCursor: true }, Presets.shades_classic);
      this.#removeHook = guardAgainstOrphans(() => bar.stop()); // the bar hides the cursor: a program that is interrupted must give it back
      bar.start(100, Math.floor(this.#percent), { message: this.#latest?.message ?? '' });
      this.#bar = bar;
    });
  }
}
