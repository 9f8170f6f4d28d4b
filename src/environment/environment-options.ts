/** The options of provisioning. Owns their checks; what they come to in a directory is plan's business. */

import { checkLists, checkSignal, checkSwitches, checkTexts, invalid, oneOf } from '../option-checks';
import type { InstallerChoice } from './installer';
import type { ProvisionEvent } from './progress';

/** Options that say which environment is meant. */
export interface EnvironmentOptions {
  /** Path, name or version of the interpreter to make the environment from. Default: `SYNAPSE_PYTHON`, then `.python-version`, `python3`, `python`. */
  python?: string;
  /** Default `auto`: uv, fetched once if this machine has none, and pip where there can be no uv. */
  installer?: InstallerChoice;
  /** The environment's place, relative to the directory. Default `.venv`. */
  venv?: string;
  /** Whether modules with equal inputs share one environment, in this user's cache. Default false. Not together with `venv`. */
  store?: boolean;
  /** Requirement files, relative to the directory. Default: the first that is there, see docs/environments.md; an empty list asks for nothing. */
  requirements?: string | string[];
  /** The entry, whose own header counts where no file says what the module needs. Default `main`. */
  entrypoint?: string;
  /** Variables for the installer, besides this program's own. */
  env?: NodeJS.ProcessEnv;
}

/** Options of `provision`. */
export interface ProvisionOptions extends EnvironmentOptions {
  /** Whether the network must not be used: what was downloaded before, or `wheelhouse`, must do. Default false. */
  offline?: boolean;
  /** A directory of wheels, relative to the module's, that takes the place of the package index. */
  wheelhouse?: string;
  /** Whether packages are compiled at once, not when they are first imported. Default false. */
  compile?: boolean;
  /** Whether an environment that somebody else made, and that lacks something, may be deleted and made anew. Default false. */
  recreate?: boolean;
  /** Stops the installer and all that it started. */
  signal?: AbortSignal;
  /** Called with each step; not called at all when there is nothing to do. */
  onProgress?: (event: ProvisionEvent) => void;
}

/**
 * Checks the options that are about environments, whatever others are among them.
 *
 * @throws InvalidOptionError one is not of its form, or they exclude each other (ERR_SYNAPSE_INVALID_OPTION)
 */
export function checkEnvironmentOptions(options: ProvisionOptions): void {
  checkTexts(options, ['python', 'venv', 'wheelhouse', 'entrypoint']);
  checkLists(options, ['requirements']);
  checkSwitches(options, ['store', 'offline', 'compile', 'recreate']);
  checkSignal(options.signal);
  oneOf('installer', options.installer ?? 'auto', ['auto', 'uv', 'pip']);
  if (options.store && options.venv !== undefined)
    throw invalid('store', 'The options store and venv both say where the environment is: leave one of them out.');
}
