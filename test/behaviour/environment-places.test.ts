import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { clean } from '../../src/environment/cleaner';
import type { ProvisionOptions } from '../../src/environment/environment-options';
import { inspect } from '../../src/environment/inspection';
import { provision } from '../../src/environment/provisioner';
import { fast, moduleWithWheels, PROVISION_PROGRAM, phasesOf, versionOf } from '../support/environments';
import { FIXTURES, makeSynapse, temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';
import { makeWheel, requireWheels } from '../support/wheel';

const pip: ProvisionOptions = { installer: 'pip' };
const installers: [string, ProvisionOptions][] = [
  ['uv', fast],
  ['pip', pip],
];
/** The user "nobody": a test that runs as root could write anywhere. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
/** Root's own Python may lie where nobody else can look. */
const python = isRoot && existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

describe('the store', () => {
  it('has one environment for modules with equal inputs, wherever they lie, and another for others', async () => {
    const stored = { ...fast, store: true, env: { ...fast.env, SYNAPSE_CACHE_DIR: await temporaryFolder() } };
    const [one, two, other] = [await moduleWithWheels(), await moduleWithWheels(), await moduleWithWheels()];
    await requireWheels(other, 'alpha==2.0');
    const first = await provision(one, stored);
    const [phases, second] = await phasesOf(two, stored);
    expect(phases).toEqual([]);
    expect(second.venv).toBe(first.venv);
    expect(second.directory).toBe(two);
    expect((await provision(other, stored)).venv).not.toBe(first.venv);
    expect(await readdir(one)).not.toContain('.venv');
    const synapse = makeSynapse(stored);
    await synapse.spawn(two);
    expect(await synapse.call('shared')).toBe('shared');
  });

  it('gives a module whose inputs change another environment, and leaves the other to whoever uses it', async () => {
    const stored = { ...fast, store: true, env: { ...fast.env, SYNAPSE_CACHE_DIR: await temporaryFolder() } };
    const folder = await moduleWithWheels();
    const running = makeSynapse(stored);
    await running.spawn(folder);
    await requireWheels(folder, 'alpha==2.0');
    const next = makeSynapse(stored);
    await next.spawn(folder);
    expect(await Promise.all([running.call(1), next.call(2)])).toEqual([1, 2]);
    expect(await inspect(folder, stored)).toMatchObject({ state: 'ready', distributions: ['alpha-2.0.dist-info'] });
    await next.dispose();
    expect(await clean(folder, { store: true, installer: 'uv', env: stored.env })).toContain('environments');
    expect(await inspect(folder, stored)).toMatchObject({ state: 'absent' });
  });

  it('does not share what refers to a place: local packages of another directory', async () => {
    const stored = { ...pip, store: true, env: { SYNAPSE_CACHE_DIR: await temporaryFolder() } };
    const venvs = await Promise.all(
      [1, 2].map(async () => {
        const folder = await moduleWithWheels();
        await requireWheels(folder, './wheels/alpha-1.0-py3-none-any.whl');
        return (await provision(folder, stored)).venv;
      }),
    );
    expect(new Set(venvs).size).toBe(2);
  });

  it('cannot be asked for together with a place', async () => {
    const error = await rejection(provision(await moduleWithWheels(), { store: true, venv: 'x' }));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_INVALID_OPTION', option: 'store' });
  });
});

describe.each(installers)('offline, with %s', (_, options) => {
  /** Where nothing can be reached. */
  const cut = { ...options.env, PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_FIND_LINKS: '', UV_FIND_LINKS: '' };

  it('a wheelhouse takes the place of the package index', async () => {
    const folder = await moduleWithWheels();
    await writeFile(join(folder, 'requirements.txt'), 'alpha\n');
    const made = await provision(folder, { ...options, env: cut, wheelhouse: 'wheels', offline: true });
    expect(await versionOf(made, 'alpha')).toBe('2.0');
  });

  it('what is not here is told as such, at once', async () => {
    const folder = await moduleWithWheels();
    await writeFile(join(folder, 'requirements.txt'), 'surely-not-downloaded-before\n');
    const error = await rejection(provision(folder, { ...options, env: cut, offline: true }));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_PROVISION', step: 'install' });
    expect(error).toMatchObject({ hint: expect.stringMatching(/offline/) });
  });

  it('an index that cannot be reached is told as such', async () => {
    const folder = await moduleWithWheels();
    await writeFile(join(folder, 'requirements.txt'), 'surely-not-downloaded-before\n');
    const error = await rejection(provision(folder, { ...options, env: cut }));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_PROVISION', hint: expect.stringMatching(/reach/) });
  });
});

it('uses what uv has downloaded before when the index cannot be reached', async () => {
  const env = { ...fast.env, UV_CACHE_DIR: await temporaryFolder() };
  const folder = await moduleWithWheels();
  await writeFile(join(folder, 'requirements.txt'), 'six\n');
  await provision(folder, { ...fast, env });
  await clean(folder);
  const nowhere = 'http://127.0.0.1:9';
  const cut = {
    ...env,
    HTTPS_PROXY: nowhere,
    HTTP_PROXY: nowhere,
    ALL_PROXY: nowhere,
    https_proxy: nowhere,
    http_proxy: nowhere,
    NO_PROXY: '',
    no_proxy: '',
  };
  const messages: string[] = [];
  const made = await provision(folder, { ...fast, env: cut, onProgress: ({ message }) => messages.push(message) });
  expect(made.distributions).toEqual([expect.stringMatching(/^six-/)]);
  expect(messages.join('\n')).toMatch(/cannot be reached: trying with what was downloaded before/);
});

describe('where this user cannot write', () => {
  /** Provisions as the user "nobody". */
  async function asNobody(folder: string, options: object) {
    const env = { HOME: '/nonexistent', PATH: process.env['PATH'], TMPDIR: tmpdir() };
    const uid = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
    return execa(process.execPath, [PROVISION_PROGRAM, folder, JSON.stringify(options)], { reject: false, env, extendEnv: false, ...uid });
  }

  async function lock(folder: string): Promise<void> {
    await chmod(join(folder, '..'), 0o755);
    await execa('chmod', ['-R', 'a-w,a+rX', folder]);
  }

  it('a prepared environment works: nothing is written, and no installer is needed', async () => {
    const folder = await moduleWithWheels();
    await provision(folder, { ...fast, python });
    await lock(folder);
    const { stdout, exitCode } = await asNobody(folder, { python });
    expect(JSON.parse(stdout)).toMatchObject({ phase: 'end', reused: true });
    expect(exitCode).toBe(0);
    await execa('chmod', ['-R', 'u+w', folder]);
  });

  it('a prepared environment works also where its directory was put somewhere else', async () => {
    const folder = await moduleWithWheels();
    await provision(folder, { ...fast, python });
    const moved = join(await temporaryFolder(), 'app');
    await cp(folder, moved, { recursive: true, verbatimSymlinks: true });
    await lock(moved);
    const { stdout } = await asNobody(moved, { python });
    expect(JSON.parse(stdout.split('\n').at(-1) as string)).toMatchObject({ phase: 'end', reused: true });
    await execa('chmod', ['-R', 'u+w', moved]);
  });

  it('one that would have to change is an error that says why, and what to do', async () => {
    const folder = await moduleWithWheels();
    await provision(folder, { ...fast, python });
    await requireWheels(folder, 'alpha==2.0');
    await lock(folder);
    const { stderr } = await asNobody(folder, { python });
    expect(stderr).toMatch(/cannot be used \(requirements\.txt has changed\), and this user cannot write there\. Prepare it beforehand/);
    await execa('chmod', ['-R', 'u+w', folder]);
  });

  it('the owner of a directory need not be who prepared it', async () => {
    const folder = await moduleWithWheels();
    const owner = isRoot ? NOBODY : Number(process.getuid?.());
    await chown(folder, owner, isRoot ? NOBODY : Number(process.getgid?.()));
    await chmod(folder, 0o755);
    const { stdout } = await asNobody(folder, { installer: 'pip', python });
    expect(JSON.parse(stdout.split('\n').at(-1) as string)).toMatchObject({ phase: 'end', reused: false });
    expect((await stat(join(folder, '.venv'))).uid).toBe(owner);
  });
});

describe('compiled code', () => {
  it('is made at once when asked for, also of an environment that is complete', async () => {
    const folder = await moduleWithWheels();
    const lazy = await provision(folder, fast);
    const site = join(lazy.venv, 'lib', (await readdir(join(lazy.venv, 'lib')))[0] as string, 'site-packages', 'alpha');
    expect(await readdir(site)).not.toContain('__pycache__');
    expect((await phasesOf(folder, { ...fast, compile: true }))[0]).toEqual(['python', 'compile', 'done']);
    expect(await readdir(site)).toContain('__pycache__');
    expect((await phasesOf(folder, { ...fast, compile: true }))[0]).toEqual([]);
    expect((await phasesOf(folder, fast))[0]).toEqual([]);
  });

  it('is kept in the environment when the parent forbids to write it beside the code', async () => {
    const folder = await moduleWithWheels();
    await cp(join(FIXTURES, 'tells-its-surroundings', 'main.py'), join(folder, 'main.py'));
    await writeFile(join(folder, 'helper.py'), 'VALUE = 1\n');
    await writeFile(join(folder, 'first.py'), 'import helper, alpha\nimport runpy\nrunpy.run_path("main.py", run_name="__main__")\n');
    const before = process.env['PYTHONDONTWRITEBYTECODE'];
    process.env['PYTHONDONTWRITEBYTECODE'] = '1';
    try {
      const synapse = makeSynapse(fast);
      await synapse.spawn(folder, 'first');
      await synapse.dispose();
    } finally {
      if (before === undefined) delete process.env['PYTHONDONTWRITEBYTECODE'];
      else process.env['PYTHONDONTWRITEBYTECODE'] = before;
    }
    expect(await readdir(folder)).not.toContain('__pycache__');
    const { stdout } = await execa('find', [join(folder, '.venv'), '-name', 'helper*.pyc']);
    expect(stdout).toContain('.venv');
  });
});

it('does not ask for the interpreter by which it was made: whoever names none takes what is there', async () => {
  const folder = await moduleWithWheels();
  const { pythonVersion } = await provision(folder, fast);
  await clean(folder);
  const minor = pythonVersion.split('.').slice(0, 2).join('.');
  await provision(folder, { ...fast, python: minor });
  expect((await phasesOf(folder, fast))[0]).toEqual([]);
  expect((await phasesOf(folder, { ...fast, env: { ...fast.env, SYNAPSE_PYTHON: '' }, requirements: './requirements.txt' }))[0]).toEqual(
    [],
  );
  expect(await inspect(folder, { ...fast, python: '3.8' })).toMatchObject({ state: 'stale', reason: 'options-changed' });
});

it('tells of a wheelhouse that is not there, and takes one with an odd name', async () => {
  const folder = await moduleWithWheels();
  const error = await rejection(provision(folder, { ...fast, wheelhouse: 'no-such' }));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_INVALID_OPTION', option: 'wheelhouse' });
  await rename(join(folder, 'wheels'), join(folder, 'my, wheels'));
  await writeFile(join(folder, 'requirements.txt'), 'alpha\n');
  for (const [, options] of installers)
    expect((await provision(folder, { ...options, wheelhouse: 'my, wheels' })).distributions).toHaveLength(1);
});

it('takes no environment for complete whose packages went elsewhere by a setting in a file', async () => {
  const folder = await moduleWithWheels();
  const elsewhere = await temporaryFolder();
  const settings = join(elsewhere, 'pip.conf');
  const options: ProvisionOptions = { ...pip, env: { PIP_CONFIG_FILE: settings } };
  await writeFile(settings, '[install]\nuser = true\n');
  expect((await provision(folder, options)).distributions).toEqual(['alpha-1.0.dist-info', 'beta-1.0.dist-info']);
  await clean(folder);
  await writeFile(settings, `[global]\ntarget = ${elsewhere}/target\n`);
  await writeFile(join(folder, 'uv.toml'), '[pip]\ntarget = "elsewhere"\n');
  for (const each of [options, fast]) {
    const error = await rejection(provision(folder, each));
    expect(error).toMatchObject({ step: 'verify', message: expect.stringMatching(/not into .*\.venv.*uv\.toml/) });
    expect(await inspect(folder, each)).toMatchObject({ state: 'broken' });
  }
});

it('can be removed and made by several at once', async () => {
  const folder = await moduleWithWheels();
  for (let round = 0; round < 3; round += 1) {
    const results = await Promise.allSettled([clean(folder), provision(folder, fast), clean(folder), provision(folder, fast)]);
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
  }
  expect(await versionOf(await provision(folder, fast), 'alpha')).toBe('1.0');
  expect((await readdir(folder)).filter((name) => name.startsWith('.venv'))).toEqual(['.venv']);
});

it('goes on working when its directory is renamed and another takes its place', async () => {
  const [one, two] = [await moduleWithWheels(), await moduleWithWheels()];
  await requireWheels(two, 'alpha==2.0');
  await provision(one, fast);
  await provision(two, fast);
  const aside = join(await temporaryFolder(), 'aside');
  await mkdir(aside);
  await rename(join(one, '.venv'), join(aside, '.venv'));
  await rename(join(two, '.venv'), join(one, '.venv'));
  await makeWheel(one, 'alpha', '1.0');
  expect(await versionOf(await provision(one, fast), 'alpha')).toBe('1.0');
});
