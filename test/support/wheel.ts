/** Tiny packages for real installs that need no network. Owns how a wheel is made (PyPA specification: binary distribution format). */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

const MAKE = [
  'import sys, zipfile',
  'path, name, version, files = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])',
  'info = f"{name}-{version}.dist-info"',
  'with zipfile.ZipFile(path, "w") as wheel:',
  '    names = [f"{name}/__init__.py"] + [f"{name}/part{i}.py" for i in range(files)]',
  '    for each in names: wheel.writestr(each, f"VERSION = {version!r}\\n")',
  '    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")',
  '    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")',
  '    names += [f"{info}/METADATA", f"{info}/WHEEL", f"{info}/RECORD"]',
  '    wheel.writestr(f"{info}/RECORD", "".join(f"{each},,\\n" for each in names))',
].join('\n');

/** Makes `<folder>/wheels/<name>-<version>-py3-none-any.whl`. */
export async function makeWheel(folder: string, name: string, version: string, files = 1): Promise<void> {
  await mkdir(join(folder, 'wheels'), { recursive: true });
  const path = join(folder, 'wheels', `${name}-${version}-py3-none-any.whl`);
  await execa('python3', ['-c', MAKE, path, name, version, String(files)]);
}

/** Writes requirements that are met from `wheels/` alone. */
export async function requireWheels(folder: string, ...requirements: string[]): Promise<void> {
  await writeFile(join(folder, 'requirements.txt'), ['--no-index', '--find-links wheels', ...requirements, ''].join('\n'));
}
