/** Where the Python that this package ships lies. `src/` and `dist/` are siblings, so one expression serves both. */

import { join } from 'node:path';

const PYTHON_DIRECTORY = join(__dirname, '..', 'python');

/** The script that a worker process starts with. */
export const BOOTSTRAP_PATH = join(PYTHON_DIRECTORY, 'synapse_py', 'bootstrap.py');
