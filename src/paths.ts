/** Where the Python that this package ships lies, and how it is started. `src/` and `dist/` are siblings, so one expression serves both. */

import { join } from 'node:path';

export const PYTHON_DIRECTORY = join(__dirname, '..', 'python');

/** A script's compiled form is not kept by Python, an imported module's is: starting by -c saves its compilation at each start. */
const START = 'import sys; sys.dont_write_bytecode = False; sys.path.insert(0, sys.argv[1]); from synapse_py.bootstrap import main; main()';

/** Arguments for Python that run the bootstrap; the module's directory, its entry and the entry's arguments follow. */
export const BOOTSTRAP_ARGUMENTS = ['-c', START, PYTHON_DIRECTORY] as const;
