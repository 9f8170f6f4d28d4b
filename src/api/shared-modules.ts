/** The modules of `python()` and the workers that they share. Owns which worker serves what, and what is told where a package is missing. */

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { findHome, type Home, isOfEnvironment, placesFor } from '../environment/home';
import { findDirectory } from '../environment/module-directory';
import { type NamedPython, namedPython } from '../environment/python-request';
import { DisposedError } from '../errors';
import { checkNames } from '../option-checks';
import { ImportedModule, type PythonModule } from './imported-module';
import { OPTION_NAMES, type ResolvedOptions, resolveOptions, type SynapseOptions } from './options';
import { targetOf } from './python-target';
import { SharedWorker } from './shared-worker';

const REFUSED = ['workers', 'restart', 'protocol', 'args'] as const;
const NAMES: ReadonlySet<string> = new Set(['directory', ...OPTION_NAMES].filter((name) => !REFUSED.some((each) => each === name)));

/** Options of `python`, as `SynapseOptions` has them, but that `logs` is `inherit`. Those of the first call for an interpreter hold for its worker. */
export type PythonOptions = Omit<SynapseOptions, (typeof REFUSED)[number]> & {
  /** Where requirements are looked for first: a path or a `file:` URL. Default: the directory of the file; for a name, the working directory. */
  directory?: string | URL;
};

interface Shared {
  readonly worker: SharedWorker;
  readonly modules: Map<string, ImportedModule>;
  /** What to do where a package is missing. */
  readonly mend: string;
}

/** What is asked of a worker. */
interface Wanted {
  /** Where requirements are looked for first. */
  readonly directory: string;
  /** The file whose header may say what it needs. */
  readonly file: string | undefined;
  readonly requirements: string | string[] | undefined;
  readonly resolved: ResolvedOptions;
  readonly named: NamedPython | undefined;
}

export class SharedModules {
  readonly #shared = new Map<string, Omit<Shared, 'mend'>>();
  /** How often everything was shut down. */
  #shutdowns = 0;

  /** Does what `python` does, and throws the same. */
  async import(spec: string | URL, options: PythonOptions): Promise<PythonModule> {
    const { name, path, directory } = targetOf(spec);
    const { worker, modules, mend } = await this.#sharedBy(wantedBy({ directory, file: path }, options));
    const key = path ?? name;
    const module = modules.get(key) ?? new ImportedModule(worker, name, path, mend);
    modules.set(key, module);
    await module.load();
    return module.proxy;
  }

  /** Does what `ensureWorker` does, and throws the same. */
  async start(options: PythonOptions): Promise<void> {
    const { worker } = await this.#sharedBy(wantedBy({ directory: process.cwd(), file: undefined }, options));
    await worker.start();
  }

  /** Ends all workers. Outstanding calls reject with DisposedError. */
  async shutdown(): Promise<void> {
    this.#shutdowns++;
    const workers = [...this.#shared.values()];
    this.#shared.clear();
    await Promise.all(workers.map(({ worker }) => worker.dispose()));
  }

  /** Gives the worker for a place; makes it if this is the first use. */
  async #sharedBy(wanted: Wanted): Promise<Shared> {
    const begun = this.#shutdowns;
    const { directory, file, requirements, named } = wanted;
    const home = await findHome({ directory, file, requirements, python: named?.python, within: process.cwd() });
    if (begun !== this.#shutdowns) throw new DisposedError('shutdown() was called before the worker had started: call python() after it.');
    const key = JSON.stringify([home?.directory, home?.entrypoint, named?.python]);
    const known = this.#shared.get(key);
    const shared = known && !known.worker.isSpent ? known : { worker: workerFor(home, wanted), modules: new Map() };
    this.#shared.set(key, shared);
    return { ...shared, mend: mendFor(home, named, directory) };
  }
}

function wantedBy(place: Pick<Wanted, 'directory' | 'file'>, given: PythonOptions): Wanted {
  checkNames(given, NAMES);
  const { directory, ...options } = given;
  const resolved = resolveOptions({ logs: 'inherit', ...options }, NAMES);
  const { requirements } = options;
  const named = namedPython(options.python, { ...process.env, ...resolved.env });
  const chosen = directory === undefined ? place : { directory: realpathSync.native(findDirectory(directory)), file: undefined };
  return { ...chosen, requirements, resolved, named };
}

function workerFor(home: Home | undefined, { resolved, named }: Wanted): SharedWorker {
  const { env, cwd, policy, provisioning } = resolved;
  const { socketBufferSize } = policy;
  const place = { directory: home?.directory, entrypoint: home?.entrypoint, python: named, cwd };
  return new SharedWorker({ kind: 'importer', ...place, args: [], env, socketBufferSize, provisioning }, resolved);
}

function mendFor(home: Home | undefined, named: NamedPython | undefined, directory: string): string {
  if (home) return `Add the package that brings it to ${home.manifest}: that is what this environment is made of.`;
  if (named && isOfEnvironment(named.python)) {
    return `Install the package that brings it there: while ${named.by} names the Python of an environment, no requirements are looked for.`;
  }
  const top = placesFor(directory, process.cwd()).at(-1);
  const above = top === directory ? '' : `, nor above it up to ${top}`;
  const file = join(directory, 'requirements.txt');
  return `Put the package that brings it into ${file}, of which python() makes an environment: there are no requirements in ${directory}${above}.`;
}
