/** Tells about an environment without changing anything: how it is, and what would be done about it, and why. */

import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { SynapseError } from '../errors';
import { LOCK_NAME } from './builder';
import { isWritable } from './cache-directory';
import { decide } from './decision';
import { type Discovery, discover, type PassedOver } from './discover';
import type { EnvironmentOptions, ProvisionOptions } from './environment-options';
import { checkHealth, distributionsIn, type Health, type HealthReason, type Stamp } from './fingerprint';
import type { Inputs } from './inputs';
import { lockOwner } from './lock';
import { findPython, searchFor } from './making';
import type { ManifestKind } from './manifest';
import { isForeign } from './ownership';
import { makePlan, type Plan } from './plan';
import { pythonRequest } from './python-request';
import { pickInstaller } from './toolchain';

/** How an environment is. */
export interface EnvironmentStatus {
  /**
   * `absent`: not there. `building`: a process is making it. `ready`: complete for what the module needs now. `stale`: complete, for
   * what it needed before. `broken`: not to be used.
   */
  readonly state: 'absent' | 'building' | 'ready' | 'stale' | 'broken';
  /** Why it is not ready; absent if it is. */
  readonly reason: HealthReason | undefined;
  /** The reason in words. */
  readonly detail: string;
  /** Absolute path of the module's directory. */
  readonly directory: string;
  /** Absolute path of the environment. */
  readonly venv: string;
  /** Who made it; `user` if somebody else than this library. Undefined if it is not there. */
  readonly owner: 'synapse' | 'user' | undefined;
  /** Of a complete environment: its interpreter, installer and packages. */
  readonly pythonVersion: string | undefined;
  readonly installer: string | undefined;
  readonly distributions: readonly string[];
}

/** What provisioning would do, and why. */
export interface Explanation {
  readonly status: EnvironmentStatus;
  /** What says what the module needs, and why this does. */
  readonly manifest: {
    readonly kind: ManifestKind;
    readonly files: readonly string[];
    readonly reason: string;
    readonly passedOver: readonly { readonly path: string; readonly reason: string }[];
  };
  /** The interpreter, what it was found as, and what was passed over; an error if there is none. */
  readonly python: (Discovery['interpreter'] & Pick<Discovery, 'candidate' | 'passedOver'>) | { readonly error: string };
  /** What installs, and what was passed over; an error if there is none. */
  readonly installer: { readonly name: string; readonly passedOver: readonly PassedOver[] } | { readonly error: string };
  /** What `provision` would do: nothing, make it, change it, make it anew, take over what somebody else made, or renew its stamp. */
  readonly work: 'nothing' | 'create' | 'update' | 'rebuild' | 'adopt' | 'restamp' | 'wait' | 'fail';
  /** All of it as lines for a person. */
  readonly text: string;
}

/**
 * Tells how a module's environment is; changes nothing, and starts no program unless an environment seems to be in the making.
 *
 * @param directory the module's directory: a path or a `file:` URL
 * @throws InvalidModuleError the directory or, with `store`, a requirement file is missing or not valid
 * @throws InvalidOptionError options exclude each other (ERR_SYNAPSE_INVALID_OPTION)
 */
export async function inspect(directory: string | URL, options: EnvironmentOptions = {}): Promise<EnvironmentStatus> {
  const plan = await makePlan(directory, options);
  return statusOf(plan, checkHealth(plan.expected));
}

/**
 * Tells what `provision` would do for a module, and why: which file counts, which Python and installer would be taken, and what was
 * passed over. Starts Python to ask it for its version; changes nothing and fetches nothing.
 *
 * @param directory the module's directory: a path or a `file:` URL
 * @throws InvalidModuleError the directory or a requirement file is missing or not valid
 * @throws InvalidOptionError options exclude each other (ERR_SYNAPSE_INVALID_OPTION)
 */
export async function explain(directory: string | URL, options: ProvisionOptions = {}): Promise<Explanation> {
  const plan = await makePlan(directory, options);
  const inputs = await plan.readInputs();
  const health = checkHealth(plan.expected);
  const status = await statusOf(plan, health);
  const { kind, files, reason, passedOver } = inputs.manifest;
  const { python, installer, work } = await explainWork(plan, inputs, health, status);
  const explanation = { status, manifest: { kind, files, reason, passedOver }, python, installer, work };
  return { ...explanation, text: textOf(explanation) };
}

async function statusOf(plan: Plan, health: Health): Promise<EnvironmentStatus> {
  const { directory, venv } = plan.expected;
  const stamp = 'stamp' in health ? health.stamp : undefined;
  const builder = stamp ? undefined : await builderOf(plan);
  const told =
    health.state === 'ready' ? { reason: undefined, detail: 'it is complete' } : { reason: health.reason, detail: health.detail };
  return {
    state: builder ? 'building' : health.state,
    ...(builder ? { reason: 'unfinished', detail: `${builder} is making it` } : told),
    ...{ directory, venv, owner: ownerOf(venv, health, stamp) },
    pythonVersion: stamp?.python.version,
    installer: stamp?.installer,
    distributions: distributionsIn(stamp?.contents ?? []),
  };
}

function ownerOf(venv: string, health: Health, stamp: Stamp | undefined): EnvironmentStatus['owner'] {
  if (stamp) return stamp.owner;
  if (isForeign(venv)) return 'user';
  return health.state === 'absent' ? undefined : 'synapse';
}

/** A lock file that names an owner may be of one that was killed: then the lock itself must be tried, which takes a Python. */
async function builderOf({ expected, python }: Plan): Promise<string | undefined> {
  const { venv, env, directory } = expected;
  const path = join(venv, LOCK_NAME);
  const told = await Promise.all([path, `${path}.owner`].map((each) => readFile(each, 'utf8').catch(() => '')));
  if (!told.some(Boolean)) return undefined;
  const { interpreter } = await discover(pythonRequest(python, env), { env, directory });
  return lockOwner(path, { python: interpreter.executable, env });
}

async function explainWork(
  plan: Plan,
  inputs: Inputs,
  health: Health,
  status: EnvironmentStatus,
): Promise<Pick<Explanation, 'python' | 'installer' | 'work'>> {
  const { expected } = plan;
  const found = await failing(() => findPython(plan, inputs));
  if ('error' in found) return { python: found, installer: { error: 'it depends on the Python' }, work: 'fail' };
  const { interpreter, candidate, passedOver } = found;
  const search = { ...searchFor(plan, inputs, interpreter), mayFetch: false };
  const picked = await failing(() => pickInstaller(search));
  const python = { ...interpreter, candidate, passedOver };
  if ('error' in picked) return { python, installer: picked, work: health.state === 'ready' ? 'nothing' : 'fail' };
  const installer = { name: picked.installer.name, passedOver: picked.passedOver };
  if (health.state === 'ready') return { python, installer, work: 'nothing' };
  if (status.state === 'building') return { python, installer, work: 'wait' };
  const work = decide({ expected, health, inputs, interpreter, installer: picked.installer });
  return { python, installer, work: isWritable(expected.venv) ? work : 'fail' };
}

async function failing<T>(action: () => Promise<T>): Promise<T | { error: string }> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof SynapseError) return { error: error.message };
    throw error;
  }
}

const WORK_TEXTS: Record<Explanation['work'], string> = {
  nothing: 'nothing is to be done',
  create: 'it will be made',
  update: 'it will be brought to the inputs; what they do not name is removed',
  rebuild: 'it will be emptied and made anew',
  adopt: 'it will be taken over if it has what is needed, and else left as it is',
  restamp: 'only its stamp will be renewed',
  wait: 'it will be waited for',
  fail: 'it cannot be made',
};

function textOf({ status, manifest, python, installer, work }: Omit<Explanation, 'text'>): string {
  const { directory } = status;
  const short = (path: string): string => relative(directory, path) || path;
  const passed = (list: readonly { readonly reason: string }[], name: (each: never) => string): string[] =>
    list.map((each) => `    not ${name(each as never)}: ${each.reason}`);
  return [
    `module       ${directory}`,
    `environment  ${status.venv}`,
    `    ${status.state}: ${status.detail}`,
    `    ${WORK_TEXTS[work]}`,
    `inputs       ${manifest.files.map(short).join(', ') || 'none'} (${manifest.kind})`,
    `    ${manifest.reason}`,
    ...passed(manifest.passedOver, (each: { path: string }) => short(each.path)),
    `python       ${'error' in python ? 'none' : `${python.version} at ${python.executable}, found as ${python.candidate}`}`,
    ...('error' in python ? indented(python.error) : passed(python.passedOver, (each: PassedOver) => each.candidate)),
    `installer    ${'error' in installer ? 'none' : installer.name}`,
    ...('error' in installer ? indented(installer.error) : passed(installer.passedOver, (each: PassedOver) => each.candidate)),
  ].join('\n');
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => `    ${line}`);
}
