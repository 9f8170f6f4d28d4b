/** Watches the files of a module. Owns which of them count, and that a burst of changes is told once. */

import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Milliseconds of rest after which a burst of changes is over: editors write a file in several steps. */
const REST_MS = 60;
/** Milliseconds after which a burst that does not end is looked at all the same: a module may write files all the time. */
const LONGEST_BURST_MS = 500;
/** Milliseconds between looks where the system does not tell of changes. */
const LOOK_MS = 500;
/** Code, and what can say what a module needs. */
const COUNTING = /\.(?:py|txt|toml|lock|cfg)$|^\.python-version$/;
/** Folders that others write; an environment is known by its name or by its `pyvenv.cfg`. */
const IGNORED = /^(?:\.venv.*|venv|__pycache__|\.git|\.hg|node_modules|site-packages|\..*_cache)$/;

/** What is known of each file, by its path: changed when it is another text. */
type Snapshot = ReadonlyMap<string, string>;

export class Watcher {
  readonly #directory: string;
  readonly #onChange: (paths: readonly string[]) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #snapshot: Snapshot = new Map();
  #timer: NodeJS.Timeout | undefined;
  /** When the burst began that goes on: milliseconds of `performance.now()`. */
  #burstSince: number | undefined;
  /** Whether the system does not tell of all changes. */
  #mustLook = false;
  #look: Promise<void> = Promise.resolve();
  #isClosed = false;

  /**
   * @param directory absolute
   * @param onChange takes the absolute paths of files that changed, came or went
   */
  constructor(directory: string, onChange: (paths: readonly string[]) => void) {
    this.#directory = directory;
    this.#onChange = onChange;
  }

  /** Begins; what changes after it resolves is told. */
  async start(): Promise<void> {
    this.#look = this.#read().then((snapshot) => {
      this.#snapshot = snapshot;
    });
    await this.#look;
    this.#armLook();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** Looks when all has been quiet, or after a while if it does not become quiet. */
  #onEvent(): void {
    const now = performance.now();
    this.#burstSince ??= now;
    this.#arm(Math.min(REST_MS, Math.max(0, this.#burstSince + LONGEST_BURST_MS - now)));
  }

  #arm(delay: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#burstSince = undefined;
      this.#look = this.#look.then(() => this.#compare());
    }, delay);
  }

  /** Looks after a while, if the system does not tell of all changes, and has not told of one just now. */
  #armLook(): void {
    if (this.#mustLook && this.#timer === undefined) this.#arm(LOOK_MS);
  }

  async #compare(): Promise<void> {
    const before = this.#snapshot;
    const now = await this.#read();
    this.#snapshot = now;
    this.#armLook();
    const changed = [...new Set([...before.keys(), ...now.keys()])].filter((path) => before.get(path) !== now.get(path));
    if (changed.length > 0 && !this.#isClosed) this.#onChange(changed);
  }

  async #read(): Promise<Snapshot> {
    const files = new Map<string, string>();
    const folders = new Set<string>();
    await this.#readFolder(this.#directory, files, folders);
    for (const [path, watcher] of this.#watchers) {
      if (folders.has(path)) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
    return files;
  }

  async #readFolder(folder: string, files: Map<string, string>, folders: Set<string>): Promise<void> {
    folders.add(folder);
    this.#watch(folder); // before it is read: what comes meanwhile is then told
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    if (folder !== this.#directory && entries.some(({ name }) => name === 'pyvenv.cfg')) return;
    await Promise.all(
      entries.map(async (entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
          if (!IGNORED.test(entry.name)) await this.#readFolder(path, files, folders);
        } else if (COUNTING.test(entry.name)) {
          const found = await stat(path).catch(() => undefined);
          if (found?.isFile()) files.set(path, `${found.mtimeMs} ${found.size} ${found.ino}`);
        }
      }),
    );
  }

  /** One folder at a time: watching all below would also watch environments, with their thousands of folders. */
  #watch(folder: string): void {
    if (this.#isClosed || this.#watchers.has(folder)) return;
    try {
      const watcher = watch(folder, () => this.#onEvent());
      watcher.on('error', () => this.#lose(folder));
      this.#watchers.set(folder, watcher);
    } catch {
      this.#mustLook = true;
    }
  }

  #lose(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
    this.#mustLook = true;
    this.#armLook();
  }
}
