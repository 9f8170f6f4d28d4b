import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { findHome, type Home, placesFor } from '../../src/environment/home';
import { temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';

const HEADER = '# /// script\n# dependencies = []\n# ///\n';

let directory: string;
beforeEach(async () => {
  directory = await temporaryFolder();
});

const homeOf = async (file?: string, requirements?: string | string[], python?: string) =>
  placeOf(await findHome({ directory, requirements, file: file === undefined ? undefined : join(directory, file), python }));

const placeOf = (home: Home | undefined) => home && { directory: home.directory, entrypoint: home.entrypoint };

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

describe('with a folder up to which those above count', () => {
  const below = (...names: string[]) => join(directory, 'src', ...names);
  const nearest = async (from: string, file?: string) =>
    placeOf(await findHome({ directory: from, requirements: undefined, file, python: undefined, within: directory }));

  beforeEach(() => mkdir(below('py', 'deep'), { recursive: true }));

  it('is the nearest directory that says what is needed', async () => {
    expect(await nearest(below('py', 'deep'))).toBeUndefined();
    await writeFile(join(directory, 'requirements.txt'), '');
    expect(await nearest(below('py', 'deep'))).toEqual({ directory, entrypoint: undefined });
    await writeFile(below('py', 'requirements.txt'), '');
    expect(await nearest(below('py', 'deep'))).toEqual({ directory: below('py'), entrypoint: undefined });
    expect(await nearest(below())).toEqual({ directory, entrypoint: undefined });
  });

  it('is the file if its own header says what it needs, and its own directory does not', async () => {
    await writeFile(join(directory, 'requirements.txt'), '');
    await writeFile(below('py', 'model.py'), HEADER);
    expect(await nearest(below('py'), below('py', 'model.py'))).toEqual({ directory: below('py'), entrypoint: 'model.py' });
  });

  it('is no directory above that folder, above another one, or around node_modules', () => {
    expect(placesFor(below('py'), directory)).toEqual([below('py'), below(), directory]);
    expect(placesFor(directory, directory)).toEqual([directory]);
    expect(placesFor(directory, below())).toEqual([directory]);
    expect(placesFor(`${directory}-2`, directory)).toEqual([`${directory}-2`]);
    const packaged = join(directory, 'node_modules', 'lib');
    expect(placesFor(join(packaged, 'py'), directory)).toEqual([join(packaged, 'py'), packaged]);
  });
});

it.each([
  ['requirements.txt', '', (path: string) => path],
  ['pylock.toml', '', (path: string) => `what ${path} is locked from, and lock it anew`],
  ['model.py', HEADER, (path: string) => `the header of ${path}`],
])('tells where a further package is to be named: %s', async (name, text, words) => {
  const path = join(directory, name);
  await writeFile(path, text);
  const file = name.endsWith('.py') ? path : undefined;
  const home = await findHome({ directory, requirements: undefined, file, python: undefined });
  expect(home?.manifest).toBe(words(path));
});
