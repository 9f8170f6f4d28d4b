import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findDirectory, findEntry } from '../../src/environment/module-directory';
import { InvalidModuleError } from '../../src/errors';
import { temporaryFolder } from '../support/fixture';

it('takes a path, a URL, and names that begin with a dash as what they are', async () => {
  const folder = join(await temporaryFolder(), '-rf');
  await mkdir(folder);
  await writeFile(join(folder, '-c.py'), '');
  expect(findDirectory(folder)).toBe(folder);
  expect(findDirectory(pathToFileURL(folder))).toBe(folder);
  expect(findEntry(folder, '-c')).toBe(join(folder, '-c.py'));
});

test.each(['..', '../x', '/etc/passwd', '.', 'a/../..'])('does not leave the directory for %p', async (entry) => {
  const folder = await temporaryFolder();
  expect(() => findEntry(folder, entry)).toThrow(expect.objectContaining({ code: 'ERR_SYNAPSE_ENTRY_OUTSIDE' }));
  expect(() => findDirectory(join(folder, 'none'))).toThrow(InvalidModuleError);
});

it('finds a directory that Electron has put beside its archive, and says what to do about one that is inside', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'app.asar.unpacked', 'py'), { recursive: true });
  expect(findDirectory(join(folder, 'app.asar', 'py'))).toBe(join(folder, 'app.asar.unpacked', 'py'));
  expect(() => findDirectory(join(folder, 'app.asar', 'other'))).toThrow(/inside an Electron archive.*asarUnpack/);
});
