import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Finding } from '../../src/cli/finding';
import { provision } from '../../src/environment/provisioner';
import { Command, moduleOf, synapse } from '../support/command';
import { fast, moduleWithWheels } from '../support/environments';
import { temporaryFolder } from '../support/fixture';

/** What the doctor says, by what it looked at. */
async function examine(...args: string[]): Promise<{ exitCode: number | undefined; ok: boolean; found: Record<string, Finding> }> {
  const { exitCode, stdout } = await synapse('doctor', ...args, '--json');
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
  return { exitCode, ok, found: Object.fromEntries(findings.map((each) => [each.name, each])) };
}

it('finds all well in a module that is installed', async () => {
  const folder = await moduleWithWheels();
  await provision(folder, fast);
  const { exitCode, ok, found } = await examine(folder);
  expect({ exitCode, ok }).toEqual({ exitCode: 0, ok: true });
  expect(found).toMatchObject({
    node: { state: 'ok', detail: expect.stringContaining(process.version) },
    'synapse-py': { state: 'ok', detail: expect.stringMatching(/^(\S+), with synapse_py \1$/) },
    python: { state: 'ok', detail: expect.stringMatching(/^3\.\d+\.\d+ at \/.*, found as python3/) },
    uv: { state: 'ok', detail: expect.stringMatching(/^\d.* at \/.*uv$/) },
    module: { state: 'ok', detail: join(folder, 'main.py') },
    inputs: { state: 'ok', detail: expect.stringMatching(/^requirements\.txt: /) },
    environment: { state: 'ok', detail: expect.stringMatching(/\.venv: ready, it is complete \(Python 3\..* packages?, by uv/) },
    stamp: { state: 'ok', detail: expect.stringMatching(/\.synapse\.json: made by uv .*, from \//) },
    codec: { detail: expect.stringMatching(/msgpack/) },
  });
});

it('says what to do about an environment that is not there, or not what the module needs', async () => {
  const folder = await moduleWithWheels();
  expect((await examine(folder)).found).toMatchObject({
    environment: { state: 'warning', advice: expect.stringContaining('synapse install') },
  });
  await provision(folder, fast);
  await rm(join(folder, '.venv', '.synapse.json'));
  const { exitCode, found } = await examine(folder);
  expect(exitCode).toBe(0);
  expect(found).toMatchObject({
    environment: { state: 'warning', detail: expect.stringContaining('broken') },
    stamp: { state: 'warning' },
  });
});

it('finds problems, each with what to do, and has an exit code for that', async () => {
  const module = await moduleOf({ 'other.py': '' });
  const { exitCode, ok, found } = await examine(module, '--python', '/no/such/python');
  expect({ exitCode, ok }).toEqual({ exitCode: 3, ok: false });
  expect(found).toMatchObject({
    module: { state: 'problem', detail: expect.stringContaining('There is no entry main'), advice: expect.stringContaining('--entry') },
    python: { state: 'problem', detail: expect.stringContaining('/no/such/python'), advice: expect.stringContaining('Install Python') },
    environment: { state: 'problem', detail: expect.stringContaining('it cannot be made') },
  });
  const missing = await examine('/no/such/directory');
  expect(missing).toMatchObject({ exitCode: 3, found: { module: { state: 'problem', advice: expect.stringContaining('synapse init') } } });
});

it('finds an environment whose Python does not run', async () => {
  const folder = await moduleWithWheels();
  const { python } = await provision(folder, fast);
  await rm(python);
  await writeFile(python, '#!/bin/sh\necho it is broken\nexit 1\n', { mode: 0o755 });
  const { exitCode, found } = await examine(folder);
  expect(exitCode).toBe(3);
  expect(found['codec']).toMatchObject({
    state: 'problem',
    detail: expect.stringContaining('it is broken'),
    advice: expect.stringContaining('--force'),
  });
});

it('tells a person, and looks at the machine alone where there is no module', async () => {
  const folder = await temporaryFolder();
  const command = new Command(['doctor'], { cwd: folder });
  expect(await command.ended).toBe(0);
  expect(command.stdout).toMatch(/^ok {7}node {9}v\d/);
  expect(command.stdout).not.toMatch(/^\w+ +environment/m);
  expect(command.stdout).toMatch(/\n\n(All is well\.|0 problems, \d+ warnings?\.)\n$/);
});

it('tells of variables that workers do not get, and of what keeps an installer away', async () => {
  const folder = await temporaryFolder();
  const program = join(__dirname, '..', '..', 'dist', 'cli.mjs');
  const env = { ...fast.env, PYTHONPATH: '/x', SYNAPSE_NO_UV: '1' };
  const { stdout } = await execa(process.execPath, [program, 'doctor'], { env, cwd: folder });
  expect(stdout).toMatch(/^warning {2}variables {4}PYTHONPATH is set: it is not passed on to workers\n {22}-> /m);
  expect(stdout).toMatch(/^warning {2}uv {11}SYNAPSE_NO_UV forbids it/m);
});
