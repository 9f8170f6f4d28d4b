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
