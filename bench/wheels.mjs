/** Packages for real installs that need no network. Owns how their wheels are made (PyPA specification: binary distribution format). */

import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Top-level packages of each wheel: an installer that was stopped has put some of them in place, and others not. */
const GROUPS = 4;

/**
 * Each part holds its number: one that was cut off or is empty is told from a whole one. The metadata, by which installers recognise what
 * is there, lie between the parts: whoever is stopped after them leaves a package that looks installed.
 */
const MAKE = `
import sys, zipfile

path, name, parts, groups = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
info = f"{name}-1.0.dist-info"
contents = [(f"{name}_{group}/__init__.py", "") for group in range(groups)]
contents += [(f"{name}_{at % groups}/part{at}.py", f"NUMBER = {at}\\n") for at in range(parts)]
record = "".join(f"{each},,\\n" for each in [each for each, _ in contents] + [f"{info}/{each}" for each in ("METADATA", "WHEEL", "RECORD")])
contents[parts // 2 : parts // 2] = [
    (f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n"),
    (f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: bench\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"),
    (f"{info}/RECORD", record),
]
with zipfile.ZipFile(path, "w") as wheel:
    for each, content in contents:
        wheel.writestr(each, content)
`;

/** What a wheel has beside its parts: the entries of its packages, and three files of metadata. */
export const OTHER_FILES = GROUPS + 3;

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
    await promisify(execFile)(python, ['-c', MAKE, join(folder, `${name}-1.0-py3-none-any.whl`), name, String(parts), String(GROUPS)]);
  }
  return ['--no-index', `--find-links ${folder}`, ...Object.keys(packages)];
}
