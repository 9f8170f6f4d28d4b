import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import { clean } from '../../src/environment/cleaner';
import { discover } from '../../src/environment/discover';
import type { ProvisionOptions } from '../../src/environment/environment-options';
import { explain } from '../../src/environment/inspection';
import { provision } from '../../src/environment/provisioner';
import { pythonRequest } from '../../src/environment/python-request';
import { toolProgram } from '../../src/environment/tools';
import { fast, moduleWithWheels, phasesOf, readStamp, versionOf } from '../support/environments';
import { temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';
import { requireWheels } from '../support/wheel';

/** Variables of a user who has no uv: an empty home, and PATH with nothing but Python and the system. */
async function withoutUv(more: NodeJS.ProcessEnv = {}): Promise<{ env: NodeJS.ProcessEnv; python: string }> {
  const { interpreter } = await discover(pythonRequest(undefined, process.env), { env: process.env });
  return { python: interpreter.executable, env: { HOME: await temporaryFolder(), PATH: '/usr/bin:/bin', ...more } };
}

/**
 * An interpreter like the real one that lacks something, as distributions have them: a directory of its own with the real one's
 * library, in which pip or ensurepip is missing or says that it is old.
 */
async function crippledPython(lacks: { pip?: string | undefined; ensurepip: boolean }): Promise<string> {
  const { interpreter } = await discover(pythonRequest(undefined, process.env), { env: process.env });
  const folder = await temporaryFolder();
  const python = join(folder, 'python3');
  const version = lacks.pip === undefined ? 'exit 1' : `echo ${lacks.pip}`;
  const runs = lacks.pip === undefined ? 'echo "No module named pip" >&2; exit 1' : `exec '${interpreter.executable}' "$@"`;
  const probe = lacks.ensurepip
    ? `exec '${interpreter.executable}' "$@" | sed 's#"bundledPip": "[^"]*"#"bundledPip": null#; s#"executable": "[^"]*"#"executable": "${python}"#'`
    : `exec '${interpreter.executable}' "$@" | sed 's#"executable": "[^"]*"#"executable": "${python}"#'`;
  const script = `#!/bin/sh\ncase "$*" in\n*bundledPip*) ${probe};;\n*"import pip"*) ${version};;\n*"-m pip"*) echo "$*" >> ${folder}/log; ${runs};;\n*) echo "$*" >> ${folder}/log; exec '${interpreter.executable}' "$@";;\nesac\n`;
  await writeFile(python, script);
  await chmod(python, 0o755);
  return python;
}

describe('without uv on the machine', () => {
  it('fetches it once into the cache, checked by its digest, and uses it from then on', async () => {
    const { env, python } = await withoutUv();
    const SYNAPSE_CACHE_DIR = process.env['SYNAPSE_CACHE_DIR'] as string;
    const folder = await moduleWithWheels();
    await provision(folder, { python, env });
    expect((await readStamp(folder)).installer).toMatch(/^uv \d/);
    const tools = await readdir(join(SYNAPSE_CACHE_DIR, 'tools'));
    expect(tools).toEqual(expect.arrayContaining([expect.stringMatching(/^uv-\d/)]));
    expect(tools.filter((name) => name.startsWith('.fetching'))).toEqual([]);
    const other = await moduleWithWheels();
    expect((await phasesOf(other, { python, env }))[0]).not.toContain('installer');
  });

  it('fetches it again when what is in the cache does not run', async () => {
    const SYNAPSE_CACHE_DIR = await temporaryFolder();
    const { env, python } = await withoutUv({ SYNAPSE_CACHE_DIR });
    const damaged = toolProgram('uv', SYNAPSE_CACHE_DIR);
    await mkdir(dirname(damaged), { recursive: true });
    await writeFile(damaged, '', { mode: 0o755 });
    const folder = await moduleWithWheels();
    expect((await phasesOf(folder, { python, env }))[0]).toContain('installer');
    expect((await readStamp(folder)).installer).toMatch(/^uv /);
  });

  it.each<[string, ProvisionOptions, NodeJS.ProcessEnv]>([
    ['SYNAPSE_NO_UV', {}, { SYNAPSE_NO_UV: '1' }],
    ['installer: pip', { installer: 'pip' }, {}],
  ])('%s keeps it from being fetched or used', async (_, options, variables) => {
    const cache = await temporaryFolder();
    const { env, python } = await withoutUv({ ...variables, SYNAPSE_CACHE_DIR: cache, PATH: String(fast.env?.['PATH']) });
    const folder = await moduleWithWheels();
    const [phases] = await phasesOf(folder, { ...options, python, env });
    expect(phases).not.toContain('installer');
    expect((await readStamp(folder)).installer).toMatch(/^pip \d/);
    expect(await readdir(cache)).toEqual([]);
  });

  it('goes on with pip when it cannot be fetched, and tells why', async () => {
    const unreachable = { PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_FIND_LINKS: '' };
    const { env, python } = await withoutUv({ ...unreachable, SYNAPSE_CACHE_DIR: await temporaryFolder() });
    const folder = await moduleWithWheels();
    expect((await provision(folder, { python, env })).distributions).toEqual(['alpha-1.0.dist-info', 'beta-1.0.dist-info']);
    expect((await readStamp(folder)).installer).toMatch(/^pip \d/);
  });

  it('does not fetch anything for a module that needs nothing', async () => {
    const cache = await temporaryFolder();
    const { env, python } = await withoutUv({ SYNAPSE_CACHE_DIR: cache });
    const folder = await moduleWithWheels();
    await writeFile(join(folder, 'requirements.txt'), '# nothing\n');
    await provision(folder, { python, env });
    expect((await readStamp(folder)).installer).toBe('venv');
    expect(await readdir(cache)).toEqual([]);
  });

  it('says what it would fetch without fetching it', async () => {
    const cache = await temporaryFolder();
    const { env, python } = await withoutUv({ SYNAPSE_CACHE_DIR: cache });
    const { installer } = await explain(await moduleWithWheels(), { python, env });
    expect(installer).toMatchObject({ name: expect.stringMatching(/^uv \d/) });
    expect(await readdir(cache)).toEqual([]);
  });
});

describe('step by step, when the interpreter', () => {
  it.each<[string, Parameters<typeof crippledPython>[0], RegExp]>([
    ['has pip', { pip: '23.2.1', ensurepip: false }, /^pip 23\.2\.1$/],
    ['has no pip, takes the one that ensurepip keeps', { ensurepip: false }, /^pip \d/],
    ['has an old pip, takes the one that ensurepip keeps', { pip: '9.0.3', ensurepip: false }, /^pip (?!9\.0)\d/],
    ['has an old pip and no ensurepip, has it fetch a new one', { pip: '20.0.2', ensurepip: true }, /^pip 25\.3$/],
  ])('%s', async (_, lacks, installer) => {
    const python = await crippledPython(lacks);
    const folder = await moduleWithWheels();
    const { env } = await withoutUv({ SYNAPSE_NO_UV: '1' });
    const environment = await provision(folder, { python, env: { ...env, PATH: process.env['PATH'] } });
    expect((await readStamp(folder)).installer).toMatch(installer);
    expect(await versionOf(environment, 'alpha')).toBe('1.0');
    expect(await readdir(join(environment.venv, 'bin'))).not.toContain('pip');
    expect(await readFile(join(python, '..', 'log'), 'utf8')).toMatch(/--without-pip/);
  });

  it('has neither pip nor ensurepip, as Debian splits them off, uv makes do without them; and without uv it tells what to install', async () => {
    const python = await crippledPython({ ensurepip: true });
    const folder = await moduleWithWheels();
    const error = await rejection(provision(folder, { python, env: { ...(await withoutUv({ SYNAPSE_NO_UV: '1' })).env } }));
    expect(error).toMatchObject({
      code: 'ERR_SYNAPSE_PROVISION',
      step: 'install',
      hint: expect.stringMatching(/python3-pip|python3-venv/),
    });
    expect(error.message).toMatch(/this Python has no pip/);
    const { interpreter } = await discover(pythonRequest(undefined, process.env), { env: process.env });
    expect((await provision(folder, { ...fast, python: interpreter.executable })).reused).toBe(false);
  });
});

describe('SYNAPSE_UV', () => {
  it('names the uv to take', async () => {
    const uv = (await execa('which', ['uv'], { env: { ...fast.env } })).stdout;
    const place = join(await temporaryFolder(), 'my-uv');
    await symlink(uv, place);
    const folder = await moduleWithWheels();
    for (const SYNAPSE_UV of [place, relative(process.cwd(), place)]) {
      const { env, python } = await withoutUv({ SYNAPSE_UV });
      await clean(folder);
      await provision(folder, { python, env });
      expect((await readStamp(folder)).installer).toMatch(/^uv /);
    }
  });

  it.each([
    ['/no/such/uv', /there is no such program/],
    ['/bin/true', /it is no uv that runs here/],
  ])('that is %s is an error that says so', async (SYNAPSE_UV, reason) => {
    const { env, python } = await withoutUv({ SYNAPSE_UV });
    const error = await rejection(provision(await moduleWithWheels(), { python, env }));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_INVALID_OPTION', option: 'SYNAPSE_UV', message: expect.stringMatching(reason) });
  });

  it('cannot be asked for and forbidden at once', async () => {
    const { env, python } = await withoutUv({ SYNAPSE_NO_UV: '1' });
    expect(await rejection(provision(await moduleWithWheels(), { installer: 'uv', python, env }))).toMatchObject({ option: 'installer' });
  });
});

it('passes over a uv that is too old', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'uv'), '#!/bin/sh\necho uv 0.4.30\n', { mode: 0o755 });
  const { env, python } = await withoutUv({ PATH: `${folder}:/usr/bin:/bin` });
  const { installer } = await explain(await moduleWithWheels(), { python, env });
  expect(installer).toMatchObject({
    passedOver: expect.arrayContaining([
      { candidate: join(folder, 'uv'), reason: expect.stringMatching(/version 0\.4\.30.*newer is needed/) },
    ]),
  });
});

it.each<[string, ProvisionOptions]>([
  ['uv', fast],
  ['pip', { installer: 'pip' }],
])('takes file names that begin with a dash as file names: %s', async (_, options) => {
  const folder = await moduleWithWheels();
  await requireWheels(folder, '-r ./-r.txt');
  await writeFile(join(folder, '-r.txt'), 'alpha==1.0\n');
  await mkdir(join(folder, '--wheels'));
  expect((await provision(folder, { ...options, venv: '--venv' })).distributions).toEqual(['alpha-1.0.dist-info']);
  expect((await provision(folder, { ...options, requirements: '-r.txt', wheelhouse: 'wheels' })).distributions).toHaveLength(1);
});

it.each<[string, ProvisionOptions]>([
  ['uv', fast],
  ['pip', { installer: 'pip' }],
])('lets no variable of the parent send packages elsewhere: %s', async (_, options) => {
  const [folder, elsewhere] = [await moduleWithWheels(), await temporaryFolder()];
  const hostile = {
    ...{ PYTHONHOME: elsewhere, PYTHONPATH: elsewhere, PYTHONSTARTUP: elsewhere, VIRTUAL_ENV: elsewhere, CONDA_PREFIX: elsewhere },
    ...{ PIP_TARGET: elsewhere, PIP_USER: '1', PIP_PREFIX: elsewhere, PIP_ROOT: elsewhere, PIP_REQUIREMENT: '/no/such', PIP_DRY_RUN: '1' },
    ...{ PIP_QUIET: '3', UV_PYTHON: '/no/such', UV_SYSTEM_PYTHON: '1', UV_PROJECT_ENVIRONMENT: elsewhere },
  };
  const made = await provision(folder, { ...options, env: { ...options.env, ...hostile } });
  expect(made.distributions).toEqual(['alpha-1.0.dist-info', 'beta-1.0.dist-info']);
  expect(await readdir(elsewhere)).toEqual([]);
});

it('runs nothing of the module before its environment is there', async () => {
  const folder = await moduleWithWheels();
  const witness = join(folder, 'witness');
  const names = ['pip', 'venv', 'json', 'sitecustomize', 'usercustomize', 'encodings', 'sysconfig', 'ensurepip', 'fcntl'];
  for (const name of names) await writeFile(join(folder, `${name}.py`), `open(${JSON.stringify(witness)}, "w")\n`);
  for (const name of ['uv', 'python3']) await writeFile(join(folder, name), `#!/bin/sh\ntouch ${witness}\n`, { mode: 0o755 });
  const env = { ...fast.env, PATH: `:.:${fast.env?.['PATH']}` };
  await provision(folder, { installer: 'pip', env });
  await provision(folder, { installer: 'uv', env });
  expect(await readdir(folder)).not.toContain('witness');
});
