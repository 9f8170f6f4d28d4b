/** What the project's commands need before they run. Owns installing and building whatever a fresh clone lacks. */

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..');

/**
 * Runs a program with this terminal as its own.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit code
 */
export function run(file, args, { cwd = ROOT, env = process.env } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', fail);
    child.once('exit', (code) => done(code ?? 1));
  });
}

/** Runs a program, and ends this one if it fails. */
export async function demand(file, args, options) {
  const code = await run(file, args, options);
  if (code !== 0) process.exit(code);
}

/** Runs npm by the Node that runs this: no shell, no search on PATH. */
export function npm(args, options) {
  const cli = process.env['npm_execpath'];
  return cli ? demand(process.execPath, [cli, ...args], options) : demand('npm', args, options);
}

/** Gives the script of a command that an installed package brings. */
export function command(packageName, name = packageName) {
  const require = createRequire(join(ROOT, 'package.json'));
  const manifestPath = join(ROOT, 'node_modules', packageName, 'package.json');
  const { bin } = require(manifestPath);
  return join(manifestPath, '..', typeof bin === 'string' ? bin : bin[name]);
}

/** Installs the Node packages that the lock file names, if they are not there. */
export async function ensureDependencies() {
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs) return;
  // Not `npm ci`: it refuses a lock file that lacks optional packages of other platforms, which a mirror may not have.
  await npm(['install', '--no-save']);
}

/** Builds `dist/` if it is missing or older than the sources. */
export async function ensureBuild() {
  const built = join(ROOT, 'dist', 'index.d.cts');
  const sources = [
    ...readdirSync(join(ROOT, 'src'), { recursive: true }).map((name) => join(ROOT, 'src', name)),
    join(ROOT, 'tsdown.config.mts'),
  ];
  const newest = Math.max(...sources.map((path) => statSync(path).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  await demand(process.execPath, [command('tsdown'), '--logLevel', 'warn']);
}

/** Makes the environment of the Python tools by this library's own provisioning. Needs a build. */
export async function ensurePythonTools() {
  const { provision } = await import('../dist/index.mjs');
  const onProgress = ({ message }) => process.stderr.write(`python tools: ${message}\n`);
  const environment = await provision(join(ROOT, 'python'), { requirements: 'requirements-dev.txt', onProgress });
  return environment.python;
}
