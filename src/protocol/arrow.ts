/** apache-arrow, where the program has it: reads the tables of Python. Owns finding and loading it. */

import { createRequire } from 'node:module';
import { join } from 'node:path';

const PACKAGE = 'apache-arrow';

interface Arrow {
  tableFromIPC(stream: Uint8Array): unknown;
}

/**
 * Finds apache-arrow, beside this library or in the program's directory.
 *
 * @returns what makes a table of an Arrow stream, and loads the package for the first one; nothing where it is not installed
 */
export function findArrow(directory = process.cwd()): ((stream: Uint8Array) => unknown) | undefined {
  for (const place of [__dirname, directory]) {
    const load = createRequire(join(place, 'program.js'));
    try {
      load.resolve(PACKAGE);
    } catch {
      continue;
    }
    return (stream) => (load(PACKAGE) as Arrow).tableFromIPC(stream);
  }
  return undefined;
}
