import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { findHome } from '../../src/environment/home';
import { temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';

const HEADER = '# /// script\n# dependencies = []\n# ///\n';

let directory: string;
beforeEach(async () => {
  directory = await temporaryFolder();
});

const homeOf = (file?: string, requirements?: string | string[], python?: string) =>
  findHome({ directory, requirements, file: file === undefined ? undefined : join(directory, file), python });

it('is nowhere if nothing says what is needed', async () => {
  await writeFile(join(directory, 'model.py'), 'VERSION = 1\n');
  expect([await homeOf('model.py'), await homeOf()]).toEqual([undefined, undefined]);
});

it.each(['requirements.txt', 'pyproject.toml', 'pylock.toml'])('is the directory if it has %s', async (name) => {
  await writeFile(join(directory, name), name === 'pyproject.toml' ? '[project]\nname = "x"\nversion = "1"\n' : '');
  expect(await homeOf('model.py')).toEqual({ directory, entrypoint: undefined });
});

it('is not the directory if its pyproject.toml configures tools only', async () => {
  await writeFile(join(directory, 'pyproject.toml'), '[tool.ruff]\nline-length = 140\n');
  expect(await homeOf()).toBeUndefined();
});

it('is the file if its own header says what it needs, and the directory does not', async () => {
  await writeFile(join(directory, 'model.py'), HEADER);
  expect([await homeOf('model.py'), await homeOf()]).toEqual([{ directory, entrypoint: 'model.py' }, undefined]);
  await writeFile(join(directory, 'requirements.txt'), '');
  expect(await homeOf('model.py')).toEqual({ directory, entrypoint: undefined });
});

it('is the directory if the option names what is needed, an empty list too', async () => {
  expect([await homeOf('model.py', 'needs.txt'), await homeOf('model.py', [])]).toEqual(
    Array(2).fill({ directory, entrypoint: undefined }),
  );
});

it('is asked of a package by its folder, which is no file to read', async () => {
  expect(await homeOf('pkg')).toBeUndefined();
});

it('tells what else prevents the answer', async () => {
  await writeFile(join(directory, 'pyproject.toml'), '[project\n');
  expect(await rejection(homeOf())).toMatchObject({ code: 'ERR_SYNAPSE_REQUIREMENTS_INVALID' });
});

it.each([
  ['pyvenv.cfg', 'bin/python'],
  ['conda-meta', 'bin/python'],
  ['conda-meta', 'python.exe'],
])('is nowhere if the interpreter that is named is that of an environment already, which has %s: %s', async (mark, python) => {
  await writeFile(join(directory, 'requirements.txt'), '');
  const path = join(directory, 'env', python);
  const places = [path, relative(process.cwd(), path)];
  const homes = () => Promise.all(places.map((place) => homeOf('model.py', undefined, place)));
  expect(await homes()).toEqual(Array(2).fill({ directory, entrypoint: undefined }));
  await mkdir(join(directory, 'env', mark), { recursive: true });
  expect(await homes()).toEqual([undefined, undefined]);
});

it('is the directory if an interpreter is named as a shell finds it', async () => {
  await writeFile(join(directory, 'requirements.txt'), '');
  expect(await homeOf('model.py', undefined, 'python3')).toEqual({ directory, entrypoint: undefined });
});
