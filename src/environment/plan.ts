/** What a caller wants of an environment: the options, with all places and defaults worked out. */

import { existsSync, realpathSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { InvalidModuleError } from '../errors';
import { checkNames } from '../option-checks';
import { cacheDirectory } from './cache-directory';
import { checkEnvironmentOptions, type ProvisionOptions } from './environment-options';
import type { Expectation } from './fingerprint';
import type { Inputs } from './inputs';
import { chooseManifest, usualPlace } from './manifest';
import { findDirectory, findEntry } from './module-directory';
import type { ProvisionEvent } from './progress';
import { namedPython } from './python-request';
import { storePlace } from './store';

const DEFAULT_ENTRYPOINT = 'main';

const NAMES: ReadonlySet<string> = new Set<keyof ProvisionOptions>([
  ...(['python', 'installer', 'venv', 'store', 'requirements', 'entrypoint', 'env'] as const),
  ...(['offline', 'wheelhouse', 'compile', 'recreate', 'signal', 'onProgress'] as const),
]);

/** The options after their check. */
export interface Plan {
  readonly expected: Expectation;
  readonly python: string | undefined;
  readonly offline: boolean;
  readonly wheelhouse: string | undefined;
  readonly recreate: boolean;
  readonly signal: AbortSignal | undefined;
  readonly report: (event: ProvisionEvent) => void;
  /** Throws what the listener of events threw: that must not break off what is being installed. */
  readonly rethrow: () => void;
  /** Reads all that the environment is made from, as it is now. */
  readonly readInputs: () => Promise<Inputs>;
}

/**
 * Works the options out.
 *
 * @throws InvalidModuleError the directory, the entry or what the store needs to know is missing
 * @throws InvalidOptionError an option is unknown, not of its form, or excludes another (ERR_SYNAPSE_INVALID_OPTION)
 */
export async function makePlan(directory: string | URL, options: ProvisionOptions): Promise<Plan> {
  checkNames(options, NAMES);
  checkEnvironmentOptions(options);
  const real = realpathSync.native(findDirectory(directory));
  const env = { ...process.env, ...options.env };
  const entry = entryOf(real, options.entrypoint);
  const search = { directory: real, requirements: requirementsOf(real, options.requirements), entry };
  const read = async (): Promise<Inputs> => {
    const { readInputs } = await import('./inputs');
    return readInputs(real, await chooseManifest(search), env);
  };
  const named = realNameOf(namedPython(options.python, env)?.python);
  const listener = listenTo(options.onProgress);
  const venv = options.store
    ? storePlace(cacheDirectory(env), await read(), { named, installer: options.installer ?? 'auto' })
    : resolve(real, options.venv ?? usualPlace(search));
  return {
    expected: {
      ...{ directory: real, venv, named, env },
      entry: entry === undefined ? null : relative(real, entry),
      options: JSON.stringify({ requirements: search.requirements ?? null }),
      installer: options.installer ?? 'auto',
      compile: options.compile ?? false,
    },
    python: options.python,
    offline: options.offline ?? false,
    wheelhouse: options.wheelhouse === undefined ? undefined : resolve(real, options.wheelhouse),
    recreate: options.recreate ?? false,
    signal: options.signal,
    report: listener.report,
    rethrow: listener.rethrow,
    readInputs: read,
  };
}

/** One form for what comes to the same: `requirements.txt` is what counts anyway, unless a lock file is there. */
function requirementsOf(directory: string, option: ProvisionOptions['requirements']): string[] | undefined {
  if (option === undefined) return undefined;
  const files = [option].flat().map((file) => relative(directory, resolve(directory, file)));
  const isUsual = files.length === 1 && files[0] === 'requirements.txt';
  return isUsual && !['uv.lock', 'pylock.toml'].some((file) => existsSync(join(directory, file))) ? undefined : files;
}

/** A link may lead elsewhere the next time. */
function realNameOf(python: string | undefined): string | null {
  if (!python) return null;
  try {
    return /[\\/]/.test(python) ? realpathSync(python) : python;
  } catch {
    return python;
  }
}

function listenTo(onProgress: ProvisionOptions['onProgress']): Pick<Plan, 'report' | 'rethrow'> {
  const thrown: unknown[] = [];
  return {
    report: (event) => {
      try {
        onProgress?.(event);
      } catch (error) {
        thrown.push(error);
      }
    },
    rethrow: () => {
      if (thrown.length > 0) throw thrown[0];
    },
  };
}

/** An entry that was not asked for need not be there. */
function entryOf(directory: string, entrypoint: string | undefined): string | undefined {
  try {
    return findEntry(directory, entrypoint ?? DEFAULT_ENTRYPOINT);
  } catch (error) {
    if (entrypoint === undefined && error instanceof InvalidModuleError) return undefined;
    throw error;
  }
}
