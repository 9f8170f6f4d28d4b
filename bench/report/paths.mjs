/** Error texts of a run, as they may be kept: without the paths of this machine. */

import { homedir, tmpdir } from 'node:os';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..');

/**
 * @param {string} text
 * @returns its first line, with the project as `.`, the user's home as `~` and the temporary files as `$TMPDIR`
 */
export function withoutPaths(text) {
  return text.split('\n')[0].replaceAll(ROOT, '.').replaceAll(homedir(), '~').replaceAll(tmpdir(), '$TMPDIR');
}
