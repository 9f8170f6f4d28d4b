import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Module } from '../../src/api/module';
import { ModuleManager } from '../../src/api/module-manager';
import { python } from '../../src/api/python';
import { Synapse } from '../../src/api/synapse';
import { clean } from '../../src/environment/cleaner';
import { copyFixture, FIXTURES, makeForFixture, makeSynapse, spawnFixture, temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';

const echo = join(FIXTURES, 'echo');

it('call before spawn', async () => {
  const error = await rejection(makeForFixture().call(1));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_NOT_READY', state: 'created', message: expect.stringContaining('await spawn()') });
});

it('call while spawning', async () => {
  const synapse = makeForFixture();
  const spawned = synapse.spawn(echo);
  expect(await rejection(synapse.call(1))).toMatchObject({ code: 'ERR_SYNAPSE_NOT_READY', state: 'provisioning' });
  await spawned;
});

it('spawn twice, together or later; the first one is not disturbed', async () => {
  const synapse = makeForFixture();
  const first = synapse.spawn(echo);
  expect(await rejection(synapse.spawn(echo))).toMatchObject({ code: 'ERR_SYNAPSE_ALREADY_SPAWNED', state: 'provisioning' });
  await first;
  expect(await rejection(synapse.spawn(echo))).toMatchObject({ code: 'ERR_SYNAPSE_ALREADY_SPAWNED', state: 'ready' });
  expect(await synapse.call('fine')).toBe('fine');
});

it('call and spawn after dispose', async () => {
  const synapse = await spawnFixture('echo');
  await synapse.dispose();
  expect(await rejection(synapse.call(1))).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
  expect(await rejection(synapse.spawn(echo))).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
});

it('a missing directory', async () => {
  const error = await rejection(makeSynapse().spawn('no/such/place'));
  const path = join(process.cwd(), 'no', 'such', 'place');
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_DIRECTORY_NOT_FOUND', path, message: expect.stringContaining(path) });
});

it('a file where the directory should be', async () => {
  const error = await rejection(makeSynapse().spawn(join(echo, 'main.py')));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_DIRECTORY_NOT_FOUND' });
});

it('a missing working directory, which the system would take for a missing program', async () => {
  const cwd = join(process.cwd(), 'no', 'such', 'place');
  const failure = { code: 'ERR_SYNAPSE_INVALID_OPTION', option: 'cwd', message: expect.stringContaining(cwd) };
  expect(await rejection(makeSynapse({ cwd }).spawn(echo))).toMatchObject(failure);
  expect(await rejection(python('json', { cwd }))).toMatchObject(failure);
  const program = new Module('program').executable(process.execPath, [], { cwd }).method('f');
  expect(await rejection(new ModuleManager().register(program).spawn())).toMatchObject({ lastError: expect.objectContaining(failure) });
});

it('variables that are larger than the system takes', async () => {
  const error = await rejection(makeForFixture({ env: { LARGE: 'x'.repeat(4 * 1024 * 1024) } }).spawn(echo));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SPAWN', message: expect.stringContaining('pass large values by calls') });
});

it('a missing script; nothing is made on disk', async () => {
  const folder = await copyFixture('echo');
  const error = await rejection(makeSynapse().spawn(folder, 'start'));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_ENTRY_NOT_FOUND', path: join(folder, 'start') });
  expect(error.message).toMatch(/start, start\.py, start[/\\]__main__\.py/);
  await expect(rm(join(folder, '.venv'))).rejects.toMatchObject({ code: 'ENOENT' });
});

it('a missing requirements.txt; nothing is made on disk', async () => {
  const folder = await copyFixture('echo');
  await rm(join(folder, 'requirements.txt'));
  const error = await rejection(makeSynapse().spawn(folder));
  const path = join(folder, 'requirements.txt');
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND', path, message: expect.stringContaining('may be empty') });
  await expect(rm(join(folder, '.venv'))).rejects.toMatchObject({ code: 'ENOENT' });
});

it('a missing file that the requirements include, and who includes it', async () => {
  const folder = await copyFixture('echo', '-r more.txt\n');
  const error = await rejection(makeSynapse().spawn(folder));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND', path: join(folder, 'more.txt') });
  expect(error.message).toContain(`${join(folder, 'requirements.txt')} names it`);
});

test.each(['../needs-package/main', '/etc/passwd', '.', ''])('an entry outside the directory: %p', async (entrypoint) => {
  const error = await rejection(makeForFixture().spawn(echo, entrypoint));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_ENTRY_OUTSIDE', message: expect.stringContaining(echo) });
});

it('no Python', async () => {
  const folder = await copyFixture('echo');
  const error = await rejection(makeSynapse({ python: 'no-such-python' }).spawn(folder));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_PYTHON_NOT_FOUND', step: 'discover', hint: expect.stringContaining('python option') });
  expect(error.message).toContain('no-such-python');
});

it('a Python that is none, or too old, with what it said', async () => {
  const folder = await copyFixture('echo');
  const bin = await temporaryFolder();
  const fake = async (name: string, says: string): Promise<string> => {
    const path = join(bin, name);
    await writeFile(path, `#!/bin/sh\n${says}\n`, { mode: 0o755 });
    return path;
  };
  const old = await fake('old', `echo '{"executable": "/old", "version": "3.6.15", "info": [3, 6], "platform": "linux"}'`);
  const broken = await fake('broken', 'echo "libpython is missing" >&2; exit 127');
  expect((await rejection(makeSynapse({ python: old }).spawn(folder))).message).toContain('it is version 3.6.15');
  expect((await rejection(makeSynapse({ python: broken }).spawn(folder))).message).toContain('libpython is missing');
});

test.each<[string, unknown[], string]>([
  ['no directory', [undefined], 'directory'],
  ['an empty directory', [''], 'directory'],
  ['a URL of the web', [new URL('https://example.org/x')], 'directory'],
  ['a URL as text', ['file:///tmp'], 'directory'],
  ['options in the place of the entry', [echo, { signal: undefined }], 'entrypoint'],
  ['a signal that is none', [echo, 'main', { signal: 5 }], 'signal'],
  ['an option that is none', [echo, 'main', { timeout: 5 }], 'timeout'],
])('spawn with %s', async (_, args, option) => {
  const synapse = makeForFixture();
  const error = await rejection(synapse.spawn(...(args as Parameters<typeof synapse.spawn>)));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_INVALID_OPTION', option });
  expect(synapse.state).toBe('created');
});

test.each<[string, unknown, string]>([
  ['a number for options', 500, 'options'],
  ['an option that is none', { timeOut: 500 }, 'timeOut'],
  ['a timeout that is none', { timeout: -5 }, 'timeout'],
  ['a signal that is none', { signal: 'stop' }, 'signal'],
])('call with %s', async (_, options, option) => {
  const synapse = await spawnFixture('echo');
  expect(await rejection(synapse.call(1, options as never))).toMatchObject({ code: 'ERR_SYNAPSE_INVALID_OPTION', option });
});

it('an unknown option, or none that could be', () => {
  expect(() => new Synapse(null as never)).toThrow(expect.objectContaining({ code: 'ERR_SYNAPSE_INVALID_OPTION' }));
  expect(() => new Synapse({ pythn: 'python3' } as never)).toThrow(
    expect.objectContaining({ code: 'ERR_SYNAPSE_INVALID_OPTION', option: 'pythn' }),
  );
});

it('a place for the environment that holds other files, which are left alone', async () => {
  const folder = await copyFixture('echo');
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'data', 'precious.csv'), '1,2\n');
  for (const recreate of [false, true]) {
    const error = await rejection(makeSynapse({ venv: 'data', recreate }).spawn(folder));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT', hint: expect.stringContaining('venv option') });
  }
  expect(await rejection(clean(folder, { venv: 'data', recreate: true }))).toMatchObject({ code: 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT' });
  await rm(join(folder, 'data', 'precious.csv'));
});
