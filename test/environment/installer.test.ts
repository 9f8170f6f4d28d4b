import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentPython, scriptsDirectory, sitePackagesIn } from '../../src/environment/layout';
import { temporaryFolder } from '../support/fixture';

test.each<[NodeJS.Platform, string, string]>([
  ['linux', join('venv', 'bin'), join('venv', 'bin', 'python')],
  ['darwin', join('venv', 'bin'), join('venv', 'bin', 'python')],
  ['win32', join('venv', 'Scripts'), join('venv', 'Scripts', 'python.exe')],
])('knows where an environment keeps its programs: %s', (platform, scripts, python) => {
  expect(scriptsDirectory('venv', platform)).toBe(scripts);
  expect(environmentPython('venv', platform)).toBe(python);
});

it('knows where an environment keeps its packages', async () => {
  const venv = await temporaryFolder();
  await mkdir(join(venv, 'lib', 'python3.13t'), { recursive: true });
  expect(sitePackagesIn(venv)).toBe(join(venv, 'lib', 'python3.13t', 'site-packages'));
  expect(sitePackagesIn(venv, 'win32')).toBe(join(venv, 'Lib', 'site-packages'));
  await mkdir(join(venv, 'other', 'lib'), { recursive: true });
  expect(() => sitePackagesIn(join(venv, 'other'))).toThrow(/no lib\/python3/);
});
