import { access, cp, mkdir, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ProvisionOptions } from '../../src/environment/environment-options';
import { explain, inspect } from '../../src/environment/inspection';
import { provision } from '../../src/environment/provisioner';
import {
  fast,
  moduleWithWheels,
  PROVISION_PROGRAM,
  patientUv,
  phasesOf,
  readStamp,
  sitePackages,
  versionOf,
  withUv,
} from '../support/environments';
import { copyFixture, FIXTURES, makeSynapse, temporaryFolder } from '../support/fixture';
import { isRunning, rejection, until } from '../support/until';
import { makeWheel, requireWheels } from '../support/wheel';

/** A program that spawns and calls; see `spawn.mjs`. */
const SPAWN_PROGRAM = join(__dirname, '..', 'support', 'spawn.mjs');

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
    expect((await readStamp(folder)).installer).toMatch(new RegExp(`^${name} \\d`));
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

describe('several at once', () => {
  it('make one environment: eight processes that spawn a fresh directory together, and eight workers answer', async () => {
    const folder = await moduleWithWheels();
    const programs = await Promise.all(Array.from({ length: 8 }, () => execa(process.execPath, [SPAWN_PROGRAM, folder], { lines: true })));
    const events = programs.map(({ stdout }) => stdout.map((line) => JSON.parse(line)));
    expect(events.filter((each) => each.some(({ phase }) => phase === 'venv'))).toHaveLength(1);
    const waiting = events.flat().filter(({ phase }) => phase === 'waiting');
    expect(waiting.length).toBeGreaterThan(0);
    for (const { message } of waiting) expect(message).toMatch(/^Waiting for pid \d+ on .+, which is making the environment$/);
    const pids = events.map((each) => each.at(-1).answeredBy);
    expect(new Set(pids).size).toBe(8);
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
    const program = execa(process.execPath, [PROVISION_PROGRAM, folder, JSON.stringify(options)], { reject: false });
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
  const uv = await patientUv();
  const provisioned = rejection(provision(folder, { ...uv.options, signal: abort.signal }));
  await until(async () => (await uv.pids()).length === 2);
  abort.abort(new Error('enough'));
  expect((await provisioned).message).toBe('enough');
  const pids = await uv.pids();
  await until(() => !pids.some(isRunning));
  const [phases] = await phasesOf(folder, fast);
  expect(phases).not.toContain('waiting');
  expect(phases.at(-1)).toBe('done');
});

it('completes the environment when a listener of its events throws, and then tells what it threw', async () => {
  const folder = await moduleWithWheels();
  const onProgress = (): void => {
    throw new Error('from the listener');
  };
  expect((await rejection(provision(folder, { ...fast, onProgress }))).message).toBe('from the listener');
  expect((await provision(folder, fast)).reused).toBe(true);
});

it('tells, while a process makes the environment, which one it is, and that an installer of a killed one still does', async () => {
  const folder = await moduleWithWheels();
  const uv = await patientUv();
  const program = execa(process.execPath, [PROVISION_PROGRAM, folder, JSON.stringify(uv.options)], { reject: false });
  await until(async () => (await uv.pids()).length === 2);
  const building = { state: 'building', reason: 'unfinished', detail: expect.stringContaining(`pid ${program.pid} on`) };
  expect(await inspect(folder, uv.options)).toMatchObject(building);
  expect(await explain(folder, uv.options)).toMatchObject({ work: 'wait' });
  program.kill('SIGKILL');
  await program;
  expect(await inspect(folder, uv.options)).toMatchObject(building);
  const phases: string[] = [];
  const next = provision(folder, { ...uv.options, onProgress: ({ phase }) => phases.push(phase) });
  await until(() => phases.includes('waiting'));
  await uv.go();
  expect((await next).distributions).toEqual(['alpha-1.0.dist-info', 'beta-1.0.dist-info']);
  expect(await inspect(folder, uv.options)).toMatchObject({ state: 'ready' });
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

it('says where it cannot write', async () => {
  const folder = await moduleWithWheels();
  await writeFile(join(folder, 'occupied'), '');
  const error = await rejection(provision(folder, { ...fast, venv: 'occupied/venv' }));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_PROVISION', step: 'venv', message: expect.stringContaining('occupied') });
  await mkdir(join(folder, 'elsewhere'));
});
