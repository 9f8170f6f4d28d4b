/** What the methods of a Synapse or Module are given. Owns the checks of arguments and of the options of one call. */

import type { CallOptions } from '../channel/pending';
import type { InvalidOptionError } from '../errors';
import { checkNames, checkSignal, checkSwitches, checkTexts, invalid, LARGEST_TIMEOUT_MS, wholeOption } from '../option-checks';

/** Options of `spawn`. */
export interface SpawnOptions {
  /** Aborting stops provisioning and starting; `spawn` rejects with the signal's reason. */
  signal?: AbortSignal;
}

const CALL_NAMES: ReadonlySet<string> = new Set<keyof CallOptions>(['timeout', 'signal', 'key', 'idempotent']);
const SPAWN_NAMES: ReadonlySet<string> = new Set<keyof SpawnOptions>(['signal']);

/**
 * Checks the options of one call.
 *
 * @throws InvalidOptionError an option is unknown or not of its form (ERR_SYNAPSE_INVALID_OPTION)
 */
export function checkCallOptions(options: CallOptions): void {
  checkCallNames(options);
  const { timeout, signal } = options;
  if (timeout !== undefined) wholeOption({ timeout }, 'timeout', 0, 0, LARGEST_TIMEOUT_MS);
  checkTexts(options, ['key']);
  checkSwitches(options, ['idempotent']);
  checkSignal(signal);
}

/**
 * Checks what `onEvent` is given.
 *
 * @throws InvalidOptionError it is no function (ERR_SYNAPSE_INVALID_OPTION)
 */
export function checkCallback(callback: unknown): void {
  if (typeof callback !== 'function') throw invalid('callback', 'The callback of onEvent must be a function, which gets what is emitted.');
}

/** What looks like more arguments is told where those go. */
function checkCallNames(options: CallOptions): void {
  try {
    checkNames(options, CALL_NAMES);
  } catch (error) {
    const { option, message } = error as InvalidOptionError;
    throw invalid(
      option,
      `${message} They come after the one argument of the function: several arguments go by py.name(a, b, kw({ ... })).`,
    );
  }
}

/**
 * Checks what `spawn` is given.
 *
 * @throws InvalidOptionError an argument or option is not of its form (ERR_SYNAPSE_INVALID_OPTION)
 */
export function checkSpawnArguments(directory: unknown, entrypoint: unknown, options: SpawnOptions): void {
  const isPlace = directory instanceof URL ? directory.protocol === 'file:' : typeof directory === 'string' && directory !== '';
  if (!isPlace)
    throw invalid('directory', 'The directory must be a path, or a file: URL such as new URL("./py_module/", import.meta.url).');
  if (typeof directory === 'string' && directory.startsWith('file:')) {
    throw invalid('directory', `The directory ${directory} is a URL as text: pass the URL object itself.`);
  }
  if (typeof entrypoint !== 'string') throw invalid('entrypoint', 'The entry must be a text, such as "main"; options come after it.');
  checkNames(options, SPAWN_NAMES);
  checkSignal(options.signal);
}

/** Refuses the name of a method or event that is no text. */
export function checkName(what: 'method' | 'name', value: unknown): void {
  if (typeof value !== 'string' || value === '') throw invalid(what, `The ${what} must be a text that is not empty.`);
}
