/** Where the Python that this package ships lies, and how it is started. `src/` and `dist/` are siblings, so one expression serves both. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Gives the real place of a path inside an Electron archive (`app.asar`), which no other program can look into: Electron keeps
 * what is marked by `asarUnpack` beside it. Any other path is given back.
 */
export function unpacked(path: string): string {
  const beside = path.replace(/(\.asar)(?=[\\/])/, '$1.unpacked');
  return beside !== path && existsSync(beside) ? beside : path;
}

export const PYTHON_DIRECTORY = unpacked(join(__dirname, '..', 'python'));

/** What a worker runs that imports what it is told. */
export const IMPORTER_ENTRY = join(PYTHON_DIRECTORY, 'importer', 'main.py');

/** A script's compiled form is not kept by Python, an imported module's is: starting by -c saves its compilation at each start. */
const START = 'import sys; sys.dont_write_bytecode = False; sys.path.insert(0, sys.argv[1]); from synapse_py.bootstrap import main; main()';

/** Arguments for Python that run the bootstrap; the module's directory, its entry and the entry's arguments follow. */
export const BOOTSTRAP_ARGUMENTS = ['-c', START, PYTHON_DIRECTORY] as const;
