/** The environment variables that reach helpers, installers and workers. Owns what of the parent's must not leak in. */

import { delimiter } from 'node:path';

/** These would make Python or an installer work on another environment than the one it is told to. */
const LEAKING = new Set([
  'PYTHONHOME',
  'PYTHONPATH',
  'PYTHONPLATLIBDIR',
  'PYTHONEXECUTABLE',
  'PYTHONSTARTUP',
  'PYTHONINSPECT',
  '__PYVENV_LAUNCHER__',
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
  environment: { readonly venv: string; readonly scripts: string },
): NodeJS.ProcessEnv {
  const inherited = without(env, LEAKING);
  const pathName = Object.keys(inherited).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const path = [environment.scripts, inherited[pathName]].filter(Boolean).join(delimiter);
  return { ...inherited, VIRTUAL_ENV: environment.venv, [pathName]: path, ...own };
}
