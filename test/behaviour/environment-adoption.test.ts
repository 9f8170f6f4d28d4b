import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { clean } from '../../src/environment/cleaner';
import type { ProvisionOptions } from '../../src/environment/environment-options';
import { explain, inspect } from '../../src/environment/inspection';
import { provision } from '../../src/environment/provisioner';
import { fast, moduleWithWheels, phasesOf, readStamp, sitePackages, versionOf } from '../support/environments';
import { makeSynapse, temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';
import { requireWheels } from '../support/wheel';

/** A module whose `.venv` was made by hand, with these packages in it. */
async function moduleWithOwnEnvironment(...packages: string[]): Promise<string> {
  const folder = await moduleWithWheels();
  const venv = join(folder, '.venv');
  await execa('python3', ['-m', 'venv', '--without-pip', venv]);
  await writeFile(join(venv, 'mine.txt'), 'keep');
  const args = ['pip', 'install', '--python', join(venv, 'bin', 'python'), '--no-index', '--find-links', 'wheels', ...packages];
  if (packages.length > 0) await execa('uv', args, { cwd: folder, env: { ...fast.env } });
  return folder;
}

const installers: [string, ProvisionOptions][] = [
  ['uv', fast],
  ['pip', { installer: 'pip' }],
];

describe.each(installers)('an environment that somebody else made, looked at with %s', (_, options) => {
  it('is taken over as it is when it has what is needed, and then costs no more than any other', async () => {
    const folder = await moduleWithOwnEnvironment('alpha==1.0', 'beta==1.0', 'alpha');
    expect((await explain(folder, options)).work).toBe('adopt');
    const synapse = makeSynapse(options);
    await synapse.spawn(folder);
    expect(await synapse.call(1)).toBe(1);
    await synapse.dispose();
    expect((await readStamp(folder)).owner).toBe('user');
    expect((await phasesOf(folder, options))[0]).toEqual([]);
  });

  it('is left as it is when it lacks something: the error tells what, and the choice', async () => {
    const folder = await moduleWithOwnEnvironment('alpha==1.0');
    const error = await rejection(provision(folder, options));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT', step: 'verify' });
    expect(error.message).toMatch(/somebody else.*it lacks beta[=-]+1\.0\. Choose: .*delete it.*recreate.*venv/s);
    expect(await versionOf({ python: join(folder, '.venv', 'bin', 'python') }, 'beta')).toBe('none');
    expect(await readFile(join(folder, '.venv', 'mine.txt'), 'utf8')).toBe('keep');
  });

  it('that lacks nothing is kept, even where it might be deleted', async () => {
    const folder = await moduleWithOwnEnvironment('alpha==1.0', 'beta');
    await provision(folder, { ...options, recreate: true });
    expect(await readFile(join(folder, '.venv', 'mine.txt'), 'utf8')).toBe('keep');
    await requireWheels(folder, 'beta');
    await provision(folder, { ...options, recreate: true });
    expect(await readFile(join(folder, '.venv', 'mine.txt'), 'utf8')).toBe('keep');
  });

  it('is made anew when that is allowed', async () => {
    const folder = await moduleWithOwnEnvironment('alpha==1.0');
    const made = await provision(folder, { ...options, recreate: true });
    expect(await versionOf(made, 'beta')).toBe('1.0');
    expect((await readStamp(folder)).owner).toBe('synapse');
    expect(await inspect(folder, options)).toMatchObject({ state: 'ready', owner: 'synapse' });
  });
});

it('that was taken over is looked at again when the inputs change', async () => {
  const folder = await moduleWithOwnEnvironment('alpha==1.0', 'beta');
  await provision(folder, fast);
  await requireWheels(folder, 'alpha==2.0');
  expect(await rejection(provision(folder, fast))).toMatchObject({ code: 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT' });
  await requireWheels(folder, 'alpha');
  expect((await phasesOf(folder, fast))[0]).toEqual(['python', 'done']);
});

it('is not trusted when files of its packages are missing', async () => {
  const folder = await moduleWithOwnEnvironment('alpha==1.0', 'beta');
  const environment = { python: join(folder, '.venv', 'bin', 'python') };
  await rm(join(await sitePackages(environment as never), 'alpha', '__init__.py'));
  const error = await rejection(provision(folder, fast));
  expect(error.message).toMatch(/files of its packages are missing, such as alpha\/__init__\.py/);
});

it('is told from a directory that is no environment at all', async () => {
  const folder = await moduleWithWheels();
  await writeFile(join(folder, 'notes.txt'), 'mine');
  const error = await rejection(provision(folder, { ...fast, venv: 'wheels' }));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT' });
  expect(error.message).toMatch(/is not a Python environment, and is not empty; it is left as it is/);
});

it('is not deleted while a worker runs in it', async () => {
  const folder = await moduleWithOwnEnvironment('alpha==1.0', 'beta');
  const synapse = makeSynapse(fast);
  await synapse.spawn(folder);
  await requireWheels(folder, 'alpha==2.0');
  expect(await rejection(provision(folder, { ...fast, recreate: true }))).toMatchObject({ code: 'ERR_SYNAPSE_ENVIRONMENT_IN_USE' });
  expect(await synapse.call(1)).toBe(1);
});

it('is not taken for one of another Python that is asked for, or of one that is gone', async () => {
  const folder = await moduleWithOwnEnvironment('alpha==1.0', 'beta');
  const other = await otherPython();
  const error = await rejection(provision(folder, { ...fast, python: other }));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT', message: expect.stringContaining(`${other} is asked for`) });
  await rm(join(folder, '.venv', 'bin', 'python'));
  await symlink('/gone/python3', join(folder, '.venv', 'bin', 'python'));
  const gone = await rejection(provision(folder, fast));
  expect(gone).toMatchObject({
    code: 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT',
    message: expect.stringMatching(/its Python cannot be used[\s\S]*recreate/),
  });
  expect((await provision(folder, { ...fast, recreate: true })).reused).toBe(false);
});

/** A Python of its own place, which is none of those on PATH. */
async function otherPython(): Promise<string> {
  const path = join(await temporaryFolder(), 'python3');
  const answer = { executable: path, version: '3.11.0', platform: 'x', scripts: '/', bundledPip: null };
  await writeFile(path, `#!/bin/sh\necho '${JSON.stringify(answer)}'\n`, { mode: 0o755 });
  return path;
}

it('is not removed by clean, unless that is allowed; one of ours is', async () => {
  const folder = await moduleWithOwnEnvironment();
  expect(await rejection(clean(folder))).toMatchObject({ code: 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT' });
  expect(await clean(folder, { recreate: true })).toBe(join(folder, '.venv'));
  expect(await inspect(folder)).toMatchObject({ state: 'absent', owner: undefined });
  await provision(folder, fast);
  expect(await clean(folder)).toBe(join(folder, '.venv'));
  expect(await clean(folder)).toBeUndefined();
  expect((await provision(folder, fast)).reused).toBe(false);
});

it('is not removed while a worker runs in it', async () => {
  const folder = await moduleWithWheels();
  const synapse = makeSynapse(fast);
  await synapse.spawn(folder);
  expect(await rejection(clean(folder))).toMatchObject({ code: 'ERR_SYNAPSE_ENVIRONMENT_IN_USE' });
  expect(await synapse.call(1)).toBe(1);
  await synapse.dispose();
  expect(await clean(folder)).toBe(join(folder, '.venv'));
});
