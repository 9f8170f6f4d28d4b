/** The environment variables that reach helpers, installers and workers. Owns what of the parent's must not leak in. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheDirectory } from './cache-directory';
import { sha256 } from './digest';

/** These would make Python or an installer work on another environment than the one it is told to. */
const LEAKING = new Set([
  'PYTHONHOME',
  'PYTHONPATH',
  'PYTHONPLATLIBDIR',
  'PYTHONEXECUTABLE',
  'PYTHONSTARTUP',
  'PYTHONINSPECT',
  '__PYVENV_LAUNCHER__',
  'SYNAPSE_HOST',
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
  'CONDA_DEFAULT_ENV',
]);

/** These change where an installer puts packages, or what it tells. */
const MISLEADING_INSTALLERS = new Set(
  ['TARGET', 'PREFIX', 'ROOT', 'USER', 'REQUIREMENT', 'EDITABLE', 'PYTHON', 'DRY_RUN', 'QUIET', 'REPORT', 'REQUIRE_VIRTUALENV', 'LOG']
    .map((name) => `PIP_${name}`)
    .concat('UV_PYTHON', 'UV_SYSTEM_PYTHON', 'UV_PROJECT_ENVIRONMENT'),
);

function without(env: NodeJS.ProcessEnv, names: ReadonlySet<string>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.has(name.toUpperCase())));
}

/** For short helper programs and installers. */
export function installerVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...without(without(env, LEAKING), MISLEADING_INSTALLERS), PYTHONIOENCODING: 'utf-8', UV_PYTHON_DOWNLOADS: 'never' };
}

/**
 * For a worker: the environment is active in it, so that `python` and installed commands are found.
 *
 * @param own the caller's variables; they win over everything
 */
export function workerVariables(
  env: NodeJS.ProcessEnv,
  own: NodeJS.ProcessEnv,
  environment: { readonly venv: string; readonly scripts: string; readonly compiled: boolean },
): NodeJS.ProcessEnv {
  const inherited = without(env, LEAKING);
  const pathName = Object.keys(inherited).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const path = [environment.scripts, inherited[pathName]].filter(Boolean).join(delimiter);
  return { ...inherited, ...bytecodeVariables(inherited, own, environment), VIRTUAL_ENV: environment.venv, [pathName]: path, ...own };
}

/** Where compiled code goes that must not lie beside its source. */
const PYCACHE_NAME = '.synapse-pycache';

/**
 * Large packages take seconds to compile: when that cannot be kept beside them, or the parent's variables forbid it, it is kept in the
 * environment, else in this user's cache.
 */
function bytecodeVariables(
  env: NodeJS.ProcessEnv,
  own: NodeJS.ProcessEnv,
  { venv, compiled }: { readonly venv: string; readonly compiled: boolean },
): NodeJS.ProcessEnv {
  const isChosen = 'PYTHONDONTWRITEBYTECODE' in own || 'PYTHONPYCACHEPREFIX' in own;
  const canWrite = isWritable(venv);
  if (compiled || isChosen || env['PYTHONPYCACHEPREFIX'] || (canWrite && !env['PYTHONDONTWRITEBYTECODE'])) return {};
  const place = canWrite ? join(venv, PYCACHE_NAME) : join(cacheDirectory(env), 'pycache', sha256(venv).slice(0, 16));
  return { PYTHONPYCACHEPREFIX: place, PYTHONDONTWRITEBYTECODE: undefined };
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
