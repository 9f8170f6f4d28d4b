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

/** What a Python that is too old says, before its version. */
export const TOO_OLD = 'Synapse needs Python 3.9 or newer, and this is';

/** A script's compiled form is not kept by Python, an imported module's is: starting by -c saves its compilation at each start. */
const START = [
  'import sys',
  // One that is too old could not read the file that would say so. No `<`, which redirects where a .bat file of Windows stands for Python.
  `max((3, 9), sys.version_info) == sys.version_info or sys.exit('${TOO_OLD} ' + sys.version.split()[0])`,
  'sys.dont_write_bytecode = False',
  'sys.path.insert(0, sys.argv[1])',
  'from synapse_py.bootstrap import main',
  'main()',
].join('; ');

/** Arguments for Python that run the bootstrap; the module's directory, its entry and the entry's arguments follow. */
export const BOOTSTRAP_ARGUMENTS = ['-c', START, PYTHON_DIRECTORY] as const;
