import { access, cp, mkdir, readdir, readFile, realpath, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import type { ProvisionEvent } from '../../src/environment/progress';
import { type Environment, type ProvisionOptions, provision } from '../../src/environment/provisioner';
import { copyFixture, FIXTURES, makeSynapse, temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';
import { makeWheel, requireWheels } from '../support/wheel';

const PROGRAM = join(__dirname, '..', 'support', 'provision.mjs');
const UV_FOLDER = join(__dirname, '..', '..', 'python', '.venv', 'bin');

async function moduleWithWheels(): Promise<string> {
  const folder = await copyFixture('echo');
  await Promise.all([makeWheel(folder, 'alpha', '1.0'), makeWheel(folder, 'alpha', '2.0'), makeWheel(folder, 'beta', '1.0')]);
  await requireWheels(folder, 'alpha==1.0', 'beta');
  return folder;
}

async function phasesOf(folder: string, options: ProvisionOptions = {}): Promise<[string[], Environment]> {
  const events: ProvisionEvent[] = [];
  const environment = await provision(folder, { ...options, onProgress: (event) => events.push(event) });
  return [events.map(({ phase }) => phase), environment];
}

async function versionOf({ python }: Environment, name: string): Promise<string> {
  const { stdout } = await execa(python, ['-I', '-c', `import ${name}; print(${name}.VERSION)`], { reject: false });
  return stdout || 'none';
}

function withUv(): ProvisionOptions {
  return { installer: 'uv', env: { PATH: [UV_FOLDER, process.env['PATH']].join(delimiter) } };
}

/** Most tests use the faster installer; what they show does not depend on it. */
const fast = withUv();

async function editStamp(folder: string, edit: (stamp: { python: { executable: string; size: number } }) => void): Promise<void> {
  const path = join(folder, '.venv', '.synapse.json');
  const stamp = JSON.parse(await readFile(path, 'utf8'));
  edit(stamp);
  await writeFile(path, JSON.stringify(stamp));
}

async function sitePackages({ python }: Environment): Promise<string> {
  return (await execa(python, ['-I', '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'])).stdout;
}

it('installs what a module needs from the package index, and the module then works', async () => {
  const folder = await copyFixture('needs-package');
  const synapse = makeSynapse();
  const phases = new Set<string>();
  synapse.on('provision', ({ phase }) => phases.add(phase));
  await synapse.spawn(folder);
  expect(await synapse.call({ foo: 'bar' })).toEqual({ foo: 'bar' });
  expect([...phases]).toEqual(expect.arrayContaining(['python', 'venv', 'resolve', 'install', 'verify', 'done']));
});

describe.each([
  ['pip', (): ProvisionOptions => ({ installer: 'pip' })],
  ['uv', withUv],
])('with %s', (name, options) => {
  it('makes an environment once; afterwards nothing is done, nothing is written and no program is started', async () => {
    const folder = await moduleWithWheels();
    const [phases, made] = await phasesOf(folder, options());
    expect(phases[0]).toBe('python');
    expect(phases.at(-1)).toBe('done');
    expect(made).toMatchObject({ reused: false, distributions: ['alpha-1.0.dist-info', 'beta-1.0.dist-info'] });
    expect(JSON.parse(await readFile(join(folder, '.venv', '.synapse.json'), 'utf8')).installer).toMatch(new RegExp(`^${name} \\d`));
    const { mtimeMs } = await stat(join(folder, '.venv'));
    const [noPhases, reused] = await phasesOf(folder, { ...options(), env: { PATH: '/nowhere' } });
    expect(noPhases).toEqual([]);
    expect(reused).toEqual({ ...made, reused: true });
    expect((await stat(join(folder, '.venv'))).mtimeMs).toBe(mtimeMs);
  });

  it('follows changed requirements, and leaves no package behind that they no longer name', async () => {
    const folder = await moduleWithWheels();
    await provision(folder, options());
    await requireWheels(folder, 'alpha==2.0');
    const [, changed] = await phasesOf(folder, options());
    expect(changed.distributions).toEqual(['alpha-2.0.dist-info']);
    expect(await versionOf(changed, 'alpha')).toBe('2.0');
    expect(await versionOf(changed, 'beta')).toBe('none');
  });

  it('tells what failed, by which command, in the words of the installer, and what to do', async () => {
    const folder = await moduleWithWheels();
    await requireWheels(folder, 'no-such-package-anywhere');
    const error = await rejection(provision(folder, options()));
    expect(error).toMatchObject({
      code: 'ERR_SYNAPSE_PROVISION',
      step: 'install',
      command: expect.stringContaining('install'),
      output: expect.stringContaining('no-such-package-anywhere'),
      hint: expect.stringContaining('does not exist'),
    });
    await requireWheels(folder, 'alpha');
    expect((await provision(folder, options())).distributions).toEqual(['alpha-2.0.dist-info']);
  });
});

it('takes uv when it is on PATH and pip when not', async () => {
  const folder = await moduleWithWheels();
  const { env = {} } = withUv();
  await provision(folder, { env });
  expect(JSON.parse(await readFile(join(folder, '.venv', '.synapse.json'), 'utf8')).installer).toMatch(/^uv /);
});

describe('looks again when', () => {
  it.each<[string, (folder: string, made: Environment) => Promise<unknown>]>([
    ['a package was removed by hand', async (_, made) => rm(join(await sitePackages(made), 'alpha-1.0.dist-info'), { recursive: true })],
    ['the stamp is damaged', (folder) => writeFile(join(folder, '.venv', '.synapse.json'), '{"schema": 1, "ven')],
    ['the stamp is gone, as after an interruption', (folder) => rm(join(folder, '.venv', '.synapse.json'))],
    ['the interpreter is gone', (folder) => editStamp(folder, (stamp) => (stamp.python.executable = '/gone/python3'))],
    ['the interpreter is another', (folder) => editStamp(folder, (stamp) => (stamp.python.size += 1))],
    ['the environment is gone', (folder) => rm(join(folder, '.venv'), { recursive: true })],
  ])('%s, and makes the environment anew', async (_, harm) => {
    const folder = await moduleWithWheels();
    await harm(folder, await provision(folder, fast));
    const [phases, repaired] = await phasesOf(folder, fast);
    expect(phases).toContain('install');
    expect(repaired.reused).toBe(false);
    expect(await versionOf(repaired, 'alpha')).toBe('1.0');
    expect((await provision(folder, fast)).reused).toBe(true);
  });

  it('the directory was moved', async () => {
    const folder = await moduleWithWheels();
    await provision(folder, fast);
    const moved = join(await temporaryFolder(), 'moved');
    await rename(folder, moved);
    const [phases, environment] = await phasesOf(moved, fast);
    expect(phases).toContain('install');
    expect(await versionOf(environment, 'alpha')).toBe('1.0');
  });

  it('an included file changed', async () => {
    const folder = await moduleWithWheels();
    await requireWheels(folder, '-r more.txt');
    await writeFile(join(folder, 'more.txt'), 'alpha==1.0\n');
    await provision(folder, fast);
    await writeFile(join(folder, 'more.txt'), 'alpha==2.0\n');
    expect((await provision(folder, fast)).distributions).toEqual(['alpha-2.0.dist-info']);
  });

  it('the options changed', async () => {
    const folder = await moduleWithWheels();
    await writeFile(join(folder, 'other.txt'), '');
    await provision(folder, fast);
    expect((await provision(folder, { ...fast, requirements: 'other.txt' })).distributions).toEqual([]);
  });

  it('SYNAPSE_PYTHON names another interpreter', async () => {
    const folder = await moduleWithWheels();
    await provision(folder, fast);
    const error = await rejection(provision(folder, { env: { ...fast.env, SYNAPSE_PYTHON: '/no/such/python' } }));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_PYTHON_NOT_FOUND' });
  });

  it('but not when a file was only touched', async () => {
    const folder = await moduleWithWheels();
    await provision(folder, fast);
    await utimes(join(folder, 'requirements.txt'), new Date(), new Date());
    expect((await provision(folder, fast)).reused).toBe(true);
  });
});

it('wipes a half-made environment instead of topping it up', async () => {
  const folder = await moduleWithWheels();
  const made = await provision(folder, fast);
  const { venv } = made;
  const site = await sitePackages(made);
  await rm(join(venv, '.synapse.json'));
  await rm(join(site, 'alpha', 'part0.py')); // its metadata says that alpha is there, and an installer believes it
  const repaired = await provision(folder, fast);
  await access(join(site, 'alpha', 'part0.py'));
  expect(repaired.reused).toBe(false);
});

it('adds to an environment that somebody else made, and never deletes it', async () => {
  const folder = await moduleWithWheels();
  const venv = join(folder, '.venv');
  await execa('python3', ['-m', 'venv', '--without-pip', venv]);
  await writeFile(join(venv, 'mine.txt'), 'keep');
  expect(await versionOf(await provision(folder), 'alpha')).toBe('1.0');
  await requireWheels(folder, 'alpha==2.0');
  expect(await versionOf(await provision(folder), 'alpha')).toBe('2.0');
  expect(await readFile(join(venv, 'mine.txt'), 'utf8')).toBe('keep');
});

describe('several at once', () => {
  it('make one environment: processes that spawn a fresh directory together', async () => {
    const folder = await moduleWithWheels();
    const programs = await Promise.all([1, 2, 3, 4].map(() => execa(process.execPath, [PROGRAM, folder], { lines: true })));
    const events = programs.map(({ stdout }) => stdout.map((line) => JSON.parse(line)));
    expect(events.filter((each) => each.some(({ phase }) => phase === 'venv'))).toHaveLength(1);
    for (const each of events)
      expect(each.at(-1)).toMatchObject({ phase: 'end', distributions: ['alpha-1.0.dist-info', 'beta-1.0.dist-info'] });
  });

  it('make one environment: several Synapses of one program', async () => {
    const folder = await moduleWithWheels();
    const phases: string[] = [];
    const synapses = [1, 2, 3].map(() => makeSynapse().on('provision', ({ phase }) => phases.push(phase)));
    await Promise.all(synapses.map((synapse) => synapse.spawn(folder)));
    expect(phases.filter((phase) => phase === 'venv')).toHaveLength(1);
    expect(await Promise.all(synapses.map((synapse, i) => synapse.call(i)))).toEqual([0, 1, 2]);
  });
});

describe('kill -9 of an installation half-way', () => {
  const cases: [string, string, ProvisionOptions][] = [
    ['uv', 'venv', fast],
    ['uv', 'resolve', fast],
    ['uv', 'install', fast],
    ['uv', 'verify', fast],
    ['pip', 'install', { installer: 'pip' }],
  ];
  it.each(cases)('by %s while it does "%s": the next spawn works without help', async (_, phase, options) => {
    const folder = await copyFixture('echo');
    await makeWheel(folder, 'large', '1.0', 2000);
    await requireWheels(folder, 'large');
    const program = execa(process.execPath, [PROGRAM, folder, JSON.stringify(options)], { reject: false });
    for await (const line of program.iterable()) if (JSON.parse(line).phase === phase) program.kill('SIGKILL');
    expect(await program).toMatchObject({ signal: 'SIGKILL' });
    const synapse = makeSynapse(options);
    await synapse.spawn(folder);
    expect(await synapse.call('alive')).toBe('alive');
    const [, environment] = await phasesOf(folder, options);
    expect(environment.reused).toBe(true);
    const { exitCode } = await execa(environment.python, ['-I', '-c', 'import large.part1999'], { reject: false });
    expect(exitCode).toBe(0);
  });
});

it('stops the installer and all it started when aborted, and leaves no lock', async () => {
  const folder = await moduleWithWheels();
  const abort = new AbortController();
  const provisioned = rejection(
    provision(folder, {
      ...fast,
      signal: abort.signal,
      onProgress: ({ phase }) => phase === 'resolve' && abort.abort(new Error('enough')),
    }),
  );
  expect((await provisioned).message).toBe('enough');
  const [phases] = await phasesOf(folder, fast);
  expect(phases).not.toContain('waiting');
  expect(phases.at(-1)).toBe('done');
});

it('puts the environment where venv says', async () => {
  const folder = await moduleWithWheels();
  const place = await temporaryFolder();
  const environment = await provision(folder, { ...fast, venv: join(place, 'environment') });
  expect(environment.venv).toBe(join(await realpath(place), 'environment'));
  expect(await readdir(folder)).not.toContain('.venv');
});

it('needs no requirements file when none is asked for', async () => {
  const folder = await temporaryFolder();
  await cp(join(FIXTURES, 'echo', 'main.py'), join(folder, 'main.py'));
  const synapse = makeSynapse({ requirements: [] });
  await synapse.spawn(folder);
  expect(await synapse.call(1)).toBe(1);
});

it('uses a prepared environment in a directory that cannot be written', async () => {
  const folder = await moduleWithWheels();
  const made = await provision(folder, fast);
  await execa('chmod', ['-R', 'a-w', folder]);
  try {
    expect(await provision(folder, fast)).toEqual({ ...made, reused: true });
  } finally {
    await execa('chmod', ['-R', 'u+w', folder]);
  }
});

it('says where it cannot write', async () => {
  const folder = await moduleWithWheels();
  await writeFile(join(folder, 'occupied'), '');
  const error = await rejection(provision(folder, { ...fast, venv: 'occupied/venv' }));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_PROVISION', step: 'venv', message: expect.stringContaining('occupied') });
  await mkdir(join(folder, 'elsewhere'));
});
