/** Whose an environment is. Owns the mark of those that this library made, and may therefore delete. */

import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from './digest';

/** Marks an environment that was made here. */
export const OWNED_NAME = '.synapse-owned';

/** Whether there is an environment, or anything else, that this library did not make. */
export function isForeign(venv: string): boolean {
  if (!attempt(() => lstatSync(venv))) return false;
  if (!statSync(venv, { throwIfNoEntry: false })?.isDirectory()) return true;
  return !isOwned(venv) && readdirSync(venv).some((name) => !name.startsWith('.synapse'));
}

/** Whether this library began to make it. */
function isOwned(venv: string): boolean {
  return existsSync(join(venv, OWNED_NAME));
}

/** Whether it is an environment, of whatever tool. */
export function isEnvironment(venv: string): boolean {
  return existsSync(join(venv, 'pyvenv.cfg')) || existsSync(join(venv, 'conda-meta'));
}
