/** Packages for real installs that need no network. Owns how their wheels are made (PyPA specification: binary distribution format). */

import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Each part holds its number: one that was cut off or is empty is told from a whole one. */
const MAKE = `
import sys, zipfile

path, name, parts = sys.argv[1], sys.argv[2], int(sys.argv[3])
info = f"{name}-1.0.dist-info"
files = {f"{name}/__init__.py": ""}
files.update((f"{name}/part{at}.py", f"NUMBER = {at}\\n") for at in range(parts))
files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n"
files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\\nGenerator: bench\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
files[f"{info}/RECORD"] = "".join(f"{each},,\\n" for each in [*files, f"{info}/RECORD"])
with zipfile.ZipFile(path, "w") as wheel:
    for each, content in files.items():
        wheel.writestr(each, content)
`;

/** The module of a package, and its metadata: beside its parts, these are the files of a wheel. */
export const OTHER_FILES = 4;

/**
 * Makes wheels of version 1.0.
 *
 * @param {string} folder absolute path; made if it is not there
 * @param {Record<string, number>} packages how many parts each has
 * @param {string} python
 * @returns {Promise<string[]>} the lines of requirements that are met by these alone
 */
export async function makeWheels(folder, packages, python) {
  await mkdir(folder, { recursive: true });
  for (const [name, parts] of Object.entries(packages)) {
    await promisify(execFile)(python, ['-c', MAKE, join(folder, `${name}-1.0-py3-none-any.whl`), name, String(parts)]);
  }
  return ['--no-index', `--find-links ${folder}`, ...Object.keys(packages)];
}
