import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { chooseManifest, usualPlace } from '../../src/environment/manifest';
import { temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';

const PROJECT = '[project]\nname = "a"\nversion = "1"\n';
const HEADER = '# /// script\n# dependencies = ["six"]\n# ///\n';
const FILES: Record<string, string> = {
  'uv.lock': 'version = 1\n',
  'pylock.toml': 'lock-version = "1.0"\n',
  'requirements.txt': '',
  'pyproject.toml': PROJECT,
  'main.py': HEADER,
};

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

test.each([
  [['uv.lock', 'pyproject.toml', 'pylock.toml', 'requirements.txt', 'main.py'], 'uv-lock', 'uv.lock'],
  [['uv.lock', 'pylock.toml', 'requirements.txt'], 'pylock', 'pylock.toml'],
  [['pylock.toml', 'requirements.txt', 'pyproject.toml'], 'pylock', 'pylock.toml'],
  [['requirements.txt', 'pyproject.toml', 'main.py'], 'requirements', 'requirements.txt'],
  [['pyproject.toml', 'main.py'], 'pyproject', 'pyproject.toml'],
  [['main.py'], 'script', 'main.py'],
])('of %p the %s counts', async (names, kind, counts) => {
  const directory = await folderWith(Object.fromEntries(names.map((name) => [name, FILES[name] as string])));
  const manifest = await chooseManifest({ directory, entry: join(directory, 'main.py') });
  expect(manifest).toMatchObject({ kind, files: [join(directory, counts)] });
  expect(manifest.reason).toContain(counts);
});

it('passes over a pyproject.toml that only sets up tools, and a lock file without its project', async () => {
  const directory = await folderWith({ 'pyproject.toml': '[tool.ruff]\n', 'uv.lock': '', 'main.py': HEADER });
  const { kind, passedOver } = await chooseManifest({ directory, entry: join(directory, 'main.py') });
  expect(kind).toBe('uv-lock');
  expect(passedOver).toEqual([]);
  const other = await folderWith({ 'pyproject.toml': '[tool.ruff]\n', 'main.py': HEADER });
  const script = await chooseManifest({ directory: other, entry: join(other, 'main.py') });
  expect(script.kind).toBe('script');
  expect(script.passedOver).toEqual([{ path: join(other, 'pyproject.toml'), reason: 'it has no [project] table' }]);
});

it('knows which files would have counted, had they been there', async () => {
  const directory = await folderWith({ 'requirements.txt': '' });
  const { absent } = await chooseManifest({ directory });
  expect(absent.map((path) => basename(path)).sort()).toEqual(['pylock.toml', 'uv.lock']);
});

test.each<[string | string[], string]>([
  ['more.txt', 'requirements'],
  [['more.txt', 'requirements.txt'], 'requirements'],
  ['pyproject.toml', 'pyproject'],
  ['uv.lock', 'uv-lock'],
  ['pylock.toml', 'pylock'],
  ['pylock.gpu.toml', 'pylock'],
  ['main.py', 'script'],
  [[], 'none'],
])('by the option %p it is %s, whatever else is there', async (requirements, kind) => {
  const directory = await folderWith({ ...FILES, 'more.txt': '', 'pylock.gpu.toml': '' });
  expect(await chooseManifest({ directory, requirements })).toMatchObject({ kind, reason: expect.stringContaining('option requirements') });
});

it('does not mix forms', async () => {
  const directory = await folderWith(FILES);
  const error = await rejection(chooseManifest({ directory, requirements: ['requirements.txt', 'pyproject.toml'] }));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_INVALID_OPTION', option: 'requirements' });
});

it('says what to do when nothing says what the module needs', async () => {
  const directory = await folderWith({ 'main.py': 'print()\n', 'pyproject.toml': '[tool.x]\n' });
  const error = await rejection(chooseManifest({ directory, entry: join(directory, 'main.py') }));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND', path: join(directory, 'requirements.txt') });
  expect(error.message).toMatch(/pyproject\.toml does not count: it has no \[project\] table\. Create it; it may be empty/);
});

it('has a place of its own for an entry that only its own header describes, unless it is main', async () => {
  const directory = await folderWith({ 'main.py': HEADER, 'other.py': HEADER });
  expect(usualPlace({ directory, entry: join(directory, 'main.py') })).toBe('.venv');
  expect(usualPlace({ directory, entry: join(directory, 'other.py') })).toBe('.venv-other');
  expect(usualPlace({ directory, entry: join(directory, 'other.py'), requirements: [] })).toBe('.venv');
  await writeFile(join(directory, 'requirements.txt'), '');
  expect(usualPlace({ directory, entry: join(directory, 'other.py') })).toBe('.venv');
});
