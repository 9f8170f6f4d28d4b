import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programFolder, runIn } from '../support/python-program';
import { makeWheel, requireWheels } from '../support/wheel';

/** The interpreter itself, behind shims and links. */
const PYTHON = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
const IMPORT = "say((await failure(python('./model.py'))).code); say('goes on');";
const NOT_FOUND = { said: ['ERR_SYNAPSE_PYTHON_NOT_FOUND', 'goes on'], stderr: '', exitCode: 0 };

let folder: string;
beforeEach(async () => {
  folder = await programFolder();
});

describe('an interpreter that is not there is an error to catch', () => {
  it('named by the option', async () => {
    const program = `
      const error = await failure(python('./model.py', { python: '/nowhere/python3' }));
      say([error.name, error.code, error.message.includes('/nowhere/python3')]);
      say(await (await python('./model.py')).VERSION);`;
    const said = [['ProvisionError', 'ERR_SYNAPSE_PYTHON_NOT_FOUND', true], '1.0'];
    expect(await runIn(folder, program)).toMatchObject({ said, stderr: '', exitCode: 0 });
  });

  it.each(['SYNAPSE_PYTHON', 'ESEM_PYTHON'])('named by %s', async (name) => {
    expect(await runIn(folder, IMPORT, { env: { [name]: 'no-such-python' } })).toMatchObject(NOT_FOUND);
  });

  it('looked for along a PATH that has none', async () => {
    expect(await runIn(folder, IMPORT, { env: { PATH: '' } })).toMatchObject(NOT_FOUND);
  });
});

describe('what is found and is no Python to use', () => {
  /** What a Python does that says it is an older one. */
  const OLDER = "import sys; sys.version_info = (3, 8, 18, 'final', 0); sys.version = '3.8.18 (old)'; exec(sys.argv[2])";

  it.each([
    ['too old', `exec "${PYTHON}" -c "${OLDER}" "$@"`, 'it is version 3.8.18'],
    [
      'the shim of a version that is not installed',
      'echo "shim: python3: command not found" >&2\nexit 127',
      'shim: python3: command not found',
    ],
    ['another program', 'exit 1', 'it could not be run'],
  ])('is an error to catch, which names it: %s', async (_, script, reason) => {
    await mkdir(join(folder, 'bin'));
    const path = join(folder, 'bin', 'python3');
    await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const program = `
      for (const options of [{}, { python: ${JSON.stringify(path)} }]) {
        const error = await failure(python('./model.py', { logs: 'pipe', ...options }));
        say([error.name, error.code, error.message, error.cause.name]);
      }`;
    const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH']}` };
    const { said, ...end } = await runIn(folder, program, { env });
    const message = (mend: string) => `Python 3.9 or newer is needed, and what was found cannot be used:\n  ${path}: ${reason}\n${mend}`;
    const mends = ['Install Python 3.9 or newer', `Correct the python option, which is ${path}`];
    const error = (mend: string) => [
      'ProvisionError',
      'ERR_SYNAPSE_PYTHON_NOT_FOUND',
      expect.stringContaining(message(mend)),
      'SpawnError',
    ];
    expect(said).toEqual(mends.map(error));
    expect(end).toMatchObject({ stderr: '', exitCode: 0 });
  });

  it('is told by where it was named, also where an environment is to be made of it', async () => {
    await writeFile(join(folder, 'requirements.txt'), '');
    const program = "say((await failure(python('./model.py', { progress: false }))).message);";
    for (const name of ['SYNAPSE_PYTHON', 'ESEM_PYTHON']) {
      const { said } = await runIn(folder, program, { env: { [name]: '/nowhere/python3' } });
      expect(said).toEqual([expect.stringContaining(`Correct the variable ${name}`)]);
    }
  });
});

it('a Python that works is not accused of what else prevents a start', async () => {
  const program = `
    const error = await failure(python('./model.py', { startupTimeout: 1 }));
    say([error.name, error.code]);`;
  expect(await runIn(folder, program)).toMatchObject({ said: [['SpawnError', 'ERR_SYNAPSE_SPAWN']], stderr: '', exitCode: 0 });
});

it('names the options that python() takes when one is none', async () => {
  const program = `
    for (const name of ['pyton', 'workers', 'restart', 'protocol', 'args']) say((await failure(python('json', { [name]: 1 }))).message);`;
  const { said } = await runIn(folder, program);
  expect(said).toHaveLength(5);
  for (const message of said)
    expect(message).toMatch(/^There is no option \w+; there are directory, python, (?!.*(workers|restart|protocol|args))/);
});

it('the option comes before SYNAPSE_PYTHON, that before ESEM_PYTHON, that before python3', async () => {
  const program = "say(await (await python('sys', process.argv[2] ? { python: process.argv[2] } : {})).flags.isolated);";
  const wrapper = join(folder, 'isolated');
  await writeFile(wrapper, `#!/bin/sh\nexec "${PYTHON}" -I "$@"\n`, { mode: 0o755 });
  const with_ = (env: NodeJS.ProcessEnv) => runIn(folder, program, { env }).then(({ said }) => said);
  expect(await with_({})).toEqual([0]);
  expect(await with_({ ESEM_PYTHON: wrapper })).toEqual([1]);
  expect(await with_({ ESEM_PYTHON: wrapper, SYNAPSE_PYTHON: PYTHON })).toEqual([0]);
  const named = program.replaceAll('process.argv[2]', JSON.stringify(wrapper));
  expect((await runIn(folder, named, { env: { SYNAPSE_PYTHON: PYTHON } })).said).toEqual([1]);
});

it('a python3 with nothing installed is enough', async () => {
  const wrapper = join(folder, 'bare');
  await writeFile(wrapper, `#!/bin/sh\nexec "${PYTHON}" -S "$@"\n`, { mode: 0o755 });
  const program = `
    const m = await python('./model.py');
    say(await m.predict({ age: 2 }, kw({ precision: 1 })));
    say(await m.identity([1.5, 'x', null, { a: [1] }]));
    say((await failure(python('msgpack'))).name);`;
  const env = { SYNAPSE_PYTHON: wrapper, PYTHONNOUSERSITE: '1' };
  expect(await runIn(folder, program, { env })).toMatchObject({
    said: [2.5, [1.5, 'x', null, { a: [1] }], 'PythonError(ModuleNotFoundError)'],
    stderr: '',
    exitCode: 0,
  });
});

it('a directory with requirements gets its environment, which the file and its siblings run in', async () => {
  await makeWheel(folder, 'gamma', '1.0');
  const place = join(folder, 'needs');
  await mkdir(place);
  await makeWheel(place, 'gamma', '1.0');
  await requireWheels(place, 'gamma==1.0');
  await writeFile(join(place, 'tool.py'), 'import sys\nimport gamma\nimport sibling\nPREFIX = sys.prefix\nNAME = sibling.NAME\n');
  await writeFile(join(place, 'sibling.py'), 'NAME = "sibling"\n');
  const program = `
    const tool = await python('./needs/tool.py', { progress: false });
    say([await tool.PREFIX, await tool.NAME]);
    say((await failure(python('gamma'))).name);
    say(await (await python('./model.py')).VERSION);`;
  const { said, ...end } = await runIn(folder, program);
  expect(end).toMatchObject({ stderr: '', exitCode: 0 });
  expect(said).toEqual([[join(place, '.venv'), 'sibling'], 'PythonError(ModuleNotFoundError)', '1.0']);
  expect(existsSync(join(folder, '.venv'))).toBe(false);
});

it('a name is looked for in the environment of the working directory', async () => {
  await makeWheel(folder, 'gamma', '1.0');
  await requireWheels(folder, 'gamma==1.0');
  const program = `
    const options = { progress: false };
    say([await (await python('gamma', options)).VERSION, await (await python('sys', options)).prefix]);`;
  expect(await runIn(folder, program)).toMatchObject({ said: [['1.0', join(folder, '.venv')]], stderr: '', exitCode: 0 });
});

describe('a file without requirements in its own directory', () => {
  beforeEach(async () => {
    await mkdir(join(folder, 'src', 'py'), { recursive: true });
    await writeFile(join(folder, 'src', 'py', 'tool.py'), 'import sys\nPREFIX = sys.prefix\ndef numbers():\n    return iter([1, 2])\n');
    await writeFile(join(folder, 'requirements.txt'), '');
  });

  it('runs in the environment of the nearest folder above it, up to the working directory, as names do', async () => {
    const program = `
      const options = { progress: false };
      const tool = await python('./src/py/tool.py', options);
      say([await tool.PREFIX, await (await python('builtins', options)).list(await tool.numbers())]);`;
    expect(await runIn(folder, program)).toMatchObject({ said: [[join(folder, '.venv'), [1, 2]]], stderr: '', exitCode: 0 });
  });

  it('does not take what lies above the working directory', async () => {
    const program = `process.chdir('src'); say(await (await python('./py/tool.py', { progress: false })).PREFIX);`;
    expect((await runIn(folder, program)).said).not.toEqual([join(folder, '.venv')]);
    expect(existsSync(join(folder, '.venv'))).toBe(false);
  });
});

it('the option directory imports what is installed into the worker of files elsewhere', async () => {
  const place = join(folder, 'needs');
  await mkdir(place);
  await writeFile(join(place, 'requirements.txt'), '');
  await writeFile(join(place, 'tool.py'), 'def numbers():\n    return iter([1, 2])\n');
  const program = `
    const options = { progress: false };
    const tool = await python('./needs/tool.py', options);
    const list = async (more) => (await python('builtins', { ...options, ...more })).list(await tool.numbers());
    say((await failure(list({}))).message);
    say(await list({ directory: './needs' }));
    say(await list({ directory: new URL('needs', import.meta.url) }));
    say((await failure(list({ directory: './nowhere' }))).code);`;
  const { said } = await runIn(folder, program);
  const told = [
    expect.stringMatching(/belongs to its own worker.*by the option directory/),
    [1, 2],
    [1, 2],
    'ERR_SYNAPSE_DIRECTORY_NOT_FOUND',
  ];
  expect(said).toEqual(told);
});

describe('making an environment', () => {
  beforeEach(() => writeFile(join(folder, 'requirements.txt'), ''));

  it.each([
    ['shows itself in CI', { CI: '1' }, {}, /^synapse: Looking for Python\n.*\nsynapse: Environment ready$/s],
    ['shows itself if it is asked to', { CI: '' }, { progress: true }, /^synapse: Looking for Python\n.*\nsynapse: Environment ready$/s],
    ['is silent elsewhere', { CI: '' }, {}, /^$/],
    ['is silent if it is asked to be', { CI: '1' }, { progress: false }, /^$/],
  ])('%s', async (_, env, options, shown) => {
    const { stderr, exitCode } = await runIn(folder, `await python('./model.py', ${JSON.stringify(options)});`, { env });
    expect([stderr, exitCode]).toEqual([expect.stringMatching(shown), 0]);
  });
});
