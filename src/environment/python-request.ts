/** Which Python a module asks for. Owns what names one: the option, a variable, `.python-version`, `requires-python`. */

/** A file that says which Pythons a module runs on. */
interface PythonRequirement {
  /** Version specifiers, such as `>=3.10,<3.14`. */
  readonly specifiers: string;
  /** The file that says so. */
  readonly path: string;
}

/** An interpreter that is named, as it was given: a path, a name, or a version such as `3.12`; and what gave it. */
export interface NamedPython {
  readonly python: string;
  readonly by: 'the python option' | 'the variable SYNAPSE_PYTHON' | 'the variable ESEM_PYTHON';
}

/** What the interpreter must be. */
export interface PythonRequest {
  /** A path or name that must be taken. */
  readonly named: NamedPython | undefined;
  /** A version that is preferred to others, such as `3.12`, and the file that names it. */
  readonly pinned: { readonly version: string; readonly path: string } | undefined;
  readonly required: readonly PythonRequirement[];
}

/**
 * Gives the interpreter that the caller names, if any.
 *
 * @param option the `python` option; it comes before the variables
 * @param env where `SYNAPSE_PYTHON`, then `ESEM_PYTHON` are read; an empty one is none
 */
export function namedPython(option: string | undefined, env: NodeJS.ProcessEnv): NamedPython | undefined {
  if (option) return { python: option, by: 'the python option' };
  for (const name of ['SYNAPSE_PYTHON', 'ESEM_PYTHON'] as const) {
    const python = env[name];
    if (python) return { python, by: `the variable ${name}` };
  }
  return undefined;
}

/**
 * Puts together what the caller and the module's files ask for.
 *
 * @param option the `python` option: a path, a name, or a version such as `3.12`
 * @param env where the variables are read that name one
 */
export function pythonRequest(
  option: string | undefined,
  env: NodeJS.ProcessEnv,
  files: Pick<PythonRequest, 'pinned' | 'required'> = { pinned: undefined, required: [] },
): PythonRequest {
  const named = namedPython(option, env);
  if (named && isVersion(named.python)) return { ...files, named: undefined, pinned: { version: named.python, path: named.by } };
  return { ...files, named };
}

/** Reads a `.python-version` file: its first line that is a version; names of other Pythons (`pypy3.10`, `system`) are not ours to read. */
export function readPin(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const version = lines.find((line) => line !== '' && !line.startsWith('#'));
  const plain = version?.replace(/^cpython-/, '');
  return plain && isVersion(plain) ? plain : undefined;
}

function isVersion(text: string): boolean {
  return /^3(\.\d+){1,2}$/.test(text);
}
