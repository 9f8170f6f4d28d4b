/** Where the files of this package lie that the command uses, and its version. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PYTHON_DIRECTORY } from '../paths';

const ROOT = dirname(PYTHON_DIRECTORY);

/** What `init` copies. */
export const TEMPLATE_DIRECTORY = join(ROOT, 'py_template');

/** What `run` has Node import first. */
export const REGISTER_FILE = join(ROOT, 'dist', 'register.mjs');

/** The version of this package, and the Node that it needs, such as `>=20.19`. */
export function packageFacts(): { readonly version: string; readonly node: string } {
  const { version, engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return { version, node: engines.node };
}

/** The version of the Python side that lies beside it; undefined if it is not there. */
export function shippedPythonVersion(): string | undefined {
  try {
    const text = readFileSync(join(PYTHON_DIRECTORY, 'synapse_py', '__init__.py'), 'utf8');
    return /^__version__ = "(.+)"$/m.exec(text)?.[1];
  } catch {
    return undefined;
  }
}
