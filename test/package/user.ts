/** A user of the library: a project in a folder of its own. Owns installing its packages and running its programs the way a terminal does. */

import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

const CONSUMERS = join(__dirname, 'consumers');
/** What Jest, npm and CI tell their children, and a user's terminal does not tell a program. */
const NOT_A_TERMINALS = new Set(['CI', 'FORCE_COLOR', 'JEST_WORKER_ID', 'NODE_ENV', 'NODE_OPTIONS', 'TS_JEST']);
/** Milliseconds that only a program which hangs needs; less than a test has, so that the test tells what the program wrote. */
const PROGRAM_TIMEOUT_MS = 45_000;

/** How a program ended and what it wrote. */
export interface ProgramResult {
  /** Undefined if it did not end by itself. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Root's own Python may lie where no other user can look. */
const PUBLIC_PYTHON = process.getuid?.() === 0 && existsSync('/usr/bin/python3') ? { SYNAPSE_PYTHON: '/usr/bin/python3' } : {};

function environment(): NodeJS.ProcessEnv {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_A_TERMINALS.has(name)));
  return { ...inherited, ...PUBLIC_PYTHON };
}

/** Runs a program of the machine, and rejects with its output if it fails. */
export async function runTool(file: string, args: string[], cwd: string): Promise<void> {
  await execa(file, args, { cwd, env: environment(), extendEnv: false, stdin: 'ignore' });
}

/** Runs a script by a Node. */
export async function runScript(node: string, script: string, args: string[] = [], cwd?: string): Promise<ProgramResult> {
  const { exitCode, stdout, stderr } = await execa(node, [script, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: environment(),
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: PROGRAM_TIMEOUT_MS,
  });
  return { exitCode, stdout, stderr };
}

/** Makes a project with these packages, each by its version, range or tarball, and gives its folder. */
export async function makeProject(folder: string, dependencies: Record<string, string>): Promise<string> {
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  await runTool('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], folder);
  return folder;
}

/** Copies a consumer, and the Python module that it calls, into a project. */
export async function addConsumer(project: string, name: string): Promise<string> {
  const folder = join(project, name);
  await cp(join(CONSUMERS, name), folder, { recursive: true });
  await cp(join(CONSUMERS, 'module'), join(folder, 'module'), { recursive: true });
  return folder;
}

/** Gives the file of a command, or of the only command, that a package of a project brings. */
export async function commandOf(project: string, packageName: string, command: string): Promise<string> {
  const folder = join(project, 'node_modules', packageName);
  const { bin } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

/** The user "nobody": a test that runs as root could write anywhere. */
const STRANGER = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Runs a script in a folder that nobody can write any more, as a user without a home. */
export async function runAsStranger(script: string, folder: string): Promise<ProgramResult> {
  await execa('chmod', ['-R', 'a-w,a+rX', folder]);
  for (let at = folder; at.startsWith(tmpdir()) && at !== tmpdir(); at = dirname(at)) await execa('chmod', ['a+rx', at]);
  const env = { ...environment(), HOME: '/nonexistent' };
  try {
    const { exitCode, stdout, stderr } = await execa(process.execPath, [script], {
      env,
      extendEnv: false,
      reject: false,
      cwd: folder,
      ...STRANGER,
    });
    return { exitCode, stdout, stderr };
  } finally {
    await execa('chmod', ['-R', 'u+w', folder]);
  }
}
