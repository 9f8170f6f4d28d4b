import { renameSync } from 'node:fs';
import { cp, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inspect } from '../../src/environment/inspection';
import { type Environment, provision } from '../../src/environment/provisioner';
import { editStamp, fast, moduleWithWheels, phasesOf, readStamp, sitePackages, versionOf } from '../support/environments';
import { makeSynapse, temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';
import { makeWheel, requireWheels } from '../support/wheel';

type Harm = (folder: string, made: Environment) => Promise<unknown>;

describe('makes the environment anew when', () => {
  it.each<[string, string, Harm]>([
    [
      'packages-missing',
      'a package was uninstalled',
      async (_, made) => rm(join(await sitePackages(made), 'alpha-1.0.dist-info'), { recursive: true }),
    ],
    [
      'packages-missing',
      "a package's code was deleted",
      async (_, made) => rm(join(await sitePackages(made), 'alpha'), { recursive: true }),
    ],
    ['stamp-unreadable', 'the stamp is cut off', (folder) => writeFile(join(folder, '.venv', '.synapse.json'), '{"schema": 2, "ven')],
    [
      'stamp-unreadable',
      'the stamp is not what it should be',
      (folder) => writeFile(join(folder, '.venv', '.synapse.json'), '{"schema": 2}'),
    ],
    ['unfinished', 'the stamp is gone, as after an interruption', (folder) => rm(join(folder, '.venv', '.synapse.json'))],
    ['python-missing', 'the interpreter is gone', (folder) => editStamp(folder, (stamp) => (stamp.python['executable'] = '/gone/python3'))],
    [
      'other-platform',
      'it was made on another platform',
      (folder) => editStamp(folder, (stamp) => Object.assign(stamp, { host: 'plan9-mips' })),
    ],
    ['python-missing', 'its own Python was deleted', (_, made) => rm(made.python)],
    ['python-missing', 'its configuration was deleted', (_, made) => rm(join(made.venv, 'pyvenv.cfg'))],
    ['absent', 'it is gone', (folder) => rm(join(folder, '.venv'), { recursive: true })],
  ])('%s: %s', async (reason, _, harm) => {
    const folder = await moduleWithWheels();
    await harm(folder, await provision(folder, fast));
    expect(await inspect(folder, fast)).toMatchObject({ state: reason === 'absent' ? 'absent' : 'broken', reason });
    const [phases, repaired] = await phasesOf(folder, fast);
    expect(phases).toEqual(expect.arrayContaining(['venv', 'install', 'done']));
    expect(await versionOf(repaired, 'alpha')).toBe('1.0');
    expect((await provision(folder, fast)).reused).toBe(true);
    expect(await inspect(folder, fast)).toMatchObject({ state: 'ready', reason: undefined });
  });

  it('python-changed: the interpreter behind the same path is of another minor version', async () => {
    const folder = await moduleWithWheels();
    await provision(folder, fast);
    await editStamp(folder, ({ python }) => Object.assign(python, { size: 1, version: '3.7.1' }));
    expect(await inspect(folder, fast)).toMatchObject({ state: 'stale', reason: 'python-changed' });
    expect((await phasesOf(folder, fast))[0]).toContain('venv');
  });

  it('moved: the directory was moved, and its commands would not find their interpreter', async () => {
    const folder = await moduleWithWheels();
    await provision(folder, { installer: 'pip' });
    const moved = join(await temporaryFolder(), 'moved');
    await rename(folder, moved);
    const [phases, environment] = await phasesOf(moved, { installer: 'pip' });
    expect(phases).toContain('venv');
    expect(await versionOf(environment, 'alpha')).toBe('1.0');
  });
});

describe('renews only the stamp when', () => {
  it.each<[string, string, Harm]>([
    [
      'python-changed',
      'the interpreter got a bug fix',
      (folder) => editStamp(folder, ({ python }) => Object.assign(python, { size: 1, version: '3.11.0' })),
    ],
    [
      'options-changed',
      'the options were others that come to the same',
      (folder) => editStamp(folder, (stamp) => Object.assign(stamp, { options: '{}' })),
    ],
    [
      'inputs-changed',
      'a file appeared that could have counted and does not',
      (folder) => writeFile(join(folder, 'pyproject.toml'), '[tool.ruff]\nline-length = 100\n'),
    ],
  ])('%s: %s', async (reason, _, change) => {
    const folder = await moduleWithWheels();
    const made = await provision(folder, fast);
    await editStamp(folder, ({ python }) => Object.assign(python, { version: made.pythonVersion }));
    await change(folder, made);
    expect(await inspect(folder, fast)).toMatchObject({ state: 'stale', reason });
    const [phases] = await phasesOf(folder, fast);
    expect(phases).toEqual(['python', 'done']);
    expect((await provision(folder, fast)).reused).toBe(true);
  });

  it('the directory was moved: its commands work there too', async () => {
    const folder = await moduleWithWheels();
    await provision(folder, fast);
    const moved = join(await temporaryFolder(), 'moved');
    await rename(folder, moved);
    expect((await phasesOf(moved, fast))[0]).toEqual(['python', 'done']);
    expect((await provision(moved, fast)).reused).toBe(true);
  });

  it('the directory was copied: both work', async () => {
    const folder = await moduleWithWheels();
    const original = await provision(folder, fast);
    const copied = join(await temporaryFolder(), 'copied');
    await cp(folder, copied, { recursive: true, verbatimSymlinks: true });
    const [phases, copy] = await phasesOf(copied, fast);
    expect(phases).toEqual(['python', 'done']);
    expect(copy.python).not.toBe(original.python);
    for (const each of [original, copy]) expect(await versionOf(each, 'alpha')).toBe('1.0');
  });
});

describe('does nothing when', () => {
  it.each<[string, Harm]>([
    ['a file was only touched', (folder) => utimes(join(folder, 'requirements.txt'), new Date(), new Date())],
    [
      'a comment was added',
      async (folder) => {
        const path = join(folder, 'requirements.txt');
        await writeFile(path, `# these are needed\n\n${await readFile(path, 'utf8')}`);
      },
    ],
    ['the user installed something besides', async (_, made) => writeFile(join(await sitePackages(made), 'mine.py'), '')],
  ])('%s', async (_, change) => {
    const folder = await moduleWithWheels();
    await change(folder, await provision(folder, fast));
    expect((await phasesOf(folder, fast))[0]).toEqual([]);
  });
});

describe('changed inputs', () => {
  it('change the environment in place with uv: what is not named any more goes, what stays is not touched', async () => {
    const folder = await moduleWithWheels();
    const made = await provision(folder, fast);
    await writeFile(join(made.venv, 'witness'), '');
    await requireWheels(folder, 'alpha==2.0');
    const [phases, changed] = await phasesOf(folder, fast);
    expect(phases).not.toContain('venv');
    expect(changed.distributions).toEqual(['alpha-2.0.dist-info']);
    expect(await readdir(made.venv)).toContain('witness');
  });

  it('are those of an included file too', async () => {
    const folder = await moduleWithWheels();
    await requireWheels(folder, '-r more.txt');
    await writeFile(join(folder, 'more.txt'), 'alpha==1.0\n');
    await provision(folder, fast);
    await writeFile(join(folder, 'more.txt'), 'alpha==2.0\n');
    expect((await provision(folder, fast)).distributions).toEqual(['alpha-2.0.dist-info']);
  });

  it('of which nothing is left leave an empty environment', async () => {
    const folder = await moduleWithWheels();
    await provision(folder, fast);
    await requireWheels(folder);
    expect((await provision(folder, fast)).distributions).toEqual([]);
  });

  it.each<[string, object]>([
    ['auto', { ...fast, installer: 'auto' }],
    ['uv', fast],
    ['pip', { installer: 'pip' }],
  ])('that cannot be installed leave the old environment as it was, usable for the old inputs: %s', async (_, options) => {
    const folder = await moduleWithWheels();
    const made = await provision(folder, options);
    for (const line of ['no-such-package', '--no-such-option', 'alpha===']) {
      await requireWheels(folder, 'alpha==1.0', 'beta', line);
      expect(await rejection(provision(folder, options))).toMatchObject({ code: 'ERR_SYNAPSE_PROVISION', step: 'install' });
    }
    expect(await versionOf(made, 'beta')).toBe('1.0');
    await requireWheels(folder, 'alpha==1.0', 'beta');
    expect((await phasesOf(folder, options))[0]).toEqual([]);
  });

  it('that fail half-way do not leave the mark of a complete environment', async () => {
    const folder = await moduleWithWheels();
    await provision(folder, fast);
    await requireWheels(folder, 'alpha==2.0');
    const failing = await uvThatBreaksAfter(folder, 'alpha-1.0.dist-info');
    expect(await rejection(provision(folder, failing))).toMatchObject({ code: 'ERR_SYNAPSE_PROVISION' });
    expect(await inspect(folder, fast)).toMatchObject({ state: 'broken', reason: 'unfinished' });
    const [phases, repaired] = await phasesOf(folder, fast);
    expect(phases).toContain('venv');
    expect(await versionOf(repaired, 'alpha')).toBe('2.0');
  });
});

/** A uv that, instead of installing, takes a folder away and fails, as a full disk makes it. */
async function uvThatBreaksAfter(folder: string, victim: string): Promise<object> {
  const place = await temporaryFolder();
  const { sitePackages: site } = await readStamp(folder);
  const uv = join(dirname(String(fast.env['PATH']?.split(':')[0])), 'bin', 'uv');
  await writeFile(
    join(place, 'uv'),
    `#!/bin/sh\ncase "$*" in *--version) exec ${uv} "$@";; *) rm -r ${join(folder, '.venv', site, victim)}; echo "error: No space left on device" >&2; exit 2;; esac\n`,
    { mode: 0o755 },
  );
  return { installer: 'uv', env: { PATH: `${place}:${process.env['PATH']}` } };
}

it('starts once more when its environment is made anew between the check and the start', async () => {
  const folder = await moduleWithWheels();
  const { venv } = await provision(folder, fast);
  const [stamp, aside] = [join(venv, '.synapse.json'), join(venv, '.synapse.aside')];
  const synapse = makeSynapse(fast);
  const states: string[] = [];
  synapse.on('state', ({ to }) => {
    states.push(to);
    if (to === 'initializing' && states.length === 2) renameSync(stamp, aside);
    if (to === 'disconnected') renameSync(aside, stamp);
  });
  await synapse.spawn(folder);
  expect(states).toEqual(['provisioning', 'initializing', 'disconnected', 'provisioning', 'initializing', 'connecting', 'ready']);
  expect(await synapse.call(1)).toBe(1);
});

describe('a running worker', () => {
  it('is not pulled apart: whoever would change its environment is told who uses it', async () => {
    const folder = await moduleWithWheels();
    const running = makeSynapse(fast);
    await running.spawn(folder);
    await requireWheels(folder, 'alpha==2.0');
    const error = await rejection(makeSynapse(fast).spawn(folder));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_ENVIRONMENT_IN_USE', message: expect.stringContaining(String(running.pid)) });
    expect(await running.call('still here')).toBe('still here');
    expect(await inspect(folder, fast)).toMatchObject({ state: 'stale', reason: 'inputs-changed' });
  });

  it('that ends meanwhile is waited for, and then the environment changes', async () => {
    const folder = await moduleWithWheels();
    const running = makeSynapse(fast);
    await running.spawn(folder);
    await requireWheels(folder, 'alpha==2.0');
    const next = makeSynapse(fast);
    const messages: string[] = [];
    next.on('provision', ({ phase, message }) => {
      messages.push(message);
      if (phase === 'waiting') void running.dispose();
    });
    const pid = String(running.pid);
    await next.spawn(folder);
    expect(messages.join('\n')).toContain(`(${pid})`);
    expect(await next.call(1)).toBe(1);
    expect((await provision(folder, fast)).distributions).toEqual(['alpha-2.0.dist-info']);
  });
});

it.each(['a link to a directory that is not there', 'a file'])('leaves .venv as it is when it is %s, and tells so', async (what) => {
  const folder = await moduleWithWheels();
  const venv = join(folder, '.venv');
  await (what === 'a file' ? writeFile(venv, '/home/me/.virtualenvs/x') : symlink('/no/such/place', venv));
  expect(await inspect(folder, fast)).toMatchObject({ state: 'broken', detail: 'what is there is not an environment' });
  const error = await rejection(provision(folder, fast));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT', hint: expect.stringContaining('venv option') });
});

it('keeps several packages apart that share a folder', async () => {
  const folder = await moduleWithWheels();
  await makeWheel(folder, 'gamma', '1.0');
  await requireWheels(folder, 'gamma');
  expect((await provision(folder, fast)).distributions).toEqual(['gamma-1.0.dist-info']);
});
