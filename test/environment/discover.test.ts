import { chmod, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { discover } from '../../src/environment/discover';
import { provision } from '../../src/environment/provisioner';
import type { ProvisionError } from '../../src/errors';
import { FIXTURES, temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';

it('finds the interpreter behind shims and virtual environments', async () => {
  const { python } = await provision(join(FIXTURES, 'echo'), { venv: '../.venv' });
  const [found, behind] = [await discover(undefined, process.env), await discover(python, process.env)];
  expect(behind).toEqual(found);
  expect(found.executable).toBe(await realpath(found.executable));
  expect(found.version).toMatch(/^3\.\d+\.\d+/);
});

it('follows a script that starts Python, as version managers install', async () => {
  const { executable } = await discover(undefined, process.env);
  const shim = join(await temporaryFolder(), 'python3');
  await writeFile(shim, `#!/bin/sh\nexec '${executable}' "$@"\n`);
  await chmod(shim, 0o755);
  expect((await discover(shim, process.env)).executable).toBe(executable);
});

it('takes SYNAPSE_PYTHON, and the option before it', async () => {
  const { executable } = await discover(undefined, process.env);
  const error = await rejection(discover(undefined, { ...process.env, SYNAPSE_PYTHON: '/no/such' }));
  expect(error.message).toMatch(/\/no\/such: there is no such program\nCorrect the variable SYNAPSE_PYTHON/);
  expect((await discover(executable, { SYNAPSE_PYTHON: '/no/such' })).executable).toBe(executable);
});

test.each<[NodeJS.Platform, string[]]>([
  ['linux', ['python3', 'python']],
  ['win32', ['python3', 'python', 'py -3']],
])('on %s tries %p in this order, and says of each why not', async (platform, names) => {
  const folder = await temporaryFolder();
  await symlink('/no/such/python', join(folder, 'python3'));
  const error = await rejection<ProvisionError>(discover(undefined, { PATH: folder }, { platform }));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_PYTHON_NOT_FOUND', step: 'discover' });
  const tried = error.output.split('\n').map((line) => line.trim());
  expect(tried.map((line) => line.slice(0, line.indexOf(': ')))).toEqual(names);
  for (const line of tried) expect(line.split(': ')[1]).not.toBe('');
});

it('is not led astray by variables of the parent', async () => {
  const plain = await discover(undefined, process.env);
  expect(await discover(undefined, { ...process.env, PYTHONHOME: '/no/such', PYTHONPATH: await temporaryFolder() })).toEqual(plain);
});

it('asks with the text of this version', async () => {
  const source = await readFile(join(__dirname, '..', '..', 'src', 'environment', 'discover.ts'), 'utf8');
  expect(source).toContain('MINIMUM_VERSION = [3, 9]');
  const manifest = await readFile(join(__dirname, '..', '..', 'python', 'pyproject.toml'), 'utf8');
  expect(manifest).toContain('requires-python = ">=3.9"');
});
