/** The `synapse` command as a shell runs it. Owns what it told, and its end with the test. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { fast } from './environments';
import { temporaryFolder } from './fixture';

const PROGRAM = resolve(__dirname, '..', '..', 'dist', 'cli.mjs');

/** Runs the command to its end. */
export async function synapse(...args: string[]) {
  return execa(process.execPath, [PROGRAM, ...args], { reject: false, env: { ...fast.env }, stdin: 'ignore' });
}

/** Makes a module of these files, which needs no packages unless they say so. */
export async function moduleOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries({ 'requirements.txt': '', ...files })) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

const running: Command[] = [];

/** A command that goes on until it is told to end. */
export class Command {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves with the exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #told = { stdout: '', stderr: '' };
  readonly #waiting = new Set<() => void>();

  constructor(args: readonly string[], { cwd, env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
    this.child = spawn(process.execPath, [PROGRAM, ...args], { env: { ...process.env, ...fast.env, ...env }, ...(cwd ? { cwd } : {}) });
    for (const stream of ['stdout', 'stderr'] as const) {
      this.child[stream].setEncoding('utf8').on('data', (text: string) => {
        this.#told[stream] += text;
        for (const look of this.#waiting) look();
      });
    }
    this.ended = once(this.child, 'close').then(([code, signal]) => code ?? signal);
    running.push(this);
  }

  get stdout(): string {
    return this.#told.stdout;
  }

  get stderr(): string {
    return this.#told.stderr;
  }

  /** Gives it a line. */
  say(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  /** Waits until it has told something so many times. */
  async told(stream: 'stdout' | 'stderr', text: string | RegExp, times = 1): Promise<void> {
    const pattern = new RegExp(typeof text === 'string' ? text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : text.source, 'gm');
    const isThere = (): boolean => (this.#told[stream].match(pattern)?.length ?? 0) >= times;
    await new Promise<void>((done, reject) => {
      const look = (): void => {
        if (!isThere()) return;
        this.#waiting.delete(look);
        done();
      };
      this.#waiting.add(look);
      look();
      void this.ended.then((code) => reject(new Error(`it ended with ${code} before it told ${pattern}: ${JSON.stringify(this.#told)}`)));
    });
  }
}

afterEach(async () => {
  for (const command of running.splice(0)) {
    command.child.kill('SIGKILL');
    await command.ended;
  }
});
