import { join } from 'node:path';
import { environmentPython, scriptsDirectory } from '../../src/environment/installer';

test.each<[NodeJS.Platform, string, string]>([
  ['linux', join('venv', 'bin'), join('venv', 'bin', 'python')],
  ['darwin', join('venv', 'bin'), join('venv', 'bin', 'python')],
  ['win32', join('venv', 'Scripts'), join('venv', 'Scripts', 'python.exe')],
])('knows where an environment keeps its programs: %s', (platform, scripts, python) => {
  expect(scriptsDirectory('venv', platform)).toBe(scripts);
  expect(environmentPython('venv', platform)).toBe(python);
});
