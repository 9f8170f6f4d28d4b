/** Programs that use `python()`, run by Node from a folder of their own, as their users do. Owns the folder and what lies in it. */

import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { execa, type Options } from 'execa';
import { FIXTURES, temporaryFolder } from './fixture';

const ROOT = resolve(__dirname, '..', '..');
/** What every program begins with; `say` tells the test something, as one line of JSON. */
const PRELUDE = `
import { python, shutdown, ensureWorker, kw, PythonError } from 'synapse-py';
const say = (value) => process.stdout.write(\`\${JSON.stringify(value)}\\n\`);
const failure = (promise) => promise.then((value) => { throw new Error(\`it resolved with \${value}\`); }, (error) => error);
`;

/** Makes a folder with the files of `fixtures/python-files`, in which the built library can be imported. */
export async function programFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(FIXTURES, 'python-files'), folder, { recursive: true, filter: (path) => !path.includes('__pycache__') });
  await mkdir(join(folder, 'node_modules'));
  await symlink(ROOT, join(folder, 'node_modules', 'synapse-py'), 'junction');
  return folder;
}

/** Starts a program, an ES module, in such a folder. */
export async function startIn(folder: string, program: string, options: Options & { nodeArgs?: string[] } = {}) {
  const { nodeArgs = [], ...others } = options;
  const file = join(folder, 'program.mjs');
  await writeFile(file, PRELUDE + program);
  const subprocess = execa(process.execPath, [...nodeArgs, file], { cwd: folder, reject: false, forceKillAfterDelay: false, ...others });
  const lines = createInterface({ input: subprocess.stdout as NodeJS.ReadableStream });
  const told: unknown[] = [];
  const waiting: ((value: unknown) => void)[] = [];
  lines.on('line', (line) => {
    const value: unknown = JSON.parse(line);
    const next = waiting.shift();
    if (next) next(value);
    else told.push(value);
  });
  return {
    subprocess,
    /** Gives what the program says next; rejects if it ends instead. */
    said: <T>(): Promise<T> => {
      if (told.length > 0) return Promise.resolve(told.shift() as T);
      const ended = subprocess.then(
        ({ stderr }) => new Promise<never>((_, reject) => setImmediate(() => reject(new Error(String(stderr))))),
      );
      return Promise.race([new Promise<T>((done) => waiting.push(done as (value: unknown) => void)), ended]);
    },
  };
}

/** Runs a program to its end; gives what it said, and how it ended. */
export async function runIn(folder: string, program: string, options: Options & { nodeArgs?: string[] } = {}) {
  const { subprocess } = await startIn(folder, program, options);
  const { stdout, stderr, exitCode, signal } = await subprocess;
  const lines = String(stdout ?? '')
    .split('\n')
    .filter(Boolean);
  return { said: lines.map((line): unknown => JSON.parse(line)), stderr: String(stderr ?? ''), exitCode, signal };
}
