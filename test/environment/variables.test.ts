import { delimiter, join } from 'node:path';
import { installerVariables, workerVariables } from '../../src/environment/variables';
import { temporaryFolder } from '../support/fixture';

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
  const environment = { venv: '/module/.venv', scripts: '/module/.venv/bin', compiled: true };
  const variables = workerVariables(parent, { PYTHONPATH: '/mine', HOME: '/elsewhere' }, environment);
  expect(variables).toMatchObject({ HOME: '/elsewhere', PYTHONPATH: '/mine', VIRTUAL_ENV: '/module/.venv' });
  expect(variables['PATH']).toBe(`/module/.venv/bin${delimiter}/usr/bin`);
  expect(variables).not.toHaveProperty('PYTHONHOME');
});

it('finds PATH however it is spelt, as on Windows', () => {
  const variables = workerVariables({ Path: 'C:\\Windows' }, {}, { venv: 'v', scripts: 's', compiled: true });
  expect(variables).toMatchObject({ Path: `s${delimiter}C:\\Windows` });
  expect(variables).not.toHaveProperty('PATH');
});

describe('keeps compiled code', () => {
  const forbidden = { PYTHONDONTWRITEBYTECODE: '1', SYNAPSE_CACHE_DIR: '/cache' };

  async function placeOf(parent: NodeJS.ProcessEnv, own: NodeJS.ProcessEnv, more: { venv?: string; compiled?: boolean } = {}) {
    const { venv = await temporaryFolder(), compiled = false } = more;
    const variables = workerVariables(parent, own, { venv, scripts: 's', compiled });
    return [variables['PYTHONPYCACHEPREFIX']?.replace(venv, 'VENV'), variables['PYTHONDONTWRITEBYTECODE']];
  }

  it('beside its source, as Python does', async () => {
    expect(await placeOf({}, {})).toEqual([undefined, undefined]);
  });

  it('in the environment when the parent forbids it beside the source, unless it is there already', async () => {
    expect(await placeOf(forbidden, {})).toEqual([join('VENV', '.synapse-pycache'), undefined]);
    expect(await placeOf(forbidden, {}, { compiled: true })).toEqual([undefined, '1']);
  });

  it("in this user's cache when the environment cannot be written", async () => {
    const [place] = await placeOf({ SYNAPSE_CACHE_DIR: '/cache' }, {}, { venv: '/no/such' });
    expect(place).toMatch(/^\/cache\/pycache\/\w{16}$/);
  });

  it('where the caller or the parent says', async () => {
    expect(await placeOf(forbidden, { PYTHONDONTWRITEBYTECODE: '1' })).toEqual([undefined, '1']);
    expect(await placeOf({ ...forbidden, PYTHONPYCACHEPREFIX: '/theirs' }, {})).toEqual(['/theirs', '1']);
  });
});
