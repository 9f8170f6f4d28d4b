import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FrameTooLargeError, PythonError, SynapseError } from '../../src/index';
import { spawnFixture } from '../support/fixture';
import { programFolder, runIn } from '../support/python-program';
import { rejection } from '../support/until';

async function errorOf(method: string, data?: unknown): Promise<PythonError> {
  const synapse = await spawnFixture('raises');
  const error = await rejection<PythonError>(synapse.send(method, data));
  expect(await synapse.send('fine')).toBe('fine');
  return error;
}

it('an exception arrives with type, message, traceback and frames', async () => {
  const error = await errorOf('value_error', 'too small');
  expect(error).toBeInstanceOf(PythonError);
  expect(error).toBeInstanceOf(SynapseError);
  expect(error).toMatchObject({
    name: 'PythonError(ValueError)',
    code: 'ERR_SYNAPSE_PYTHON',
    isPythonError: true,
    type: 'ValueError',
    module: 'builtins',
    message: 'too small',
  });
  expect(error.pythonTraceback).toMatch(/^Traceback \(most recent call last\):\n {2}File ".*main\.py", line 14, in value_error\n/);
  expect(error.pythonTraceback).not.toContain('synapse_py');
  expect(error.frames).toEqual([
    { file: expect.stringMatching(/main\.py$/), line: 14, name: 'value_error', code: 'raise ValueError(text)' },
  ]);
});

it('keeps the JavaScript stack of the caller', async () => {
  const synapse = await spawnFixture('raises');
  async function theCaller() {
    await synapse.send('value_error');
  }
  async function throughPy() {
    await synapse.py.value_error();
  }
  expect((await rejection(theCaller())).stack).toContain('theCaller');
  expect((await rejection(throughPy())).stack).toContain('throughPy');
});

it('tells the chain of causes', async () => {
  const error = await errorOf('chained');
  expect(error.causes.map(({ type }) => type)).toEqual(['KeyError']);
  expect(error.cause).toBe(error.causes[0]);
  expect(error.pythonTraceback).toContain('direct cause');
  expect((await errorOf('in_context')).causes.map(({ type }) => type)).toEqual(['KeyError']);
});

it('tells notes and the members of groups', async () => {
  const synapse = await spawnFixture('raises');
  const isModern = ((await synapse.send<number[]>('version'))[1] as number) >= 11;
  const [noted, grouped] = await Promise.all([
    rejection<PythonError>(synapse.send('noted')),
    rejection<PythonError>(synapse.send('grouped')),
  ]);
  expect(noted).toMatchObject({ type: 'ValueError', notes: isModern ? ['a note'] : [] });
  expect(grouped).toMatchObject({ type: isModern ? 'ExceptionGroup' : 'NameError' });
  expect(grouped.errors.map(({ type }) => type)).toEqual(isModern ? ['ValueError', 'TypeError'] : []);
});

it.each([
  ['odd', 'OddError'],
  ['exits', 'SystemExit'],
  ['interrupted', 'KeyboardInterrupt'],
  ['deep', 'RecursionError'],
  ['fails_later', 'LookupError'],
  ['fails_in_thread', 'ValueError'],
])('%s is a %s, and the worker goes on', async (method, type) => {
  expect(await errorOf(method)).toMatchObject({ type });
});

it('bounds what a deep recursion tells', async () => {
  const error = await errorOf('deep');
  expect(error.frames.length).toBe(100);
  expect(error.pythonTraceback.length).toBeLessThan(70_000);
});

it('a wrong number of arguments is told as Python does', async () => {
  expect(await errorOf('fine', 1)).toMatchObject({ type: 'TypeError', message: expect.stringContaining('positional argument') });
});

it('what cannot be sent names its place', async () => {
  expect(await errorOf('unsendable')).toMatchObject({
    name: 'SerializationError',
    code: 'ERR_SYNAPSE_SERIALIZATION',
    path: 'result.items[1].x',
  });
});

it('a result that is larger than a frame may be fails its call only', async () => {
  const synapse = await spawnFixture('values', { maxFrameBytes: 100_000 });
  const error = await rejection(synapse.send('make', '"x" * 200_000'));
  expect(error).toBeInstanceOf(FrameTooLargeError);
  expect(error).toMatchObject({ limit: 100_000, size: expect.any(Number) });
  expect(await synapse.send('echo', 'fine')).toBe('fine');
});

describe('python() of what imports a module that is not there', () => {
  let folder: string;
  const messages = async (specs: string[], options = {}): Promise<unknown[]> => {
    const call = `failure(python(spec, ${JSON.stringify({ progress: false, ...options })}))`;
    return (await runIn(folder, `for (const spec of ${JSON.stringify(specs)}) say((await ${call}).message);`)).said;
  };

  beforeEach(async () => {
    folder = await programFolder();
    await mkdir(join(folder, 'src'));
    await writeFile(join(folder, 'src', 'needs.py'), 'import no_such_package.part\n');
  });

  it('tells which Python lacks it, where requirements were looked for, and where to put the package', async () => {
    const file = join(folder, 'src', 'requirements.txt');
    const [imported, named] = await messages(['./src/needs.py', 'no_such_package']);
    expect(imported).toMatch(/^No module named 'no_such_package'\nPython 3\.\d+\.\d+ at \S+ has no no_such_package\. /);
    expect(imported).toContain(`Put the package that brings it into ${file}, of which python() makes an environment`);
    expect(imported).toContain(`there are no requirements in ${join(folder, 'src')}, nor above it up to ${folder}.`);
    expect(imported).toMatch(new RegExp(`If no_such_package is a file of yours, put it into ${join(folder, 'src')}\\.$`));
    expect(named).toContain(`Put the package that brings it into ${join(folder, 'requirements.txt')}`);
    expect(named).not.toContain('a file of yours');
  });

  it('names the file that its environment is made of', async () => {
    await writeFile(join(folder, 'requirements.txt'), '');
    const [message] = await messages(['./src/needs.py']);
    expect(message).toContain(` at ${join(folder, '.venv')}`);
    expect(message).toContain(`Add the package that brings it to ${join(folder, 'requirements.txt')}`);
  });

  it('says of the Python of an environment that requirements are not looked for', async () => {
    await writeFile(join(folder, 'requirements.txt'), '');
    const python = join(folder, '.venv', 'bin', 'python');
    await messages(['./src/needs.py']);
    const [message] = await messages(['./src/needs.py'], { python });
    expect(message).toContain('Install the package that brings it there: while the python option names');
  });

  it('does not ask for a package where a file of the user lacks something, or is to be named by its path', async () => {
    await writeFile(join(folder, 'src', 'helper.py'), '');
    await writeFile(join(folder, 'src', 'typing_error.py'), 'import helper.sub\n');
    await mkdir(join(folder, 'src', 'pack'));
    await writeFile(join(folder, 'src', 'pack', '__init__.py'), 'from .missing import name\n');
    const [sub, relative, path] = await messages(['./src/typing_error.py', './src/pack', 'model']);
    expect(sub).toMatch(new RegExp(`\\nhelper is ${join(folder, 'src', 'helper.py')}, which has no sub\\.$`));
    expect(relative).toMatch(new RegExp(`\\npack is ${join(folder, 'src', 'pack', '__init__.py')}, which has no missing\\.$`));
    expect(path).toContain(`name it by its path: './model.py'`);
  });

  it('tells it of a new life of the worker too', async () => {
    const file = join(folder, 'src', 'once.py');
    await writeFile(file, 'import os, part\ndef die():\n    os._exit(3)\n');
    await writeFile(join(folder, 'src', 'part.py'), '');
    const program = `
      import { rmSync } from 'node:fs';
      const once = await python('./src/once.py');
      rmSync('./src/part.py');
      await failure(once.die());
      say((await failure(once.die())).message);`;
    expect((await runIn(folder, program)).said).toEqual([expect.stringContaining('Put the package that brings it into')]);
  });
});
