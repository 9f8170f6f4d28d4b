import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { provision } from '../../src/environment/provisioner';
import { fast, moduleWithWheels, sitePackages, versionOf } from '../support/environments';
import { requireWheels } from '../support/wheel';

const PROGRAM = join(__dirname, '..', '..', 'dist', 'cli.mjs');

/** Runs the `synapse` command as a shell does. */
async function synapse(...args: string[]) {
  return execa(process.execPath, [PROGRAM, ...args], { reject: false, env: { ...fast.env } });
}

it('installs, tells and removes', async () => {
  const folder = await moduleWithWheels();
  expect(await synapse('inspect', folder)).toMatchObject({
    exitCode: 3,
    stdout: expect.stringMatching(/: absent, there is no environment yet$/),
  });
  const installed = await synapse('install', folder);
  expect(installed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/\.venv: Python 3\.\d+\.\d+, 2 packages$/) });
  expect(installed.stderr).toMatch(/^synapse: Looking for Python\n[\s\S]*synapse: Environment ready$/);
  expect(await synapse('install', folder)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/was complete$/), stderr: '' });
  expect(await synapse('inspect', folder)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/: ready, it is complete$/) });
  expect((await synapse('explain', folder)).stdout).toMatch(/^module {7}.*\n[\s\S]*nothing is to be done[\s\S]*\ninstaller {4}uv /);
  expect(await synapse('clean', folder)).toMatchObject({ exitCode: 0, stdout: `Removed ${join(folder, '.venv')}` });
  expect(await readdir(folder)).not.toContain('.venv');
});

it('compiles the packages unless told not to', async () => {
  const folder = await moduleWithWheels();
  await synapse('install', folder, '--no-compile');
  expect((await provision(folder, fast)).compiled).toBe(false);
  await synapse('install', folder);
  expect((await provision(folder, fast)).compiled).toBe(true);
});

it('prints what the functions resolve with when JSON is asked for', async () => {
  const folder = await moduleWithWheels();
  const told = async (...args: string[]) => JSON.parse((await synapse(...args, folder, '--json')).stdout);
  expect(await told('install', '--quiet')).toMatchObject({ directory: folder, reused: false, distributions: expect.any(Array) });
  expect(await told('inspect')).toMatchObject({ state: 'ready', owner: 'synapse' });
  expect(await told('explain')).toMatchObject({ work: 'nothing', manifest: { kind: 'requirements' } });
  expect(await told('clean')).toEqual({ removed: join(folder, '.venv') });
  expect(await told('clean')).toEqual({ removed: null });
});

it('says on standard error what failed and what to do, and nothing else', async () => {
  const folder = await moduleWithWheels();
  await requireWheels(folder, 'no-such-package');
  const { exitCode, stdout, stderr } = await synapse('install', folder, '--quiet');
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/no-such-package/);
  expect(stderr).not.toMatch(/\n\s+at /);
});

it.each([
  [['install', '--installer', 'conda'], /Allowed choices are auto, uv, pip/],
  [['install', '--nonsense'], /unknown option '--nonsense'\n\(--help lists what there is\)/],
  [['nonsense'], /unknown command 'nonsense'/],
  [['install', '/no/such/directory'], /There is no directory \/no\/such\/directory/],
  [['install', '--store', '--venv', 'x', '.'], /store and venv both say/],
])('refuses %p', async (args, message) => {
  expect(await synapse(...args)).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(message) });
});

it.each([
  [['install', '--nonsense'], 'nonsense', /^unknown option '--nonsense'$/],
  [['nonsense'], 'nonsense', /^unknown command 'nonsense'$/],
  [['call'], 'directory', /^missing required argument 'directory'$/],
  [['install', '--installer', 'conda'], 'installer', /Allowed choices are auto, uv, pip/],
])('refuses %p in JSON, too', async (args, option, message) => {
  const { exitCode, stdout, stderr } = await synapse(...args, '--json');
  const error = { name: 'InvalidOptionError', code: 'ERR_SYNAPSE_INVALID_OPTION', option, message: expect.stringMatching(message) };
  expect({ exitCode, ...JSON.parse(stdout) }).toEqual({ exitCode: 1, error });
  expect(stderr).toMatch(/^error: .*\n\(--help lists what there is\)$/);
});

it('shows its help and its version whatever else is said', async () => {
  for (const args of [['--help'], ['help', 'call'], ['call', '--help'], ['--version']])
    expect(await synapse(...args, '--json')).toMatchObject({ exitCode: 0, stderr: '' });
});

it('names the directory that has no environment to remove', async () => {
  const folder = await moduleWithWheels();
  const { stdout } = await execa(process.execPath, [PROGRAM, 'clean', '.'], { cwd: folder, env: { ...fast.env } });
  expect(stdout).toBe(`There was no environment of ${folder}.`);
});

it('ends with the installer when it is interrupted, as a shell tells of it, and the next one works', async () => {
  const folder = await moduleWithWheels();
  const program = execa(process.execPath, [PROGRAM, 'install', folder], { reject: false, env: { ...fast.env } });
  for await (const line of program.iterable({ from: 'stderr' })) if (line.includes('Resolving')) program.kill('SIGINT');
  const { exitCode, signal } = await program;
  expect([exitCode, signal]).toEqual([130, undefined]);
  expect(await synapse('install', folder)).toMatchObject({ exitCode: 0 });
});

it('makes an environment anew, with packages that no damaged cache can spoil', async () => {
  const folder = await moduleWithWheels();
  const UV_CACHE_DIR = join(folder, 'cache');
  const options = { ...fast, env: { ...fast.env, UV_CACHE_DIR } };
  const made = await provision(folder, options);
  const module = join(await sitePackages(made), 'alpha', '__init__.py');
  await appendFile(module, 'VERSION = "damaged"\n');
  await execa(process.execPath, [PROGRAM, 'install', folder, '--force'], { env: options.env });
  expect(await readFile(module, 'utf8')).not.toContain('damaged');
  expect(await versionOf(made, 'alpha')).toBe('1.0');
});

it('gives the result on a terminal after the bar is gone, and its version', async () => {
  const folder = await moduleWithWheels();
  const script = `stty cols 200; exec '${process.execPath}' '${PROGRAM}' install '${folder}'`;
  const args = process.platform === 'darwin' ? ['-q', '/dev/null', 'sh', '-c', script] : ['-qec', script, '/dev/null'];
  const { stdout } = await execa('script', args, { env: { ...fast.env } });
  expect(stdout.slice(stdout.lastIndexOf('\u001b['))).toMatch(/\.venv: Python 3/);
  const { version } = JSON.parse(await readFile(join(__dirname, '..', '..', 'package.json'), 'utf8'));
  expect(await synapse('--version')).toMatchObject({ exitCode: 0, stdout: version });
});
