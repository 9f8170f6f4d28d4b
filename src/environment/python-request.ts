/** Which Python a module asks for. Owns what names one: the option, a variable, `.python-version`, `requires-python`. */

/** A file that says which Pythons a module runs on. */
interface PythonRequirement {
  /** Version specifiers, such as `>=3.10,<3.14`. */
  readonly specifiers: string;
  /** The file that says so. */
  readonly path: string;
}

/** What the interpreter must be. */
export interface PythonRequest {
  /** A path or name that must be taken, and what gave it. */
  readonly named: { readonly python: string; readonly by: 'the python option' | 'the variable SYNAPSE_PYTHON' } | undefined;
  /** A version that is preferred to others, such as `3.12`, and the file that names it. */
  readonly pinned: { readonly version: string; readonly path: string } | undefined;
  readonly required: readonly PythonRequirement[];
}

/**
 * Puts together what the caller and the module's files ask for.
 *
 * @param option the `python` option: a path, a name, or a version such as `3.12`
 * @param env where `SYNAPSE_PYTHON` is read
 */
export function pythonRequest(
  option: string | undefined,
  env: NodeJS.ProcessEnv,
  files: Pick<PythonRequest, 'pinned' | 'required'> = { pinned: undefined, required: [] },
): PythonRequest {
  if (option !== undefined && isVersion(option))
    return { ...files, named: undefined, pinned: { version: option, path: 'the python option' } };
  const variable = env['SYNAPSE_PYTHON'];
  const named = option
    ? ({ python: option, by: 'the python option' } as const)
    : variable
      ? ({ python: variable, by: 'the variable SYNAPSE_PYTHON' } as const)
      : undefined;
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
