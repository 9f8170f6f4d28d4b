import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, synapse } from '../support/command';
import { temporaryFolder } from '../support/fixture';

/** Makes a program. */
async function programOf(text: string, name = 'program.mjs'): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'model.py'), 'def double(x):\n    return 2 * x\n');
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

it('runs a program that imports Python, with its arguments', async () => {
  const program = await programOf(
    "import { double } from 'python:./model.py';\nconsole.log(await double(21), process.argv.slice(2).join());",
  );
  expect(await synapse('run', program, 'a', '--json', '--help')).toMatchObject({ exitCode: 0, stdout: '42 a,--json,--help', stderr: '' });
});

it('runs CommonJS, and passes the exit code and the streams on', async () => {
  const program = await programOf("process.stdin.on('data', (text) => { console.error(String(text)); process.exit(7); });", 'program.cjs');
  const command = new Command(['run', program]);
  command.say('through');
  expect(await command.ended).toBe(7);
  expect(command.stderr).toBe('through\n\n');
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'passes %s on, and tells of it as a shell does if the program ends by it',
  async (signal) => {
    const program = await programOf(`console.log('ready'); setInterval(() => undefined, 1000);`);
    const command = new Command(['run', program]);
    await command.told('stdout', 'ready');
    command.child.kill(signal);
    expect(await command.ended).toBe({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal]);
  },
);

it('leaves what a signal means to the program', async () => {
  const program = await programOf(
    `process.on('SIGTERM', () => { console.log('saved'); process.exit(0); }); console.log('ready'); setInterval(() => undefined, 1000);`,
  );
  const command = new Command(['run', program]);
  await command.told('stdout', 'ready');
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(0);
  expect(command.stdout).toBe('ready\nsaved\n');
});

it('runs a directory that has a program, as Node does', async () => {
  const program = await programOf("console.log('index');", 'index.js');
  expect(await synapse('run', join(program, '..'))).toMatchObject({ exitCode: 0, stdout: 'index' });
});

it('says what it is for, where a directory without a program or a file of Python is named', async () => {
  const folder = join(await programOf(''), '..');
  const directory = await synapse('run', folder);
  expect(directory).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringMatching(/is a directory without .*"synapse call"\.$/) });
  const python = await synapse('run', join(folder, 'model.py'));
  const way = `synapse call ${folder} <function> --entry model. In a program: await python('./model.py').`;
  expect(python).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining(way) });
});

it('leaves --json to the program, also where there is none', async () => {
  expect(await synapse('run', '/no/such/program.mjs', '--json')).toMatchObject({ exitCode: 1, stdout: '' });
});

it('refuses a program that is not there', async () => {
  expect(await synapse('run', '/no/such/program.mjs')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/There is no file \/no\/such\/program\.mjs/),
  });
});
