/** Checks of options that callers pass as plain objects. Owns the words in which a wrong one is told. */

import { InvalidOptionError } from './errors';

/** Refuses options that are no object, or that have a name which is none of an option's. */
export function checkNames(options: unknown, names: ReadonlySet<string>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalid('options', `Options must be an object with ${[...names].join(', ')}.`);
  for (const name in options) {
    if (!names.has(name)) throw invalid(name, `There is no option ${name}; there are ${[...names].join(', ')}.`);
  }
}

/** Refuses a signal that is none. */
export function checkSignal(signal: unknown): void {
  if (signal === undefined || typeof (signal as AbortSignal | null)?.addEventListener === 'function') return;
  throw invalid('signal', 'The option signal must be an AbortSignal.');
}

/** Refuses options that are there and are not texts, or are empty ones. */
export function checkTexts<O extends object>(options: O, names: readonly (keyof O & string)[]): void {
  for (const name of names) {
    const value: unknown = options[name];
    if (value !== undefined && (typeof value !== 'string' || value === '' || value.includes('\0')))
      throw invalid(name, `The option ${name} must be a text that is not empty, and without NUL.`);
  }
}

/** Refuses options that are there and are neither a text nor a list of texts. */
export function checkLists<O extends object>(options: O, names: readonly (keyof O & string)[]): void {
  for (const name of names) {
    const value: unknown = options[name];
    const texts = Array.isArray(value) ? value : [value ?? ''];
    if (!texts.every((text) => typeof text === 'string')) throw invalid(name, `The option ${name} must be texts.`);
  }
}

/** Refuses variables that are there and are no object of texts; undefined is a variable that is not set. */
export function checkVariables<O extends object>(options: O, name: keyof O & string): void {
  const value: unknown = options[name];
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(name, `The option ${name} must be an object of texts.`);
  for (const [variable, text] of Object.entries(value)) {
    if (text !== undefined && typeof text !== 'string')
      throw invalid(name, `The option ${name} must be texts, and ${variable} is ${String(text)}.`);
  }
}

/** Refuses options that are there and are neither true nor false. */
export function checkSwitches<O extends object>(options: O, names: readonly (keyof O & string)[]): void {
  for (const name of names) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== 'boolean') throw invalid(name, `The option ${name} must be true or false.`);
  }
}

/** Refuses a value that is none of those allowed. */
export function oneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (allowed.includes(value as string)) return;
  throw invalid(name, `The option ${name} must be one of ${allowed.join(', ')}, not ${String(value)}.`);
}

/** The longest time that a Node timer can wait, in milliseconds. */
export const LARGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Gives an option that is a whole number within bounds; the fallback if it is not there. */
export function wholeOption<N extends string>(
  options: { readonly [K in N]?: unknown },
  name: N,
  fallback: number,
  least: number,
  most: number,
): number {
  const value = options[name] ?? fallback;
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  throw invalid(name, `The option ${name} must be a whole number from ${least} to ${most}, not ${String(value)}.`);
}

/** Gives the error of a wrong option. */
export function invalid(option: string, message: string): InvalidOptionError {
  return new InvalidOptionError(option, message);
}
