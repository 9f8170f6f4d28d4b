import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { discover } from '../../src/environment/discover';
import { environmentPython, pickInstaller, scriptsDirectory } from '../../src/environment/installer';
import { temporaryFolder } from '../support/fixture';

test.each<[NodeJS.Platform, string, string]>([
  ['linux', join('venv', 'bin'), join('venv', 'bin', 'python')],
  ['darwin', join('venv', 'bin'), join('venv', 'bin', 'python')],
  ['win32', join('venv', 'Scripts'), join('venv', 'Scripts', 'python.exe')],
])('knows where an environment keeps its programs: %s', (platform, scripts, python) => {
  expect(scriptsDirectory('venv', platform)).toBe(scripts);
  expect(environmentPython('venv', platform)).toBe(python);
});

/** An interpreter whose pip says that it is of a certain version, and that writes down what it is asked to do. */
async function interpreterWithPip(version: string | undefined) {
  const { executable, ...rest } = await discover(undefined, process.env);
  const folder = await temporaryFolder();
  const fake = join(folder, 'python');
  const log = join(folder, 'log');
  const answer = version ? `echo "pip ${version} from somewhere"` : 'echo "No module named pip" >&2; exit 1';
  await writeFile(fake, `#!/bin/sh\ncase "$*" in *--version) ${answer};; *) echo "$*" >> ${log}; exec '${executable}' "$@";; esac\n`);
  await chmod(fake, 0o755);
  return { interpreter: { ...rest, executable: fake }, log };
}

test.each([
  ['23.2.1', 'pip 23.2.1', '--without-pip'],
  ['22.3', 'pip 22.3', '--without-pip'],
  ['22.2.2', 'pip of venv', '-I -m venv'],
  ['9.0', 'pip of venv', '-I -m venv'],
  [undefined, 'pip of venv', '-I -m venv'],
])('with pip %p of the base interpreter takes %p', async (version, name, how) => {
  const { interpreter, log } = await interpreterWithPip(version);
  const installer = await pickInstaller('pip', interpreter, process.env);
  expect(installer.name).toBe(name);
  const folder = await temporaryFolder();
  const target = {
    interpreter,
    directory: folder,
    venv: join(folder, 'venv'),
    env: process.env,
    signal: undefined,
    descriptor: undefined,
    onLine: () => undefined,
  };
  expect(await installer.makeEnvironment(target)).toMatchObject({ exitCode: 0 });
  expect(await readFile(log, 'utf8')).toContain(how);
  expect((await readFile(join(folder, 'venv', 'pyvenv.cfg'), 'utf8')).length).toBeGreaterThan(0);
  await writeFile(join(folder, 'none.txt'), '');
  expect(await installer.install(target, [join(folder, 'none.txt')])).toMatchObject({ exitCode: 0 });
});
