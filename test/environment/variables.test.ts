import { delimiter } from 'node:path';
import { installerVariables, workerVariables } from '../../src/environment/variables';

const parent = {
  HOME: '/home/me',
  PATH: '/usr/bin',
  PYTHONHOME: '/x',
  PYTHONPATH: '/x',
  PythonStartup: '/x',
  VIRTUAL_ENV: '/x',
  CONDA_PREFIX: '/x',
  __PYVENV_LAUNCHER__: '/x',
  PIP_TARGET: '/x',
  PIP_INDEX_URL: 'kept',
  UV_PROJECT_ENVIRONMENT: '/x',
};

it('keeps from installers what would send packages elsewhere, and nothing else', () => {
  expect(installerVariables(parent)).toEqual({
    HOME: '/home/me',
    PATH: '/usr/bin',
    PIP_INDEX_URL: 'kept',
    PYTHONIOENCODING: 'utf-8',
    UV_PYTHON_DOWNLOADS: 'never',
  });
});

it('makes the environment active in a worker, and lets the caller have the last word', () => {
  const environment = { venv: '/module/.venv', scripts: '/module/.venv/bin' };
  const variables = workerVariables(parent, { PYTHONPATH: '/mine', HOME: '/elsewhere' }, environment);
  expect(variables).toMatchObject({ HOME: '/elsewhere', PYTHONPATH: '/mine', VIRTUAL_ENV: '/module/.venv' });
  expect(variables['PATH']).toBe(`/module/.venv/bin${delimiter}/usr/bin`);
  expect(variables).not.toHaveProperty('PYTHONHOME');
});

it('finds PATH however it is spelt, as on Windows', () => {
  const variables = workerVariables({ Path: 'C:\\Windows' }, {}, { venv: 'v', scripts: 's' });
  expect(variables).toMatchObject({ Path: `s${delimiter}C:\\Windows` });
  expect(variables).not.toHaveProperty('PATH');
});
