/** Python files and packages as objects, without a class to make: `python('./model.py')`. Owns the workers that are shared among them. */

import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findHome, type Home, type HomeSearch } from '../environment/home';
import { DisposedError, InvalidModuleError } from '../errors';
import { invalid } from '../option-checks';
import { ImportedModule, type PythonModule } from './imported-module';
import { resolveOptions, type SynapseOptions } from './options';
import { SharedWorker } from './shared-worker';

/** Options of `python`, as `SynapseOptions` has them, but that `logs` is `inherit`. Those of the first call for an interpreter hold for its worker. */
export type PythonOptions = Omit<SynapseOptions, 'workers' | 'restart' | 'protocol' | 'args'>;

interface Target {
  readonly name: string;
  /** Absolute path of a file or of a package's folder; undefined for a module that Python finds by itself. */
  readonly path: string | undefined;
  /** Absolute; where requirements are looked for. */
  readonly directory: string;
}

interface Shared {
  readonly worker: SharedWorker;
  readonly modules: Map<string, ImportedModule>;
}

const REFUSED: ReadonlySet<string> = new Set(['workers', 'restart', 'protocol', 'args']);
const shared = new Map<string, Shared>();
/** How often everything was shut down. */
let shutdowns = 0;

/**
 * Imports a Python file, package or installed module, in a worker that is started at the first call and shared by all calls for the same
 * interpreter. The worker does not keep the program alive while no call is outstanding, and comes again after a crash.
 *
 * The interpreter is the one of the environment that belongs to the file's directory (for a name: the working directory), if that
 * has requirements; the environment is made or brought up to date then. Else it is the one that `options.python`, `SYNAPSE_PYTHON` or
 * `ESEM_PYTHON` names, else `python3`, as it stands.
 *
 * @param spec a path (`./model.py`, `../pkg`), absolute or relative to the working directory, or a `file:` URL; anything else is a dotted name
 * @returns the module's names; see `PythonModule`
 * @throws InvalidModuleError there is no such file (ERR_SYNAPSE_ENTRY_NOT_FOUND)
 * @throws ProvisionError there is no Python (ERR_SYNAPSE_PYTHON_NOT_FOUND), or the environment could not be made (ERR_SYNAPSE_PROVISION)
 * @throws SpawnError the worker could not be started (ERR_SYNAPSE_SPAWN)
 * @throws PythonError the module raised while it was imported, or is not there (ERR_SYNAPSE_PYTHON)
 * @throws DisposedError `shutdown` was called meanwhile (ERR_SYNAPSE_DISPOSED)
 * @throws InvalidOptionError an argument is not of its form (ERR_SYNAPSE_INVALID_OPTION)
 */
// biome-ignore lint/suspicious/noExplicitAny: a Python module has whatever names it has
export async function python<T = any>(spec: string | URL, options: PythonOptions = {}): Promise<PythonModule<T>> {
  const target = targetOf(spec);
  const { worker, modules } = await sharedBy({ directory: target.directory, file: target.path }, options);
  const key = target.path ?? target.name;
  const module = modules.get(key) ?? new ImportedModule(worker, target.name, target.path);
  modules.set(key, module);
  await module.load();
  return module.proxy;
}

/**
 * Starts the worker that `python(name)` would use, so that a later call need not wait for it.
 *
 * @returns when it is ready
 * @throws what `python` throws before it imports anything
 */
export async function ensureWorker(options: PythonOptions = {}): Promise<void> {
  const { worker } = await sharedBy({ directory: process.cwd(), file: undefined }, options);
  await worker.start();
}

/**
 * Ends the workers of `python`. Outstanding calls reject with DisposedError; a later `python()` starts afresh.
 */
export async function shutdown(): Promise<void> {
  shutdowns++;
  const workers = [...shared.values()];
  shared.clear();
  await Promise.all(workers.map(({ worker }) => worker.dispose()));
}

/** Gives the worker for a place; makes it if this is the first use. */
async function sharedBy(place: Pick<HomeSearch, 'directory' | 'file'>, options: PythonOptions): Promise<Shared> {
  const begun = shutdowns;
  const all = { ...process.env, ...options.env };
  const interpreter = options.python ?? all['SYNAPSE_PYTHON'] ?? all['ESEM_PYTHON'];
  const home = await findHome({ ...place, requirements: options.requirements, python: interpreter });
  if (begun !== shutdowns) throw new DisposedError('shutdown() was called before the worker had started: call python() after it.');
  return sharedFor(home, interpreter, options);
}

function sharedFor(home: Home | undefined, interpreter: string | undefined, options: PythonOptions): Shared {
  for (const name of REFUSED) if (name in options) throw invalid(name, `There is no option ${name} of python().`);
  const resolved = resolveOptions({ logs: 'inherit', ...options });
  const { env, cwd, policy } = resolved;
  const key = JSON.stringify([home, interpreter]);
  const known = shared.get(key);
  if (known) return known;
  const provisioning = { ...resolved.provisioning, ...(interpreter === undefined ? {} : { python: interpreter }) };
  const { socketBufferSize } = policy;
  const place = { directory: home?.directory, entrypoint: home?.entrypoint, python: interpreter, cwd };
  const spec = { kind: 'importer', ...place, args: [], env, socketBufferSize, provisioning } as const;
  const fresh = { worker: new SharedWorker(spec, resolved), modules: new Map() };
  shared.set(key, fresh);
  return fresh;
}

function targetOf(spec: string | URL): Target {
  const text = spec instanceof URL && spec.protocol === 'file:' ? fileURLToPath(spec) : spec;
  if (typeof text !== 'string' || text === '')
    throw invalid('spec', "python() takes a path such as './model.py', a file: URL, or a name such as 'numpy'.");
  const given = text.startsWith('file:') ? fileURLToPath(text) : text;
  if (!/^\.{1,2}(?:[\\/]|$)/.test(given) && !isAbsolute(given) && extname(given) !== '.py') {
    return { name: given, path: undefined, directory: process.cwd() };
  }
  const path = existing(given);
  const name = basename(path, extname(path));
  return { name, path, directory: dirname(path) };
}

/** Gives the path of what a spec names: a file, with or without its ending, or a package. */
function existing(given: string): string {
  const path = resolve(given);
  const found = [path, `${path}.py`].find(isFile) ?? (existsSync(path) ? path : undefined);
  if (found === undefined) {
    const place = isAbsolute(given) ? '.' : `: a path is relative to the working directory, ${process.cwd()}.`;
    throw new InvalidModuleError('ERR_SYNAPSE_ENTRY_NOT_FOUND', path, `There is no Python file at ${path}${place}`);
  }
  if (!isFile(found) && !isFile(resolve(found, '__init__.py'))) {
    throw new InvalidModuleError(
      'ERR_SYNAPSE_ENTRY_NOT_FOUND',
      found,
      `${found} is a folder without __init__.py: name a file in it, or make it a package.`,
    );
  }
  return realpathSync(found);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
