/** Python files and packages as objects, without a class to make: `python('./model.py')`. Owns that a program has their workers once. */

import { version } from '../../package.json';
import { withCaller } from '../channel/caller-stack';
import type { PythonModule } from './imported-module';
import { type PythonOptions, SharedModules } from './shared-modules';

/** A program that imports this package and requires it has it twice, and is to have the same objects and one `shutdown`. */
const SHARED = Symbol.for(`synapse-py.python@${version}`);

/**
 * Imports a Python file, package or installed module, in a worker that is started at the first call and shared by all calls for the same
 * interpreter. The worker does not keep the program alive while no call is outstanding, and comes again after a crash.
 *
 * The interpreter is the one of the environment that belongs to the nearest directory with requirements: the file's (for a name: the
 * working directory), or one above it up to the working directory; the environment is made or brought up to date then. Else it is the
 * one that `options.python`, `SYNAPSE_PYTHON` or `ESEM_PYTHON` names, else `python3`, as it stands.
 *
 * @param spec a path (`./model.py`, `../pkg`), absolute or relative to the working directory, or a `file:` URL; anything else is a dotted name
 * @returns the module's names; see `PythonModule`
 * @throws InvalidModuleError there is no such file (ERR_SYNAPSE_ENTRY_NOT_FOUND), or not the option's directory (ERR_SYNAPSE_DIRECTORY_NOT_FOUND)
 * @throws ProvisionError there is no usable Python (ERR_SYNAPSE_PYTHON_NOT_FOUND), or the environment could not be made (ERR_SYNAPSE_PROVISION)
 * @throws SpawnError the worker could not be started (ERR_SYNAPSE_SPAWN)
 * @throws PythonError the module raised while it was imported, or is not there (ERR_SYNAPSE_PYTHON)
 * @throws DisposedError `shutdown` was called meanwhile (ERR_SYNAPSE_DISPOSED)
 * @throws InvalidOptionError an argument is not of its form (ERR_SYNAPSE_INVALID_OPTION)
 */
// biome-ignore lint/suspicious/noExplicitAny: a Python module has whatever names it has
export async function python<T = any>(spec: string | URL, options: PythonOptions = {}): Promise<PythonModule<T>> {
  try {
    return await sharedModules().import(spec, options);
  } catch (error) {
    throw withCaller(error, python);
  }
}

/**
 * Starts the worker that `python(name)` would use, so that a later call need not wait for it.
 *
 * @returns when it is ready
 * @throws what `python` throws before it imports anything
 */
export async function ensureWorker(options: PythonOptions = {}): Promise<void> {
  try {
    await sharedModules().start(options);
  } catch (error) {
    throw withCaller(error, ensureWorker);
  }
}

/**
 * Ends the workers of `python`. Outstanding calls reject with DisposedError; a later `python()` starts afresh.
 */
export async function shutdown(): Promise<void> {
  await sharedModules().shutdown();
}

/** Those of the build that was used first. */
function sharedModules(): SharedModules {
  const program = globalThis as { [SHARED]?: SharedModules };
  program[SHARED] ??= new SharedModules();
  return program[SHARED];
}
