/**
 * Brings an environment to its inputs, under the lock. Owns the one invariant: a stamp is there exactly when the environment is complete.
 *
 * The stamp goes before anything is changed and comes back last, so whatever interrupts this, the next run sees no stamp and makes the
 * environment anew: an installer that is merely run again may call a half-copied package satisfied.
 */

import { readdirSync, statSync } from 'node:fs';
import { access, mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProvisionError } from '../errors';
import { accelerate } from './accelerator';
import { adopt } from './adoption';
import { run } from './command';
import { decide } from './decision';
import type { Interpreter } from './discover';
import { attempt, demand } from './failure';
import { describeSitePackages, distributionsIn, type Expectation, type Health, restoreStamp, type Stamp, writeStamp } from './fingerprint';
import { makeHoldable, USE_NAME, type WaitOptions, waitUntilUnheld } from './holders';
import type { Inputs } from './inputs';
import type { Installer, InstallTarget } from './installer';
import { environmentPython, sitePackagesIn } from './layout';
import type { Lock } from './lock';
import { isEnvironment, OWNED_NAME } from './ownership';
import { eventsOf, type ProvisionEvent } from './progress';
import { installerVariables } from './variables';
import { withdrawFromUse } from './withdrawal';

export const LOCK_NAME = '.synapse.lock';
/** What stays when an environment is emptied: others may wait for the lock or hold the use file. */
const KEPT_NAMES: ReadonlySet<string> = new Set([OWNED_NAME, USE_NAME]);

/** What installers print when the network or the index is not there. */
const UNREACHABLE = /dns error|error sending request|tcp connect error|operation timed out|Failed to establish a new connection/i;

/** An environment to be brought to its inputs. */
export interface Job {
  readonly expected: Expectation;
  readonly health: Exclude<Health, { state: 'ready' }>;
  readonly inputs: Inputs;
  readonly interpreter: Interpreter;
  readonly installer: Installer;
  readonly lock: Lock;
  readonly offline: boolean;
  readonly wheelhouse: string | undefined;
  /** Whether an environment that somebody else made may be deleted. */
  readonly recreate: boolean;
  readonly signal: AbortSignal | undefined;
  readonly report: (event: ProvisionEvent) => void;
}

/**
 * Does what `decide` says.
 *
 * @throws ProvisionError a step failed (ERR_SYNAPSE_PROVISION); somebody else made the environment and it lacks something
 *   (ERR_SYNAPSE_FOREIGN_ENVIRONMENT); a worker runs in it (ERR_SYNAPSE_ENVIRONMENT_IN_USE)
 * @throws the signal's reason if aborted
 */
export async function bring(job: Job): Promise<Stamp> {
  const work = decide(job);
  if (work === 'adopt') {
    const found = await takeOver(job);
    if (found) return stamp(job, { ...found, owner: 'user' });
  }
  if (work === 'restamp') return restamp(job);
  await waitForWorkers(job);
  if (work === 'update') return update(job);
  if (job.health.state === 'stale' && job.health.stamp.owner === 'synapse') await rehearse(job);
  return make(job);
}

/** Gives nothing for an environment that lacks something and may be deleted. */
async function takeOver(job: Job): Promise<Awaited<ReturnType<typeof adopt>> | undefined> {
  const { venv } = job.expected;
  try {
    const found = await adopt(job, targetOf(job));
    await attempt('stamp', venv, () => makeHoldable(venv));
    return found;
  } catch (error) {
    const isForeign = error instanceof ProvisionError && error.code === 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT';
    if (isForeign && job.recreate && isEnvironment(venv)) return undefined;
    throw error;
  }
}

async function restamp(job: Job): Promise<Stamp> {
  const { stamp: old } = job.health as Extract<Health, { state: 'stale' }>;
  return stamp(job, { ...old, compiled: old.compiled || (await compile(job)) });
}

/** A complete environment stays complete if the installer fails before it has changed anything. */
async function update(job: Job): Promise<Stamp> {
  const { venv } = job.expected;
  const before = traceOf(job);
  await withdraw(job);
  try {
    const output = await install(job);
    return await finish(job, output);
  } catch (error) {
    if (traceOf(job) === before) await restoreStamp(venv);
    throw error;
  }
}

/** Making anew empties the old environment first: find out before that whether the inputs can be installed at all. */
async function rehearse(job: Job): Promise<void> {
  if (!job.inputs.asksForSomething) return;
  job.report({ phase: 'resolve', message: 'Resolving requirements' });
  const { result } = await job.installer.rehearse(targetOf(job), job.inputs, 'apart');
  await rm(join(job.expected.venv, '.synapse-rehearsal'), { recursive: true, force: true });
  demand('install', job, result);
}

async function make(job: Job): Promise<Stamp> {
  const { expected, installer, report } = job;
  await attempt('venv', expected.venv, () => withdraw(job));
  await attempt('venv', expected.venv, () => empty(expected.venv));
  report({ phase: 'venv', message: `Making the environment with ${installer.name}` });
  demand('venv', job, await installer.makeEnvironment(targetOf(job)));
  await attempt('venv', expected.venv, () => writeFile(join(expected.venv, '.gitignore'), '*\n'));
  return finish(job, await install(job));
}

/** @returns what the installer printed */
async function install(job: Job): Promise<string> {
  if (!job.inputs.asksForSomething) return '';
  job.report({ phase: 'resolve', message: 'Resolving requirements' });
  const target = targetOf(job);
  const result = await job.installer.install(target, job.inputs);
  if (result.exitCode === 0) return result.output;
  if (!isUnreachable(result.output) || job.offline || !job.installer.isExact) demand('install', job, result);
  job.report({ phase: 'resolve', message: 'The package index cannot be reached: trying with what was downloaded before' });
  const fromCache = await job.installer.install({ ...target, offline: true }, job.inputs);
  if (fromCache.exitCode !== 0) demand('install', job, result);
  return fromCache.output;
}

/** An index that answers with a refusal is there, and what it refuses should not come from elsewhere. */
function isUnreachable(output: string): boolean {
  return UNREACHABLE.test(output) && !/certificate|\bproxy\b|\b40[137]\b/i.test(output);
}

async function finish(job: Job, output: string): Promise<Stamp> {
  const { venv } = job.expected;
  job.report({ phase: 'verify', message: 'Checking the environment' });
  await accelerate(job, targetOf(job), await verify(job));
  const found = await verify(job);
  demandArrival(job, found.contents, output);
  const compiled = await compile(job, join(venv, found.sitePackages));
  await attempt('stamp', venv, () => makeHoldable(venv));
  const { installer } = job;
  return stamp(job, { ...found, compiled, installer: installer.name, movable: installer.isExact, owner: 'synapse' });
}

type Findings = Pick<Stamp, 'sitePackages' | 'contents' | 'compiled' | 'installer' | 'movable' | 'owner'>;

async function stamp({ expected, inputs, interpreter, lock }: Job, found: Findings): Promise<Stamp> {
  const { venv, options, named, entry } = expected;
  const { sitePackages, contents, compiled, installer, movable, owner } = found;
  const { manifest, files, absent, variables, essence } = inputs;
  return attempt('stamp', venv, async () => {
    if (!(await lock.isStillHeld())) throw new Error('another process took its lock while this one was stopped; run it again');
    return writeStamp(
      {
        ...{
          venv,
          options,
          named,
          kind: manifest.kind,
          entry: manifest.kind === 'script' ? entry : null,
          inputs: files,
          absent,
          variables,
          essence,
          createdAt: new Date().toISOString(),
        },
        ...{ sitePackages, contents, compiled, installer, movable, owner },
      },
      interpreter,
    );
  });
}

function withdraw(job: Job): Promise<void> {
  return withdrawFromUse(job.expected.venv, useOf(job));
}

function waitForWorkers(job: Job): Promise<void> {
  return waitUntilUnheld(job.expected.venv, useOf(job));
}

function useOf({ interpreter, expected, signal, report }: Job): WaitOptions {
  const onWait = (pids: number[]): void =>
    report({ phase: 'waiting', message: `Waiting for the workers in this environment to end (${pids.join(', ')})` });
  return { python: interpreter.executable, env: expected.env, signal, onWait };
}

/** Removes everything but what others wait for, and claims the place before anything is put there. */
async function empty(venv: string): Promise<void> {
  await mkdir(venv, { recursive: true });
  await writeFile(join(venv, OWNED_NAME), '');
  const doomed = (await readdir(venv)).filter((name) => !KEPT_NAMES.has(name) && !name.startsWith(LOCK_NAME));
  await Promise.all(doomed.map((name) => rm(join(venv, name), { recursive: true, force: true, maxRetries: 3 })));
}

/** What an installer cannot change anything without changing. */
function traceOf({ expected, health }: Job): string {
  const { venv } = expected;
  const { stamp: old } = health as Extract<Health, { state: 'stale' }>;
  const folders = [join(venv, old.sitePackages), join(environmentPython(venv), '..')];
  return JSON.stringify(folders.map((folder) => [statSync(folder, { bigint: true }).mtimeNs.toString(), readdirSync(folder)]));
}

/** Checks that there is a Python, and that every distribution is whole. */
async function verify({ expected }: Job): Promise<Pick<Stamp, 'sitePackages' | 'contents'>> {
  const { venv } = expected;
  return attempt('verify', venv, async () => {
    await access(environmentPython(venv));
    const place = sitePackagesIn(venv);
    const found = describeSitePackages(await realpath(venv), await realpath(place));
    for (const name of distributionsIn(found.contents)) {
      for (const part of ['METADATA', 'RECORD']) await access(join(place, name, part));
    }
    return found;
  });
}

/** Settings in files of pip or uv can send packages elsewhere. */
function demandArrival({ expected }: Job, contents: readonly string[], output: string): void {
  if (distributionsIn(contents).length > 0 || !/^(?:Successfully installed|Installed \d+ package)/m.test(output)) return;
  const hint = 'Look for target, prefix, root or user in pip.conf, uv.toml and pyproject.toml, and take it out.';
  throw new ProvisionError(`The packages were installed, but not into ${expected.venv}. ${hint}`, { step: 'verify', hint, output });
}

/** Files that no Python can compile (templates, other versions' syntax) are among the packages; importing them would tell. */
async function compile(job: Job, sitePackages?: string): Promise<boolean> {
  if (!job.expected.compile) return false;
  const { venv, env } = job.expected;
  const place = sitePackages ?? join(venv, (job.health as Extract<Health, { state: 'stale' }>).stamp.sitePackages);
  job.report({ phase: 'compile', message: 'Compiling the packages' });
  const args = ['-I', '-m', 'compileall', '-q', '-j', '0', place];
  await run({ file: environmentPython(venv), args, env: installerVariables(env), signal: job.signal, descriptor: job.lock.descriptor });
  return true;
}

function targetOf(job: Job): InstallTarget {
  const { expected, interpreter, offline, wheelhouse, signal, lock, report } = job;
  return {
    ...{ interpreter, offline, wheelhouse, signal, venv: expected.venv, directory: expected.directory, env: expected.env },
    descriptor: lock.descriptor,
    onLine: (line) => {
      for (const event of eventsOf(line)) report(event);
    },
  };
}
