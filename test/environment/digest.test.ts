import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CountingPart, digest, isUnchanged } from '../../src/environment/digest';
import { temporaryFolder } from '../support/fixture';

async function changes(part: CountingPart, before: string, after: string): Promise<boolean> {
  const folder = await temporaryFolder();
  const path = join(folder, 'file');
  await writeFile(path, before);
  const file = digest(folder, 'file', part);
  if (!file) throw new Error('there is no digest');
  await writeFile(path, after);
  await utimes(path, 1, 1);
  return !isUnchanged(folder, file);
}

test.each<[CountingPart, string, string, boolean]>([
  ['whole', 'a', 'a', false],
  ['whole', 'a', 'a ', true],
  ['lines', 'six\nattrs\n', '# why\nsix # because\n\nattrs', false],
  ['lines', 'six\n', 'six==1\n', true],
  ['lines', 'a @ https://x/#sha256=1\n', 'a @ https://x/#sha256=2\n', true],
  ['header', '# /// script\n# a = 1\n# ///\nx\n', '# /// script\n# a = 1\n# ///\ny\n', false],
  ['header', '# /// script\n# a = 1\n# ///\nx\n', '# /// script\n# a = 2\n# ///\nx\n', true],
  ['header', '# /// script\n# a = 1\n# ///\nx\n', 'x\n', true],
])('by %s, %j to %j is a change: %p', async (part, before, after, expected) => {
  expect(await changes(part, before, after)).toBe(expected);
});

it('sees a change that keeps length and time', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'file');
  await writeFile(path, 'a==1');
  await utimes(path, 1, 1);
  const file = digest(folder, 'file', 'whole');
  if (!file) throw new Error('there is no digest');
  await writeFile(path, 'a==2');
  await utimes(path, 1, 1);
  expect(isUnchanged(folder, file)).toBe(false);
});

describe('a directory', () => {
  async function packageFolder(): Promise<string> {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'package', 'inner'), { recursive: true });
    await writeFile(join(folder, 'package', 'inner', 'a.py'), '1');
    return folder;
  }

  it.each<[string, string, boolean]>([
    ['a file that changed', 'inner/a.py', true],
    ['a new file', 'inner/b.py', true],
    ['what a build leaves', 'build/lib/a.py', false],
    ['a package of that name', 'inner/build/a.py', true],
    ['an environment in it', 'env/pyvenv.cfg', false],
    ['compiled code', '__pycache__/a.pyc', false],
    ['what version control keeps', '.git/index', false],
  ])('sees %s', async (_, path, expected) => {
    const folder = await packageFolder();
    const tree = digest(folder, 'package', 'tree');
    if (!tree) throw new Error('there is no digest');
    await mkdir(join(folder, 'package', path, '..'), { recursive: true });
    await writeFile(join(folder, 'package', path), '22');
    expect(!isUnchanged(folder, tree)).toBe(expected);
  });

  it('sees a file that was renamed', async () => {
    const folder = await packageFolder();
    const tree = digest(folder, 'package', 'tree');
    if (!tree) throw new Error('there is no digest');
    await rename(join(folder, 'package', 'inner', 'a.py'), join(folder, 'package', 'inner', 'b.py'));
    expect(isUnchanged(folder, tree)).toBe(false);
  });

  it('that is touched, or gone', async () => {
    const folder = await packageFolder();
    const tree = digest(folder, 'package', 'tree');
    if (!tree) throw new Error('there is no digest');
    await utimes(join(folder, 'package', 'inner', 'a.py'), 5, 5);
    expect(isUnchanged(folder, tree)).toBe(true);
    await rm(join(folder, 'package'), { recursive: true });
    expect(isUnchanged(folder, tree)).toBe(false);
    expect(digest(folder, 'package', 'tree')).toBeUndefined();
  });
});
