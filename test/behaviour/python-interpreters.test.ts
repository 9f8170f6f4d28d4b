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

it('a program that is no Python is an error to catch', async () => {
  const program = `
    const error = await failure(python('./model.py', { python: '/bin/false' }));
    say([error.name, error.code]);`;
  expect(await runIn(folder, program)).toMatchObject({ said: [['SpawnError', 'ERR_SYNAPSE_SPAWN']], stderr: '', exitCode: 0 });
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
