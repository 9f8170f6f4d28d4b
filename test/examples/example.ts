/** One example as its reader runs it. Owns the command that its README tells, its programs, and their end with the test. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** What Jest, npm and CI tell their children, and a reader's terminal does not. */
const NOT_A_TERMINALS = new Set(['CI', 'FORCE_COLOR', 'JEST_WORKER_ID', 'NODE_ENV', 'NODE_OPTIONS', 'TS_JEST']);
/** Milliseconds that only a program which hangs needs, packages fetched. */
const PROGRAM_TIMEOUT_MS = 170_000;
/** The second command of a README; the first one installs and builds the library. */
const COMMAND =
  /```sh\nnpm install && npm run build +# .*\ncd examples\/([\w-]+) && (npm install && )?(npm test|node \w+\.mjs)(?: +# .*)?\n```/;

/** How a program ended and what it wrote. */
export interface Run {
  /** Undefined if it did not end by itself. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

type Program = ReturnType<typeof start>;

/** A server that listens. */
export interface Server {
  readonly address: string;
  readonly program: Program;
  /** What it has printed by now. */
  printed(): string;
}

const servers: Program[] = [];

afterEach(async () => {
  for (const program of servers.splice(0)) {
    program.kill('SIGTERM');
    await program;
  }
});

export class Example {
  readonly folder: string;
  readonly #file: string;
  readonly #args: readonly string[];
  readonly #needsPackages: boolean;

  private constructor(folder: string, needsPackages: boolean, command: string) {
    const [file = '', ...args] = command.split(' ');
    this.folder = folder;
    this.#needsPackages = needsPackages;
    this.#file = file === 'node' ? process.execPath : file;
    this.#args = args;
  }

  /**
   * Reads the command of an example, and installs what npm packages it needs.
   *
   * @param root a folder that has the library and `examples`
   */
  static async of(root: string, name: string): Promise<Example> {
    const folder = join(root, 'examples', name);
    const [, directory, install, command = ''] = COMMAND.exec(await readFile(join(folder, 'README.md'), 'utf8')) ?? [];
    if (directory !== name) throw new Error(`the README of ${name} does not tell its two commands`);
    const example = new Example(folder, install !== undefined, command);
    await example.#install();
    return example;
  }

  /** Runs its program to the end. */
  async run(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Run> {
    const { exitCode, stdout, stderr } = await start(this.#file, [...this.#args, ...args], this.folder, env);
    return { exitCode, stdout, stderr };
  }

  /** Starts its program, a server, on a free port, and waits until it listens; the test's end ends it. */
  async serve(env: NodeJS.ProcessEnv = {}): Promise<Server> {
    const program = start(this.#file, this.#args, this.folder, { PORT: '0', ...env });
    servers.push(program);
    let printed = '';
    const address = await new Promise<string>((resolve, reject) => {
      program.stdout?.on('data', (chunk: Buffer) => {
        printed += chunk;
        const [, found] = /listening on (http:\S+)/.exec(printed) ?? [];
        if (found !== undefined) resolve(found);
      });
      program.then(({ stderr }) => reject(new Error(`the server ended: ${stderr}`)), reject);
    });
    return { address, program, printed: () => printed };
  }

  async #install(): Promise<void> {
    if (!this.#needsPackages) return;
    await execa('npm', ['install', '--prefer-offline', '--loglevel=error'], { cwd: this.folder, env: environment(), extendEnv: false });
  }
}

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_A_TERMINALS.has(name)));
}

function start(file: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
  const variables = { ...environment(), ...env };
  return execa(file, args, { cwd, env: variables, extendEnv: false, stdin: 'ignore', reject: false, timeout: PROGRAM_TIMEOUT_MS });
}
