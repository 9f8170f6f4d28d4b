import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FIXTURES, makeForFixture, spawnFixture, temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';

interface Surroundings {
  argv: string[];
  cwd: string;
  name: string;
  file: string;
  path: string[];
  prefix: string;
  variables: Record<string, string | null>;
  descriptors: number[];
}

const fixture = join(FIXTURES, 'tells-its-surroundings');

test.each(['main', 'main.py', './main'])('takes the entry form %s', async (entrypoint) => {
  const synapse = makeForFixture();
  await synapse.spawn(fixture, entrypoint);
  expect(await synapse.call<Surroundings>([])).toMatchObject({ file: join(fixture, 'main.py'), name: '__main__' });
});

test.each([
  ['worker', 'worker'],
  ['worker/inner', 'worker'],
  ['worker/inner.py', 'worker'],
])('runs %s as a part of its package, with relative imports', async (entrypoint, packageName) => {
  const synapse = makeForFixture();
  await synapse.spawn(join(FIXTURES, 'package-entry'), entrypoint);
  expect(await synapse.call(null)).toEqual(['hello from a package', packageName]);
});

it('takes the directory as a file URL and as a path relative to the working directory', async () => {
  for (const directory of [pathToFileURL(`${fixture}/`), 'fixtures/tells-its-surroundings']) {
    const synapse = makeForFixture();
    await synapse.spawn(directory);
    expect((await synapse.call<Surroundings>([])).path[0]).toBe(fixture);
  }
});

it('gives the entry what a script started by hand has: arguments, working directory, import path, environment', async () => {
  const synapse = await spawnFixture('tells-its-surroundings', { args: ['--model', 'small'] });
  const told = await synapse.call<Surroundings>(['VIRTUAL_ENV', 'PATH']);
  expect(told.argv).toEqual([join(fixture, 'main.py'), '--model', 'small']);
  expect(told.cwd).toBe(fixture);
  expect(told.path[0]).toBe(fixture);
  expect(told.prefix).toBe(join(FIXTURES, '.venv'));
  expect(told.variables['VIRTUAL_ENV']).toBe(join(FIXTURES, '.venv'));
  expect(told.variables['PATH']?.split(delimiter)[0]).toBe(join(FIXTURES, '.venv', 'bin'));
});

it('lets no descriptor of its own reach the children of the module', async () => {
  const synapse = await spawnFixture('tells-its-surroundings');
  expect((await synapse.call<Surroundings>([])).descriptors).toEqual([]);
});

it('passes the variables of env, and does not let those of the parent that mislead Python in', async () => {
  const misleading = { PYTHONHOME: '/nowhere', PYTHONPATH: '/nowhere', PYTHONSTARTUP: '/nowhere', VIRTUAL_ENV: '/nowhere' };
  const saved = { ...process.env };
  Object.assign(process.env, misleading);
  try {
    const synapse = await spawnFixture('tells-its-surroundings', { env: { MODEL: 'small', PYTHONPATH: '/given' } });
    const { variables } = await synapse.call<Surroundings>([...Object.keys(misleading), 'MODEL']);
    expect(variables).toEqual({
      MODEL: 'small',
      PYTHONHOME: null,
      PYTHONPATH: '/given',
      PYTHONSTARTUP: null,
      VIRTUAL_ENV: join(FIXTURES, '.venv'),
    });
  } finally {
    for (const name of Object.keys(misleading)) delete process.env[name];
    Object.assign(process.env, saved);
  }
});

it('takes another working directory', async () => {
  const cwd = await temporaryFolder();
  const synapse = await spawnFixture('tells-its-surroundings', { cwd });
  expect((await synapse.call<Surroundings>([])).cwd).toBe(cwd);
});

it('serves a module that reads by asyncio', async () => {
  const synapse = await spawnFixture('asyncio-loop');
  expect(await Promise.all([1, 2, 3].map((payload) => synapse.call(payload)))).toEqual([1, 2, 3]);
});

test.each(['fork', 'spawn'])('serves a module that starts processes of its own by multiprocessing: %s', async (method) => {
  const synapse = await spawnFixture('multiprocessing-pool');
  const lines: string[] = [];
  synapse.on('log', ({ line }) => lines.push(line));
  expect(await synapse.call(method)).toEqual([1, 4, 9]);
  await synapse.dispose();
  expect(lines.sort()).toEqual(['squaring 1', 'squaring 2', 'squaring 3']);
});

describe('the bare protocol', () => {
  it('runs a Python script without the bootstrap', async () => {
    const synapse = await spawnFixture('bare-program', { protocol: 'bare' });
    expect(await synapse.call({ a: [1] })).toEqual({ a: [1] });
    await synapse.dispose();
    expect(synapse.stderr.read()?.toString()).toBe('echoed 5\n');
  });

  it('runs any program that speaks frames', async () => {
    const synapse = makeForFixture({ protocol: 'bare' });
    await synapse.spawn(join(FIXTURES, 'bare-program'), 'program');
    expect(await Promise.all([synapse.call('x'), synapse.call('y')])).toEqual(['x', 'y']);
  });

  it('says when a file cannot be executed', async () => {
    const synapse = makeForFixture({ protocol: 'bare' });
    const error = await rejection(synapse.spawn(join(FIXTURES, 'bare-program'), 'not-executable'));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SPAWN', message: expect.stringMatching(/not-executable.*EACCES/s) });
    expect(synapse.state).toBe('disconnected');
  });
});
