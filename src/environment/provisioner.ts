/**
 * Makes, checks and repairs a module's environment. Owns the one invariant: a stamp is there exactly when the environment is complete.
 *
 * The stamp goes before anything is changed and comes back last, so whatever interrupts this, the next run sees no stamp and makes the
 * environment anew: an installer that is merely run again may call a half-copied package satisfied.
 */

import { realpathSync } from 'node:fs';
import { access, mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { InvalidModuleError, ProvisionError, type ProvisionStep } from '../errors';
import { type CommandResult, run } from './command';
import { discover, type Interpreter } from './discover';
import { checkStamp, describeInputs, type Expectation, listDistributions, removeStamp, type Stamp, writeStamp } from './fingerprint';
import { hintFor } from './hints';
import { environmentPython, type Installer, type InstallerChoice, type InstallTarget, pickInstaller, scriptsDirectory } from './installer';
import { acquireLock, type Lock } from './lock';
import { asksForSomething, findDirectory, readRequirements } from './module-directory';
import { eventsOf, type ProvisionEvent } from './progress';
import { installerVariables } from './variables';

/** The environment's place unless `venv` says otherwise. */
const DEFAULT_VENV = '.venv';
const DEFAULT_REQUIREMENTS = 'requirements.txt';
const LOCK_NAME = '.synapse.lock';
/** Marks an environment that was made here and may therefore be deleted; one that the user made is only ever added to. */
const OWNED_NAME = '.synapse-owned';

/** Options of `provision`. */
export interface ProvisionOptions {
  /** Path or name of the interpreter to make the environment from. Default: `SYNAPSE_PYTHON`, `python3`, `python`. */
  python?: string;
  /** Default `auto`: uv if it is on PATH, else pip. */
  installer?: InstallerChoice;
  /** The environment's place, relative to the directory. Default `.venv`. */
  venv?: string;
  /** Requirement files, relative to the directory. Default `requirements.txt`; an empty list asks for nothing. */
  requirements?: string | string[];
  /** Variables for the installer, besides this program's own. */
  env?: NodeJS.ProcessEnv;
  /** Stops the installer and all that it started. */
  signal?: AbortSignal;
  /** Called with each step; not called at all when there is nothing to do. */
  onProgress?: (event: ProvisionEvent) => void;
}

/** A complete environment. */
export interface Environment {
  /** Absolute path of the module's directory. */
  readonly directory: string;
  /** Absolute path of the environment. */
  readonly venv: string;
  /** Absolute path of its interpreter. */
  readonly python: string;
  /** Absolute path of the folder of its commands. */
  readonly scripts: string;
  /** Version of its interpreter, such as `3.11.7`. */
  readonly pythonVersion: string;
  /** Names of what is installed, such as `msgpack-1.1.0.dist-info`. */
  readonly distributions: readonly string[];
  /** True if it was complete already. */
  readonly reused: boolean;
}

interface Plan extends Expectation {
  readonly files: readonly string[];
  readonly options: string;
  readonly env: NodeJS.ProcessEnv;
  readonly choice: InstallerChoice;
  readonly python: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly report: (event: ProvisionEvent) => void;
}

/**
 * Makes sure that a module's environment is there and holds what its requirement files name.
 *
 * A complete environment is recognised by reading a few files, in single-digit milliseconds and without starting Python.
 *
 * @param directory the module's directory: a path or a `file:` URL
 * @throws InvalidModuleError the directory (ERR_SYNAPSE_DIRECTORY_NOT_FOUND) or a requirement file (ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND) is missing
 * @throws ProvisionError a step failed: `step`, `command`, `output` and `hint` say which, how and what to do (ERR_SYNAPSE_PROVISION,
 *   ERR_SYNAPSE_PYTHON_NOT_FOUND, ERR_SYNAPSE_LOCK_TIMEOUT)
 * @throws InvalidOptionError `installer` is `uv` and there is none (ERR_SYNAPSE_INVALID_OPTION)
 * @throws the signal's reason if aborted
 */
export async function provision(directory: string | URL, options: ProvisionOptions = {}): Promise<Environment> {
  const plan = makePlan(findDirectory(directory), options);
  const stamp = checkStamp(plan);
  if (typeof stamp !== 'string') return environmentOf(plan, stamp, true);
  await readRequirements(plan.directory, plan.files); // names what is missing before anything is made
  return build(plan);
}

function makePlan(directory: string, options: ProvisionOptions): Plan {
  const files = [options.requirements ?? DEFAULT_REQUIREMENTS].flat();
  const choice = options.installer ?? 'auto';
  const env = { ...process.env, ...options.env };
  const real = realpathSync(directory);
  return {
    directory: real,
    venv: resolve(real, options.venv ?? DEFAULT_VENV),
    files,
    choice,
    python: options.python,
    options: JSON.stringify({ python: options.python ?? env['SYNAPSE_PYTHON'] ?? null, installer: choice, files }),
    env,
    signal: options.signal,
    report: options.onProgress ?? (() => undefined),
  };
}

function environmentOf(plan: Plan, stamp: Stamp, reused: boolean): Environment {
  return {
    directory: plan.directory,
    venv: plan.venv,
    python: environmentPython(plan.venv),
    scripts: scriptsDirectory(plan.venv),
    pythonVersion: stamp.python.version,
    distributions: stamp.distributions,
    reused,
  };
}

async function build(plan: Plan): Promise<Environment> {
  plan.report({ phase: 'python', message: 'Looking for Python' });
  const interpreter = await discover(plan.python, plan.env, { signal: plan.signal });
  await attempt('venv', plan.venv, () => mkdir(plan.venv, { recursive: true }));
  const lock = await acquireLock(join(plan.venv, LOCK_NAME), {
    python: interpreter.executable,
    env: plan.env,
    signal: plan.signal,
    onWait: (owner) => plan.report({ phase: 'waiting', message: `Waiting for ${owner}, which is making the environment` }),
  });
  try {
    const stamp = checkStamp(plan); // the one waited for may have done it all
    if (typeof stamp !== 'string') return environmentOf(plan, stamp, true);
    const made = await make(plan, interpreter, lock);
    plan.report({ phase: 'done', message: 'Environment ready' });
    return environmentOf(plan, made, false);
  } finally {
    await lock.release();
  }
}

async function make(plan: Plan, interpreter: Interpreter, lock: Lock): Promise<Stamp> {
  const installer = await pickInstaller(plan.choice, interpreter, plan.env);
  const target: InstallTarget = {
    ...plan,
    interpreter,
    descriptor: lock.descriptor,
    onLine: (line) => {
      for (const event of eventsOf(line)) plan.report(event);
    },
  };
  await attempt('venv', plan.venv, () => removeStamp(plan.venv));
  if (!(await isForeign(plan.venv))) await makeEmpty(plan, installer, target);
  const requirements = await readRequirements(plan.directory, plan.files);
  const inputs = await describeInputs(plan.directory, requirements);
  if (requirements.some(({ text }) => asksForSomething(text))) {
    plan.report({ phase: 'resolve', message: 'Resolving requirements' });
    const files = plan.files.map((file) => resolve(plan.directory, file));
    demand('install', plan, await installer.install(target, files));
  }
  plan.report({ phase: 'verify', message: 'Checking the environment' });
  const found = await verify(plan);
  return attempt('stamp', plan.venv, () =>
    writeStamp(
      { venv: plan.venv, options: plan.options, inputs, installer: installer.name, createdAt: new Date().toISOString(), ...found },
      interpreter,
    ),
  );
}

/** Tells an environment that somebody else made, which must not be deleted, from one of ours or none. */
async function isForeign(venv: string): Promise<boolean> {
  const names = new Set(await readdir(venv));
  if (names.has(OWNED_NAME)) return false;
  if (names.has('pyvenv.cfg')) return true;
  names.delete(LOCK_NAME);
  names.delete(`${LOCK_NAME}.owner`);
  if (names.size === 0) return false;
  const hint = 'Name another directory with the venv option, or empty this one.';
  throw new ProvisionError(`${venv} holds files and is not a Python environment; it is left as it is. ${hint}`, { step: 'venv', hint });
}

async function makeEmpty(plan: Plan, installer: Installer, target: InstallTarget): Promise<void> {
  await attempt('venv', plan.venv, () => empty(plan.venv));
  plan.report({ phase: 'venv', message: `Making the environment with ${installer.name}` });
  demand('venv', plan, await installer.makeEnvironment(target));
  await attempt('venv', plan.venv, () => writeFile(join(plan.venv, '.gitignore'), '*\n'));
}

/** Removes everything but the lock, and claims the place before anything is put there. */
async function empty(venv: string): Promise<void> {
  await writeFile(join(venv, OWNED_NAME), '');
  const kept = new Set([LOCK_NAME, `${LOCK_NAME}.owner`, OWNED_NAME]);
  const doomed = (await readdir(venv)).filter((name) => !kept.has(name));
  await Promise.all(doomed.map((name) => rm(join(venv, name), { recursive: true, force: true, maxRetries: 3 })));
}

/** Starts the environment's Python once, and checks that every distribution is whole. */
async function verify(plan: Plan): Promise<{ sitePackages: string; distributions: string[] }> {
  const code = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  const result = await run({
    file: environmentPython(plan.venv),
    args: ['-I', '-c', code],
    env: installerVariables(plan.env),
    signal: plan.signal,
  });
  demand('verify', plan, result);
  const sitePackages = result.output.split('\n').at(-1) as string;
  const distributions = listDistributions(sitePackages);
  for (const name of distributions) {
    for (const part of ['METADATA', 'RECORD']) {
      await attempt('verify', plan.venv, () => access(join(sitePackages, name, part)));
    }
  }
  return { sitePackages: relative(await realpath(plan.venv), await realpath(sitePackages)), distributions };
}

function demand(step: ProvisionStep, plan: Plan, result: CommandResult): void {
  if (result.exitCode === 0) return;
  const hint = hintFor(result.output);
  const ending =
    result.exitCode === undefined ? 'was ended by a signal or could not be started' : `failed with exit code ${result.exitCode}`;
  throw new ProvisionError(
    `The environment of ${plan.directory} could not be made: ${result.command} ${ending}.\n${result.output}\n${hint}`,
    { step, command: result.command, output: result.output, hint },
  );
}

/** Gives a failure of the file system its step and place. */
async function attempt<T>(step: ProvisionStep, path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof ProvisionError || cause instanceof InvalidModuleError) throw cause;
    const reason = (cause as Error).message;
    const hint = hintFor(reason);
    throw new ProvisionError(`The environment ${path} could not be made: ${reason}. ${hint}`, { step, hint, output: reason, cause });
  }
}
