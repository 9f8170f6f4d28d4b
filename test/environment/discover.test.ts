import { chmod, mkdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { type DiscoverOptions, discover } from '../../src/environment/discover';
import { provision } from '../../src/environment/provisioner';
import { pythonRequest } from '../../src/environment/python-request';
import type { ProvisionError } from '../../src/errors';
import { FIXTURES, temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';

function find(python?: string, options: Partial<DiscoverOptions> & { files?: Parameters<typeof pythonRequest>[2] } = {}) {
  const { files, env = process.env, ...more } = options;
  return discover(pythonRequest(python, env, files), { env, ...more });
}

async function interpreterOf(python?: string, options: Parameters<typeof find>[1] = {}) {
  return (await find(python, options)).interpreter;
}

/** A program that answers as a Python of some version does. */
async function fakePython(folder: string, name: string, version: string): Promise<string> {
  const path = join(folder, name);
  const answer = JSON.stringify({ executable: path, version, platform: 'linux', scripts: folder, bundledPip: null });
  await writeFile(path, `#!/bin/sh\necho '${answer}'\n`);
  await chmod(path, 0o755);
  return path;
}

it('finds the interpreter behind shims and virtual environments', async () => {
  const { python } = await provision(join(FIXTURES, 'echo'), { venv: '../.venv' });
  const [found, behind] = [await interpreterOf(), await interpreterOf(python)];
  expect(behind).toEqual(found);
  expect(found.executable).toBe(await realpath(found.executable));
  expect(found.version).toMatch(/^3\.\d+\.\d+/);
  expect(await realpath(found.scripts)).toBe(found.scripts);
});

it('follows a script that starts Python, as version managers install', async () => {
  const { executable } = await interpreterOf();
  const shim = join(await temporaryFolder(), 'python3');
  await writeFile(shim, `#!/bin/sh\nexec '${executable}' "$@"\n`);
  await chmod(shim, 0o755);
  expect((await interpreterOf(shim)).executable).toBe(executable);
});

it("asks from the module's directory, where version managers look for their files", async () => {
  const folder = await temporaryFolder();
  const python = await fakePython(folder, 'python3', '3.12.1');
  await writeFile(python, (await readFile(python, 'utf8')).replace('echo', '[ -f .tool-versions ] && echo'));
  expect((await rejection(find(undefined, { env: { PATH: folder }, directory: '/' }))).message).toMatch(/could not be run/);
  await writeFile(join(folder, '.tool-versions'), '');
  expect((await interpreterOf(undefined, { env: { PATH: folder }, directory: folder })).version).toBe('3.12.1');
});

it('takes SYNAPSE_PYTHON, and the option before it', async () => {
  const { executable } = await interpreterOf();
  const error = await rejection(find(undefined, { env: { ...process.env, SYNAPSE_PYTHON: '/no/such' } }));
  expect(error.message).toMatch(/\/no\/such: there is no such program\nCorrect the variable SYNAPSE_PYTHON/);
  expect((await interpreterOf(executable, { env: { SYNAPSE_PYTHON: '/no/such' } })).executable).toBe(executable);
});

test.each<[NodeJS.Platform, string[]]>([
  ['linux', ['python3', 'python']],
  ['win32', ['python3', 'python', 'py -3']],
])('on %s tries %p in this order, and says of each why not', async (platform, names) => {
  const folder = await temporaryFolder();
  await symlink('/no/such/python', join(folder, 'python3'));
  const error = await rejection<ProvisionError>(find(undefined, { env: { PATH: folder }, platform }));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_PYTHON_NOT_FOUND', step: 'discover' });
  const tried = error.output.split('\n').map((line) => line.trim());
  expect(tried.map((line) => line.slice(0, line.indexOf(': ')))).toEqual(names);
  for (const line of tried) expect(line.split(': ')[1]).not.toBe('');
});

it('passes over a link to nothing, a placeholder of the Microsoft Store, an old Python and something else, each with its reason', async () => {
  const folder = await temporaryFolder();
  const store = join(folder, 'WindowsApps');
  await mkdir(store);
  await symlink('/no/such/python', join(folder, 'python3'));
  expect((await rejection<ProvisionError>(find(undefined, { env: { PATH: folder } }))).output).toMatch(
    /python3: .*python3 is a link to something that is not there/,
  );
  await writeFile(join(store, 'python.EXE'), '', { mode: 0o755 });
  await fakePython(folder, 'py.EXE', '3.6.9');
  const error = await rejection<ProvisionError>(find(undefined, { env: { Path: `${store};${folder}` }, platform: 'win32' }));
  expect(error.output).toMatch(/python: it is the placeholder of the Microsoft Store/);
  expect(error.output).toMatch(/py -3: it is version 3\.6\.9/);
  await writeFile(join(folder, 'odd'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
  expect((await rejection(find(join(folder, 'odd')))).message).toMatch(/it did not answer like a Python/);
});

it('takes a real Python that lies behind the placeholder', async () => {
  const folder = await temporaryFolder();
  const store = join(folder, 'WindowsApps');
  await mkdir(store);
  await writeFile(join(store, 'python3.EXE'), '', { mode: 0o755 });
  const real = await fakePython(folder, 'python3.EXE', '3.13.1');
  expect((await interpreterOf(undefined, { env: { Path: `${store};${folder}` }, platform: 'win32' })).executable).toBe(real);
});

describe('among several', () => {
  async function many(): Promise<string> {
    const folder = await temporaryFolder();
    for (const version of ['3.10.4', '3.12.7', '3.13.1']) await fakePython(folder, `python${version.split('.', 2).join('.')}`, version);
    await fakePython(folder, 'python3', '3.10.4');
    return folder;
  }

  test.each<[string, Parameters<typeof pythonRequest>[2], string]>([
    ['python3 when nothing is asked for', { pinned: undefined, required: [] }, '3.10.4'],
    ['the pinned version', { pinned: { version: '3.12', path: '.python-version' }, required: [] }, '3.12.7'],
    ['another patch release of the pinned version', { pinned: { version: '3.12.1', path: '.python-version' }, required: [] }, '3.12.7'],
    ['the newest that is allowed', { pinned: undefined, required: [{ specifiers: '>=3.11', path: 'pyproject.toml' }] }, '3.13.1'],
    ['the newest below a bound', { pinned: undefined, required: [{ specifiers: '>=3.11,<3.13', path: 'pyproject.toml' }] }, '3.12.7'],
  ])('takes %s', async (_, files, version) => {
    const folder = await many();
    expect((await interpreterOf(undefined, { env: { PATH: folder }, files })).version).toBe(version);
  });

  it('tells what a pin would need when it is not here', async () => {
    const pinned = { version: '3.11', path: '/module/.python-version' };
    const error = await rejection(find(undefined, { env: { PATH: await many() }, files: { pinned, required: [] } }));
    expect(error.message).toMatch(/python3: it is version 3\.10\.4, and \/module\/\.python-version asks for 3\.11/);
    expect(error.message).toMatch(/Install Python 3\.11 .*or change \/module\/\.python-version/);
  });

  it('does not let a named one pass that the module excludes, but lets it override a pin', async () => {
    const folder = await many();
    const files = { pinned: { version: '3.13', path: 'p' }, required: [{ specifiers: '>=3.11', path: 'pyproject.toml' }] };
    expect((await interpreterOf(join(folder, 'python3.12'), { env: {}, files })).version).toBe('3.12.7');
    const error = await rejection(find(join(folder, 'python3.10'), { env: {}, files }));
    expect(error.message).toMatch(/it is version 3\.10\.4, and pyproject\.toml requires >=3\.11\nCorrect the python option/);
  });

  it('asks uv last', async () => {
    const folder = await temporaryFolder();
    const python = await fakePython(folder, 'elsewhere', '3.14.0');
    await writeFile(join(folder, 'uv'), `#!/bin/sh\necho "$*" > ${folder}/asked\necho ${python}\n`, { mode: 0o755 });
    const files = { pinned: undefined, required: [{ specifiers: '>=3.14', path: 'pyproject.toml' }] };
    expect((await interpreterOf(undefined, { env: { PATH: folder }, files })).executable).toBe(python);
    expect(await readFile(join(folder, 'asked'), 'utf8')).toMatch(/python find .*>=3\.9,>=3\.14/);
  });
});

it('is not led astray by variables of the parent', async () => {
  const plain = await interpreterOf();
  const env = { ...process.env, PYTHONHOME: '/no/such', PYTHONPATH: await temporaryFolder() };
  expect(await interpreterOf(undefined, { env })).toEqual(plain);
});

it('runs nothing of the module while it looks', async () => {
  const folder = await temporaryFolder();
  const witness = join(folder, 'witness');
  for (const name of ['python3', 'python', 'uv']) await writeFile(join(folder, name), `#!/bin/sh\ntouch ${witness}\n`, { mode: 0o755 });
  for (const name of ['json.py', 'sitecustomize.py', 'platform.py'])
    await writeFile(join(folder, name), `open(${JSON.stringify(witness)}, "w")\n`);
  await find(undefined, { directory: folder, env: { ...process.env, PATH: `:.:${process.env['PATH']}` } });
  expect((await execa('ls', [folder])).stdout).not.toContain('witness');
});

it('asks with the text of this version', async () => {
  const source = await readFile(join(__dirname, '..', '..', 'src', 'environment', 'discover.ts'), 'utf8');
  expect(source).toContain("MINIMUM_VERSION = '3.9'");
  const manifest = await readFile(join(__dirname, '..', '..', 'python', 'pyproject.toml'), 'utf8');
  expect(manifest).toContain('requires-python = ">=3.9"');
});
