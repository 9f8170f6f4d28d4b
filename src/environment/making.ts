/** Makes environments. Owns the order of the work: who does it, by which Python and installer, and what is done where nothing can be written. */

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ProvisionError } from '../errors';
import { invalid } from '../option-checks';
import { foreign, notAnEnvironment } from './adoption';
import { bring, type Job, LOCK_NAME } from './builder';
import { isWritable } from './cache-directory';
import { decide } from './decision';
import { type Discovery, discover } from './discover';
import { attempt } from './failure';
import { checkHealth, type Health, type Stamp } from './fingerprint';
import type { Inputs } from './inputs';
import { environmentPython } from './layout';
import { acquireLock, type Lock } from './lock';
import { isEnvironment, isForeign } from './ownership';
import type { Plan } from './plan';
import { pythonRequest } from './python-request';
import { type InstallerSearch, lookForUv, pickInstaller } from './toolchain';
import { isOnlyReadByPip } from './uv';

type Unready = Exclude<Health, { state: 'ready' }>;

/** What an environment is after all. */
export interface Made {
  readonly stamp: Stamp;
  /** True if it was complete already, or as good. */
  readonly reused: boolean;
}

/**
 * Makes an environment that is not complete, or brings it up to date.
 *
 * @throws what `provision` throws of the work
 */
export async function make(plan: Plan, health: Unready): Promise<Made> {
  const { expected, report } = plan;
  if (isForeign(expected.venv) && !isEnvironment(expected.venv)) throw notAnEnvironment(expected.venv);
  const inputs = await plan.readInputs(); // names what is missing before anything is made
  report({ phase: 'python', message: 'Looking for Python' });
  const { interpreter } = await findPython(plan, inputs);
  if (!isWritable(expected.venv)) return useUnwritable(plan, health, inputs, interpreter);
  await attempt('venv', expected.venv, () => mkdir(expected.venv, { recursive: true }));
  const look = lookForUv(searchFor(plan, inputs, interpreter));
  look.catch(() => undefined); // it is awaited when the lock is there
  const lock = await takeLock(plan, interpreter.executable);
  try {
    checkWheelhouse(plan);
    const now = checkHealth(expected); // the one waited for may have done it all
    if (now.state === 'ready') return { stamp: now.stamp, reused: true };
    const stamp = await bringByEither(plan, await makeJob(plan, now, interpreter, lock, look));
    report({ phase: 'done', message: 'Environment ready' });
    return { stamp, reused: false };
  } finally {
    await lock.release();
  }
}

/**
 * Finds the interpreter that the environment is made from; of one that somebody else made, its own, unless another is named.
 *
 * @throws what `discover` throws
 * @throws ProvisionError somebody else made the environment, from another Python or one that does not run (ERR_SYNAPSE_FOREIGN_ENVIRONMENT)
 */
export async function findPython({ expected, python, recreate, signal }: Plan, inputs: Inputs): Promise<Discovery> {
  const { venv, env, directory } = expected;
  const request = pythonRequest(python, env, inputs.python);
  const where = { env, directory, signal };
  if (!isForeign(venv)) return discover(request, where);
  const own = await discover(pythonRequest(environmentPython(venv), env, inputs.python), where).catch(asReason);
  const wanted = request.named || request.pinned ? await discover(request, where).catch(asReason) : undefined;
  const fits = typeof own === 'object' && (typeof wanted !== 'object' || wanted.interpreter.executable === own.interpreter.executable);
  if (fits && !(request.named && typeof wanted === 'string')) return own;
  if (recreate) return discover(request, where);
  if (typeof own === 'string') throw foreign(expected, `its Python cannot be used:\n${own}`);
  const other = typeof wanted === 'object' ? wanted.interpreter.executable : request.named?.python;
  throw foreign(expected, `its Python is ${own.interpreter.executable}, and ${other} is asked for`);
}

function asReason(error: unknown): string {
  if (error instanceof ProvisionError && error.code === 'ERR_SYNAPSE_PYTHON_NOT_FOUND') return error.output;
  throw error;
}

function takeLock({ expected, signal, report }: Plan, python: string): Promise<Lock> {
  const onWait = (owner: string): void => report({ phase: 'waiting', message: `Waiting for ${owner}, which is making the environment` });
  return acquireLock(join(expected.venv, LOCK_NAME), { python, env: expected.env, signal, onWait });
}

async function makeJob(
  plan: Plan,
  health: Unready,
  interpreter: Job['interpreter'],
  lock: Lock,
  look: ReturnType<typeof lookForUv>,
): Promise<Job> {
  const inputs = await plan.readInputs(); // as they are now that it is this process's turn
  const { expected, offline, wheelhouse, recreate, signal, report } = plan;
  const { installer } = await pickInstaller(searchFor(plan, inputs, interpreter), look);
  return { expected, health, inputs, interpreter, installer, lock, offline, wheelhouse, recreate, signal, report };
}

function checkWheelhouse({ wheelhouse }: Plan): void {
  if (wheelhouse === undefined || existsSync(wheelhouse)) return;
  throw invalid(
    'wheelhouse',
    `The option wheelhouse names ${wheelhouse}, which is not there: a relative path starts at the module's directory.`,
  );
}

/** Gives what the choice of an installer depends on. */
export function searchFor(plan: Plan, { asksForSomething }: Inputs, interpreter: Job['interpreter']): InstallerSearch {
  const { expected, offline, wheelhouse, signal, report } = plan;
  const { env, directory, installer: choice } = expected;
  return { choice, directory, interpreter, env, asksForSomething, offline, wheelhouse, mayFetch: true, signal, report };
}

/** Some lines of requirement files only pip can read; uv has then changed nothing. */
async function bringByEither(plan: Plan, job: Job): Promise<Stamp> {
  try {
    return await bring(job);
  } catch (error) {
    if (plan.expected.installer !== 'auto' || !isOnlyReadByPip(error)) throw error;
    const search = { ...searchFor(plan, job.inputs, job.interpreter), choice: 'pip' } as const;
    const pip = await pickInstaller(search).catch(() => undefined);
    if (!pip) throw error;
    plan.report({ phase: 'installer', message: 'A line of the requirements can only be read by pip: using it' });
    const health = checkHealth(plan.expected);
    return health.state === 'ready' ? health.stamp : bring({ ...job, installer: pip.installer, health });
  }
}

/** A complete environment that only lies elsewhere, or whose interpreter got a bug fix, is as good where its stamp cannot be renewed. */
function useUnwritable(plan: Plan, health: Unready, inputs: Inputs, interpreter: Job['interpreter']): Made {
  const { expected } = plan;
  if (health.state === 'stale' && !expected.compile) {
    const installer = { isExact: health.stamp.movable };
    const work = decide({ expected, health, inputs, interpreter, installer });
    if (work === 'restamp') return { stamp: health.stamp, reused: true };
  }
  const hint =
    'Prepare it beforehand as a user who can write there ("synapse install"), or name another place with the option venv or store.';
  throw new ProvisionError(
    `The environment ${expected.venv} cannot be used (${health.detail}), and this user cannot write there. ${hint}`,
    { step: 'venv', hint, output: health.detail },
  );
}
