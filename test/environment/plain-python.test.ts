import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { findPlainPython } from '../../src/environment/plain-python';
import { ProvisionError } from '../../src/errors';
import { temporaryFolder } from '../support/fixture';

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});

/** Puts programs into a folder that PATH then has. */
async function withPrograms(...names: string[]): Promise<NodeJS.ProcessEnv> {
  await mkdir(join(folder, 'bin'), { recursive: true });
  for (const name of names) await writeFile(join(folder, 'bin', name), '', { mode: 0o755 });
  return { PATH: join(folder, 'bin') };
}

it('takes python3, else python', async () => {
  expect(basename(findPlainPython(undefined, { env: await withPrograms('python'), platform: 'linux' }))).toBe('python');
  expect(basename(findPlainPython(undefined, { env: await withPrograms('python3'), platform: 'linux' }))).toBe('python3');
});

it('takes python first on Windows, where python3 may be a link to the shop, and the launcher last', async () => {
  const on = (env: NodeJS.ProcessEnv) => basename(findPlainPython(undefined, { env, platform: 'win32' }));
  expect(on(await withPrograms('py.EXE'))).toBe('py.EXE');
  expect(on(await withPrograms('python3.EXE'))).toBe('python3.EXE');
  expect(on(await withPrograms('python.EXE'))).toBe('python.EXE');
});

it('takes a name, a version or a path that is asked for, and nothing else', async () => {
  const env = await withPrograms('python3', 'python3.12', 'pypy3');
  const pathOf = (python: string, variables: NodeJS.ProcessEnv = {}) =>
    findPlainPython({ python, by: 'the python option' }, { env: variables, platform: 'linux' });
  const found = (requested: string) => basename(pathOf(requested, env));
  expect([found('pypy3'), found('3.12'), found('python3')]).toEqual(['pypy3', 'python3.12', 'python3']);
  const path = join(folder, 'bin', 'pypy3');
  expect([pathOf(path), pathOf(relative(process.cwd(), path))]).toEqual([path, path]);
  expect(() => found('3.7')).toThrow('looked for python3.7');
});

it.each([
  [undefined, undefined, 'Install Python 3.9 or newer'],
  ['no-such-python', 'the variable SYNAPSE_PYTHON', 'Correct the variable SYNAPSE_PYTHON'],
  ['/nowhere/python3', 'the python option', 'Correct the python option'],
  ['./python3', 'the variable ESEM_PYTHON', 'Correct the variable ESEM_PYTHON'],
] as const)('tells what it looked for (%p, of %p) if there is none, and what to do', (python, by, mend) => {
  let told: unknown;
  try {
    findPlainPython(python && { python, by }, { env: { PATH: '' }, platform: 'linux' });
  } catch (error) {
    told = error;
  }
  expect(told).toBeInstanceOf(ProvisionError);
  expect(told).toMatchObject({ code: 'ERR_SYNAPSE_PYTHON_NOT_FOUND', step: 'discover', hint: expect.stringContaining(mend) });
  expect((told as Error).message).toContain(`looked for ${python ?? 'python3, then python'}. ${(told as ProvisionError).hint}`);
});
