import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findBrokenLink, findProgram, findPrograms } from '../../src/environment/program';
import { temporaryFolder } from '../support/fixture';

async function folderWith(...names: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of names) {
    await writeFile(join(folder, name), '');
    await chmod(join(folder, name), 0o755);
  }
  return folder;
}

it('gives the programs of a name in the order of PATH', async () => {
  const [one, two] = [await folderWith('tool'), await folderWith('tool', 'other')];
  const env = { PATH: `${one}:/no/such:${two}` };
  expect(findProgram('tool', { env })).toBe(join(one, 'tool'));
  expect(findPrograms('tool', { env })).toEqual([join(one, 'tool'), join(two, 'tool')]);
  expect(findProgram('other', { env })).toBe(join(two, 'other'));
  expect(findProgram('none', { env })).toBeUndefined();
});

it('never looks into the working directory, which may be of a module: empty and relative entries are passed over', async () => {
  const folder = await folderWith('tool');
  const before = process.cwd();
  process.chdir(folder);
  try {
    for (const PATH of ['', '.', ':', './', 'bin']) expect(findProgram('tool', { env: { PATH } })).toBeUndefined();
    expect(findProgram('tool', { env: { Path: folder }, platform: 'win32' })).toBeUndefined();
    expect(findProgram('tool', { env: {} })).toBeUndefined();
  } finally {
    process.chdir(before);
  }
});

it('passes over what is no file or may not be executed', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'folder'));
  await writeFile(join(folder, 'text'), '');
  expect(findProgram('folder', { env: { PATH: folder } })).toBeUndefined();
  expect(findProgram('text', { env: { PATH: folder } })).toBeUndefined();
});

it('adds the usual endings on Windows, whatever case PATH is written in', async () => {
  const folder = await folderWith('tool.EXE', 'script.CMD', 'named.exe');
  const search = { env: { Path: folder }, platform: 'win32' as const };
  expect(findProgram('tool', search)).toBe(join(folder, 'tool.EXE'));
  expect(findProgram('script', search)).toBe(join(folder, 'script.CMD'));
  expect(findProgram('named.exe', search)).toBe(join(folder, 'named.exe'));
  expect(findProgram('script', { ...search, env: { ...search.env, PATHEXT: '.EXE' } })).toBeUndefined();
});

it('tells a link that leads nowhere', async () => {
  const folder = await folderWith('tool');
  await symlink('/no/such', join(folder, 'gone'));
  await symlink(join(folder, 'tool'), join(folder, 'good'));
  const search = { env: { PATH: folder } };
  expect(findBrokenLink('gone', search)).toBe(join(folder, 'gone'));
  expect(findBrokenLink(join(folder, 'gone'), search)).toBe(join(folder, 'gone'));
  expect(findBrokenLink('good', search)).toBeUndefined();
});
