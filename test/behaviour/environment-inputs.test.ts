import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { sha256 } from '../../src/environment/digest';
import type { ProvisionOptions } from '../../src/environment/environment-options';
import { explain, inspect } from '../../src/environment/inspection';
import { provision } from '../../src/environment/provisioner';
import { fast, moduleWithWheels, phasesOf, readStamp, versionOf } from '../support/environments';
import { makeSynapse } from '../support/fixture';
import { rejection } from '../support/until';
import { makeWheel, requireWheels } from '../support/wheel';

const pip: ProvisionOptions = { installer: 'pip' };
const installers: [string, ProvisionOptions][] = [
  ['uv', fast],
  ['pip', pip],
];

/** A module with wheels within reach that does not say what it needs. */
async function silentModule(files: Record<string, string>): Promise<string> {
  const folder = await moduleWithWheels();
  await rm(join(folder, 'requirements.txt'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const wheels = { wheelhouse: 'wheels' };
const PROJECT = '[project]\nname = "module"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["alpha==1.0"]\n';

describe.each(installers)('with %s', (_, options) => {
  it('installs the dependencies of a pyproject.toml', async () => {
    const folder = await silentModule({ 'pyproject.toml': PROJECT });
    expect((await provision(folder, { ...options, ...wheels })).distributions).toEqual(['alpha-1.0.dist-info']);
    expect(await inspect(folder, options)).toMatchObject({ state: 'ready' });
    await writeFile(join(folder, 'pyproject.toml'), PROJECT.replace('1.0', '2.0'));
    expect((await provision(folder, { ...options, ...wheels })).distributions).toEqual(['alpha-2.0.dist-info']);
  });

  it("installs what the entry's own header names; editing the code below it changes nothing", async () => {
    const folder = await silentModule({});
    const entry = join(folder, 'main.py');
    const code = await readFile(entry, 'utf8');
    const header = '# /// script\n# requires-python = ">=3.9"\n# dependencies = [\n#   "alpha==1.0",\n# ]\n# ///\n';
    await writeFile(entry, `${header}${code}`);
    const synapse = makeSynapse({ ...options, ...wheels });
    await synapse.spawn(folder);
    expect(await synapse.call('works')).toBe('works');
    await synapse.dispose();
    await writeFile(entry, `${header}${code}\n# a line more\n`);
    expect((await phasesOf(folder, { ...options, ...wheels }))[0]).toEqual([]);
    await writeFile(entry, `${header.replace('1.0', '2.0')}${code}`);
    expect((await provision(folder, { ...options, ...wheels })).distributions).toEqual(['alpha-2.0.dist-info']);
  });

  it('installs a local package, and again when its code has changed', async () => {
    const folder = await moduleWithWheels();
    await writeLocalPackage(folder, '1');
    await requireLocal(folder, './local');
    const made = await provision(folder, options);
    expect(await versionOf(made, 'local')).toBe('1');
    expect((await phasesOf(folder, options))[0]).toEqual([]);
    await writeFile(join(folder, 'local', 'local.py'), 'VERSION = "2.0"\n'); // of another length: compiled code goes by length and second
    expect(await versionOf(await provision(folder, options), 'local')).toBe('2.0');
  });

  it('installs a package in editable form: its code counts where it lies', async () => {
    const folder = await moduleWithWheels();
    await writeLocalPackage(folder, '1');
    await requireLocal(folder, '-e ./local');
    const made = await provision(folder, options);
    await writeFile(join(folder, 'local', 'local.py'), 'VERSION = "2.0"\n');
    expect((await phasesOf(folder, options))[0]).toEqual([]);
    expect(await versionOf(made, 'local')).toBe('2.0');
  });

  it('installs a wheel by its path, and again when the file has changed', async () => {
    const folder = await moduleWithWheels();
    await requireWheels(folder, './wheels/alpha-1.0-py3-none-any.whl');
    await provision(folder, options);
    await makeWheel(folder, 'alpha', '1.0', 7);
    const [phases, again] = await phasesOf(folder, options);
    expect(phases).toContain('install');
    const { exitCode } = await execa(again.python, ['-I', '-c', 'import alpha.part6'], { reject: false });
    expect(exitCode).toBe(0);
  });

  it('holds to hashes', async () => {
    const folder = await moduleWithWheels();
    const digest = sha256(await readFile(join(folder, 'wheels', 'alpha-1.0-py3-none-any.whl')));
    await requireWheels(folder, '--require-hashes', `alpha==1.0 --hash=sha256:${digest}`);
    expect((await provision(folder, options)).distributions).toEqual(['alpha-1.0.dist-info']);
    await requireWheels(folder, '--require-hashes', `alpha==1.0 --hash=sha256:${'0'.repeat(64)}`);
    const error = await rejection(provision(folder, options));
    expect(error).toMatchObject({ step: 'install', hint: expect.stringContaining('hash') });
    await requireWheels(folder, `alpha==1.0 --hash=sha256:${digest}`, 'beta==1.0');
    const unhashed = await rejection(provision(folder, options));
    expect(unhashed).toMatchObject({ step: 'install', hint: expect.stringContaining('hash') });
  });

  it('honours constraints, markers and variables', async () => {
    const folder = await moduleWithWheels();
    await writeFile(join(folder, 'constraints.txt'), 'alpha<2\n');
    await requireWheels(
      folder,
      '-c constraints.txt',
      'alpha',
      'beta; python_version < "3"',
      'no-such; sys_platform == "plan9"',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is pip's notation
      '-r ${MORE}',
    );
    await writeFile(join(folder, 'more.txt'), '');
    const env = { ...options.env, MORE: 'more.txt' };
    expect((await provision(folder, { ...options, env })).distributions).toEqual(['alpha-1.0.dist-info']);
    expect(await inspect(folder, { ...options, env: { ...env, MORE: 'constraints.txt' } })).toMatchObject({ reason: 'inputs-changed' });
    await writeFile(join(folder, 'constraints.txt'), 'alpha>1\n');
    expect((await provision(folder, { ...options, env })).distributions).toEqual(['alpha-2.0.dist-info']);
  });
});

/** The package builds itself, so that no build backend must come from an index (PEP 517, PEP 660). */
const BACKEND = [
  'import os, zipfile',
  'INFO = "local-1.0.dist-info"',
  'def make(folder, files):',
  '    files = {**files, f"{INFO}/METADATA": "Metadata-Version: 2.1\\nName: local\\nVersion: 1.0\\n", f"{INFO}/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"}',
  '    files[f"{INFO}/RECORD"] = "".join(f"{name},,\\n" for name in [*files, f"{INFO}/RECORD"])',
  '    name = "local-1.0-py3-none-any.whl"',
  '    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:',
  '        for path, text in files.items(): wheel.writestr(path, text)',
  '    return name',
  'def build_wheel(folder, config_settings=None, metadata_directory=None): return make(folder, {"local.py": open("local.py").read()})',
  'def build_editable(folder, config_settings=None, metadata_directory=None): return make(folder, {"local.pth": os.getcwd()})',
].join('\n');

async function writeLocalPackage(folder: string, version: string): Promise<void> {
  await mkdir(join(folder, 'local'), { recursive: true });
  await writeFile(join(folder, 'local', 'local.py'), `VERSION = ${JSON.stringify(version)}\n`);
  await writeFile(join(folder, 'local', 'backend.py'), BACKEND);
  const system = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n';
  await writeFile(join(folder, 'local', 'pyproject.toml'), `[project]\nname = "local"\nversion = "1.0"\n${system}`);
}

async function requireLocal(folder: string, line: string): Promise<void> {
  await writeFile(join(folder, 'requirements.txt'), `${line}\n`);
}

it('keeps entries apart that only their own headers describe, whatever their names', async () => {
  const folder = await silentModule({});
  await rm(join(folder, 'main.py'));
  const header = (version: string) => `# /// script\n# dependencies = ["alpha==${version}"]\n# ///\n`;
  for (const [place, version] of [
    ['a', '1.0'],
    ['b', '2.0'],
  ] as const) {
    await mkdir(join(folder, place));
    await writeFile(join(folder, place, 'worker.py'), header(version));
    const made = await provision(folder, { ...fast, ...wheels, entrypoint: `${place}/worker` });
    expect(made).toMatchObject({ venv: join(folder, `.venv-${place}-worker`), distributions: [`alpha-${version}.dist-info`] });
  }
  const shared = { ...fast, ...wheels, venv: 'shared' };
  await provision(folder, { ...shared, entrypoint: 'a/worker' });
  expect(await inspect(folder, { ...fast, venv: 'shared', entrypoint: 'b/worker' })).toMatchObject({
    state: 'stale',
    reason: 'inputs-changed',
  });
});

it('follows what a requirement file in UTF-16 includes, as PowerShell writes it', async () => {
  const folder = await moduleWithWheels();
  const text = '\uFEFF--no-index\r\n--find-links wheels\r\n-r more.txt\r\n';
  await writeFile(join(folder, 'requirements.txt'), Buffer.from(text, 'utf16le'));
  await writeFile(join(folder, 'more.txt'), 'alpha==1.0\n');
  await provision(folder, pip);
  await writeFile(join(folder, 'more.txt'), 'alpha==2.0\n');
  expect(await inspect(folder, pip)).toMatchObject({ state: 'stale', detail: 'more.txt has changed' });
});

it('does not ask for a wheel that is for another system', async () => {
  const folder = await moduleWithWheels();
  await requireWheels(folder, 'alpha==1.0', './wheels/other-1-py3-none-win_amd64.whl ; sys_platform == "plan9"');
  for (const [, options] of installers) expect((await provision(folder, options)).distributions).toEqual(['alpha-1.0.dist-info']);
});

it('does not let pip install what uv takes from elsewhere', async () => {
  const folder = await silentModule({
    'pyproject.toml': `${PROJECT}[tool.uv.sources]\nalpha = { path = "wheels/alpha-1.0-py3-none-any.whl" }\n`,
  });
  expect((await provision(folder, { ...fast, ...wheels })).distributions).toEqual(['alpha-1.0.dist-info']);
  expect(await rejection(provision(folder, { ...pip, ...wheels }))).toMatchObject({ code: 'ERR_SYNAPSE_REQUIREMENTS_INVALID' });
});

describe('lock files', () => {
  it('uv.lock is installed as it is, without what only development needs', async () => {
    const folder = await silentModule({ 'pyproject.toml': `${PROJECT}[dependency-groups]\ndev = ["beta"]\n` });
    await execa('uv', ['lock', '--no-index', '--find-links', 'wheels'], { cwd: folder, env: { ...fast.env } });
    expect((await provision(folder, { ...fast, ...wheels })).distributions).toEqual(['alpha-1.0.dist-info']);
    expect((await explain(folder, fast)).manifest).toMatchObject({ kind: 'uv-lock' });
    await writeFile(join(folder, 'pyproject.toml'), PROJECT.replace('"alpha==1.0"', '"alpha==1.0", "Beta_x"'));
    const outdated = await rejection(provision(folder, { ...fast, ...wheels }));
    expect(outdated).toMatchObject({
      code: 'ERR_SYNAPSE_REQUIREMENTS_INVALID',
      message: expect.stringMatching(/beta-x is in one of them only.*uv lock/),
    });
    await writeFile(join(folder, 'pyproject.toml'), `${PROJECT}[dependency-groups]\ndev = ["beta"]\n`);
    const error = await rejection(provision(folder, pip));
    expect(error.message).toMatch(/uv\.lock can only be installed by uv/);
  });

  it('pylock.toml is installed as it is', async () => {
    const folder = await silentModule({});
    await writeFile(join(folder, 'in.txt'), 'alpha\n');
    const args = ['pip', 'compile', 'in.txt', '--format', 'pylock.toml', '-o', 'pylock.toml', '--no-index', '--find-links', 'wheels'];
    await execa('uv', args, { cwd: folder, env: { ...fast.env } });
    expect((await provision(folder, fast)).distributions).toEqual(['alpha-2.0.dist-info', expect.stringMatching(/^msgpack-/)]);
    expect((await explain(folder, fast)).manifest).toMatchObject({ kind: 'pylock' });
  });
});

describe('a requirement file', () => {
  it.each(['-rmore.txt', 'alpha==1.0 --config-settings=a=b'])('with %j, which uv cannot read, is installed by pip', async (line) => {
    const folder = await moduleWithWheels();
    await writeFile(join(folder, 'more.txt'), 'alpha==1.0\n');
    await requireWheels(folder, line);
    const options = { ...fast, installer: 'auto' as const };
    expect((await provision(folder, options)).distributions).toEqual(['alpha-1.0.dist-info']);
    expect((await readStamp(folder)).installer).toMatch(/^pip /);
    expect((await phasesOf(folder, options))[0]).toEqual([]);
    expect(await rejection(provision(folder, fast))).toMatchObject({ code: 'ERR_SYNAPSE_PROVISION', step: 'install' });
  });

  it.each(installers)('may allow pre-releases: %s', async (_, options) => {
    const folder = await moduleWithWheels();
    await makeWheel(folder, 'alpha', '3.0rc1');
    await requireWheels(folder, 'alpha');
    expect((await provision(folder, options)).distributions).toEqual(['alpha-2.0.dist-info']);
    await requireWheels(folder, '--pre', 'alpha>2');
    expect((await provision(folder, options)).distributions).toEqual(['alpha-3.0rc1.dist-info']);
  });
});

describe('requires-python', () => {
  it.each([
    ['pyproject.toml', PROJECT.replace('>=3.9', '>=3.99')],
    ['main.py', '# /// script\n# requires-python = ">=3.99"\n# ///\n'],
  ])('of %s excludes interpreters, and the error says which file and why', async (name, text) => {
    const folder = await silentModule({ [name]: text });
    const error = await rejection(provision(folder, fast));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_PYTHON_NOT_FOUND', step: 'discover' });
    expect(error.message).toMatch(/No Python >=3\.99 was found/);
    expect(error.message).toContain(`${join(folder, name)} requires >=3.99`);
  });
});

describe('explain', () => {
  it('tells which file counts, and why the others do not', async () => {
    const folder = await moduleWithWheels();
    await writeFile(join(folder, 'uv.lock'), 'version = 1\n');
    const { manifest, text, work } = await explain(folder, fast);
    expect(manifest).toMatchObject({ kind: 'requirements', files: [join(folder, 'requirements.txt')] });
    expect(manifest.reason).toMatch(/requirements\.txt is the first that is there/);
    expect(text).toMatch(/not uv\.lock: there is no pyproject\.toml that it belongs to/);
    expect(work).toBe('create');
  });

  it('tells what would be done, and does not do it', async () => {
    const folder = await moduleWithWheels();
    expect((await explain(folder, fast)).work).toBe('create');
    expect(await inspect(folder, fast)).toMatchObject({ state: 'absent' });
    await provision(folder, fast);
    expect((await explain(folder, fast)).work).toBe('nothing');
    await requireWheels(folder, 'beta');
    expect((await explain(folder, fast)).work).toBe('update');
    expect((await explain(folder, pip)).work).toBe('rebuild');
    expect((await explain(folder, { ...fast, python: '/no/such' })).text).toMatch(/\/no\/such: there is no such program/);
  });
});
