import { link, mkdtemp, open, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { acquireLock, type LockOptions } from '../../src/environment/lock';
import { breakClaim } from '../../src/environment/owner-lock';
import { type Claim, describeSelf, makeClaim, type ProcessIdentity, readClaim, stateOf } from '../../src/environment/process-identity';
import { temporaryFolder } from '../support/fixture';
import { isRunning, rejection, until } from '../support/until';

const ROOT = resolve(__dirname, '..', '..');
/** Short enough to wait for, long enough that a busy machine does not miss that many beats. */
const INTERVALS = { beatMs: 50, staleMs: 1500 };

/** Takes the lock of its argument; `hold` then blocks its event loop until its input ends, `count` adds one to a file, with one failing. */
const PROGRAM = `
import { readFileSync, readSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { acquireLock } from './lock.mjs';
const [action, path, end] = process.argv.slice(2);
const lock = await acquireLock(path, { python: 'python3', env: process.env, platform: 'win32', intervals: ${JSON.stringify(INTERVALS)} });
if (action === 'hold') {
  console.log('held');
  const hasInput = () => { try { readSync(0, Buffer.alloc(1)); return false; } catch (error) { return error.code === 'EAGAIN'; } };
  while (hasInput()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
} else {
  const count = Number(readFileSync(path + '-count', 'utf8'));
  await delay(5);
  if (end === 'die before') process.kill(process.pid, 'SIGKILL');
  writeFileSync(path + '-count', String(count + 1));
  if (end === 'die after') process.kill(process.pid, 'SIGKILL');
}
console.log(await lock.isStillHeld());
await lock.release();
`;

let programs = '';

/** Everything is bundled and nothing is cleaned: the folder needs no link to our packages, which a clean would follow. */
const BUNDLE = `export default { format: 'esm', dts: false, clean: false, logLevel: 'error', deps: { alwaysBundle: [/./], onlyBundle: false } };`;

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'synapse-'));
  const config = join(programs, 'tsdown.config.mjs');
  await writeFile(config, BUNDLE);
  await execa('npx', ['tsdown', join(ROOT, 'src', 'environment', 'lock.ts'), '--config', config, '--out-dir', programs], { cwd: ROOT });
  await writeFile(join(programs, 'program.mjs'), PROGRAM);
});

afterAll(() => rm(programs, { recursive: true, force: true }));

function start(...args: string[]) {
  return execa(process.execPath, [join(programs, 'program.mjs'), ...args], { reject: false, stderr: 'inherit' });
}

/** A process that has the lock and does nothing else, not even turn its event loop. */
async function startOwner(path: string) {
  const owner = start('hold', path);
  await new Promise((held) => owner.stdout.once('data', held));
  return { owner }; // in an object, as it would else be waited for
}

async function makeLock() {
  const path = join(await temporaryFolder(), 'lock');
  return {
    path,
    file: `${path}.owner`,
    acquire: (more: Partial<LockOptions> = {}) =>
      acquireLock(path, { python: 'python3', env: process.env, platform: 'win32', intervals: INTERVALS, ...more }),
  };
}

/** Makes an owner file, as of a process that is like this one but for the differences. */
async function claim(file: string, different: Partial<ProcessIdentity>): Promise<Claim> {
  await makeClaim(file, { ...(await describeSelf()), ...different });
  return (await readClaim(file)) as Claim;
}

/** A process that cannot be looked at from here. */
async function stranger(): Promise<Partial<ProcessIdentity>> {
  return { host: 'another-machine', boot: 'another-boot', pid: await deadPid() };
}

/** Makes the owner of a file one that cannot be looked at, without disturbing its heartbeat. */
async function disguise(path: string): Promise<void> {
  const { boot = hostname() } = await describeSelf();
  const handle = await open(path, 'r+');
  await handle.write(boot.startsWith('x') ? 'y' : 'x', (await readFile(path, 'utf8')).indexOf(boot));
  await handle.close();
}

/** A process that has ended, so that its number names nobody. */
async function deadPid(): Promise<number> {
  const { stdout } = await execa(process.execPath, ['-p', 'process.pid']);
  await until(() => !isRunning(Number(stdout)));
  return Number(stdout);
}

async function childrenOf(pid: number | undefined): Promise<number[]> {
  const { stdout } = await execa('ps', ['-A', '-o', 'pid=', '-o', 'ppid=', '-o', 'args=']);
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  return rows.filter(([, parent, name]) => Number(parent) === pid && name !== 'ps').map(([child]) => Number(child));
}

async function expectTimeout(promise: Promise<unknown>): Promise<void> {
  expect(await rejection(promise)).toMatchObject({ code: 'ERR_SYNAPSE_LOCK_TIMEOUT' });
}

describe.each([process.platform, 'darwin' as const])('a process of this machine, in the manner of %s,', (platform) => {
  const stateWith = async (different: Partial<ProcessIdentity>) => {
    const self = await describeSelf(platform);
    return stateOf({ ...self, ...different }, self, platform);
  };

  it('is alive while it runs', async () => {
    expect(await stateWith({})).toBe('alive');
  });

  it('is alive when it is not ours to signal', async () => {
    const kill = jest.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
    });
    expect(await stateWith({})).toBe('alive');
    kill.mockRestore();
  });

  it('is dead when nobody has its number', async () => {
    expect(await stateWith({ pid: await deadPid() })).toBe('dead');
  });

  it('is dead when its number belongs to one that started at another time', async () => {
    expect(await stateWith({ started: '1' })).toBe('dead');
  });

  it('is dead when it has ended and nobody collects it', async () => {
    const code = 'import os, sys; print(os.fork() or os._exit(0), flush=True); sys.stdin.read()';
    const parent = execa('python3', ['-c', code]);
    const pid = Number(await new Promise((told) => parent.stdout.once('data', told)));
    await until(() => !isRunning(pid));
    const { stdout } = await execa('ps', ['-o', 'lstart=', '-p', String(pid)], { env: { TZ: 'UTC', LC_ALL: 'C' } });
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    expect(await stateWith({ pid, started: platform === 'linux' ? stat.split(' ')[21] : stdout.trim() })).toBe('dead');
    parent.stdin.end();
    await parent;
  });

  it('is unseen when it ran before a restart, and its number may be anybody’s', async () => {
    expect(await stateWith({ boot: 'another-boot' })).toBe('unseen');
  });
});

it.each<[string, NodeJS.Platform, Partial<ProcessIdentity>]>([
  ['in another container', 'linux', { namespace: 'pid:[1]' }],
  ['of another machine', 'darwin', { host: 'another-machine' }],
  ['of which no start time is known, if its number is in use', 'win32', { started: undefined }],
])('a process %s is unseen', async (_, platform, different) => {
  const self = await describeSelf(platform);
  expect(await stateOf({ ...self, ...different }, self, platform)).toBe('unseen');
});

it('a process on a Linux that tells neither boot nor container is unseen, as its host may be any container’s', async () => {
  const self = { ...(await describeSelf()), boot: undefined, namespace: undefined };
  expect(await stateOf(self, self, 'linux')).toBe('unseen');
});

describe('a claim', () => {
  it.each([
    ['by a link', link],
    ['where there are no links', () => Promise.reject(new Error('no links here'))],
  ])('is made once, whole, and leaves nothing else: %s', async (_, makeLink) => {
    const { file } = await makeLock();
    const self = await describeSelf();
    const tokens = await Promise.all([1, 2, 3].map(() => makeClaim(file, self, makeLink)));
    const made = tokens.filter((token) => token !== undefined);
    expect(made).toHaveLength(1);
    expect(await readClaim(file)).toMatchObject({ token: made[0], owner: JSON.parse(JSON.stringify(self)) });
    expect(await readdir(dirname(file))).toEqual([basename(file)]);
  });

  it('is made also when the disk makes the link and denies it', async () => {
    const { file } = await makeLock();
    const makeLink: typeof link = async (from, to) => {
      await link(from, to);
      throw Object.assign(new Error('it exists'), { code: 'EEXIST' });
    };
    expect(await makeClaim(file, await describeSelf(), makeLink)).toBe((await readClaim(file))?.token);
  });
});

describe('the lock of a process that lives', () => {
  it('is never broken, though it shows no life', async () => {
    const { file, acquire } = await makeLock();
    const { content } = await claim(file, {});
    await expectTimeout(acquire({ timeoutMs: 600, intervals: { beatMs: 10, staleMs: 20 } }));
    expect((await readClaim(file))?.content).toBe(content);
  });

  it('is never broken in another container, though its event loop is blocked and its file is of 1970', async () => {
    const { path, file, acquire } = await makeLock();
    const { owner } = await startOwner(path);
    await disguise(file);
    await utimes(file, 0, 0);
    await expectTimeout(acquire({ timeoutMs: 2 * INTERVALS.staleMs }));
    owner.stdin.end();
    expect((await owner).stdout).toBe('held\ntrue');
    await (await acquire()).release();
  });

  it('goes on to show life when its helper is killed', async () => {
    const { file, acquire } = await makeLock();
    const lock = await acquire();
    const [helper] = await childrenOf(process.pid);
    process.kill(helper as number, 'SIGKILL');
    await until(() => !isRunning(helper as number));
    const { content } = (await readClaim(file)) as Claim;
    await until(async () => (await readClaim(file))?.content !== content);
    await lock.release();
    expect(await childrenOf(process.pid)).toEqual([]);
  });
});

describe('the lock of a process that is gone', () => {
  it('is broken at once when nobody has its number', async () => {
    const { file, acquire } = await makeLock();
    await claim(file, { pid: await deadPid() });
    await (await acquire({ intervals: { staleMs: 3_600_000 } })).release();
  });

  it('is broken at once when its number has been given to another process', async () => {
    const { file, acquire } = await makeLock();
    await claim(file, { started: '1' });
    await (await acquire({ intervals: { staleMs: 3_600_000 } })).release();
  });

  it('is broken at once when it was killed, and its helper has ended', async () => {
    const { path, acquire } = await makeLock();
    const { owner } = await startOwner(path);
    const helpers = await childrenOf(owner.pid);
    expect(helpers).toHaveLength(1);
    owner.kill('SIGKILL');
    await (await acquire({ intervals: { staleMs: 3_600_000 } })).release();
    await until(() => !helpers.some(isRunning));
  });

  it('is broken when it was killed in another container', async () => {
    const { path, file, acquire } = await makeLock();
    const { owner } = await startOwner(path);
    await disguise(file);
    owner.kill('SIGKILL');
    await (await acquire()).release();
  });

  it.each([['1970-01-01'], ['2100-01-01']])(
    'is broken when it shows no life on another machine, though its file is of %s',
    async (date) => {
      const { file, acquire } = await makeLock();
      await claim(file, await stranger());
      await utimes(file, new Date(date), new Date(date));
      await (await acquire({ intervals: { beatMs: 10, staleMs: 100 } })).release();
    },
  );

  it('is broken when it died before it could write its name', async () => {
    const { file, acquire } = await makeLock();
    await writeFile(file, '');
    await (await acquire({ intervals: { beatMs: 10, staleMs: 100 } })).release();
  });
});

describe('breaking a lock', () => {
  const waiter = async (path: string) => ({ path, self: await describeSelf(), isGone: async () => true });

  it('spares a lock that another process has meanwhile taken', async () => {
    const { file } = await makeLock();
    const gone = await claim(file, { started: '1' });
    await rm(file);
    const taken = await claim(file, {});
    expect(await breakClaim(file, gone, await waiter(file))).toBe(false);
    expect(await readClaim(file)).toEqual(taken);
  });

  it('spares an owner that has meanwhile shown life', async () => {
    const { file } = await makeLock();
    const gone = await claim(file, await stranger());
    await writeFile(file, (gone.content as string).replace(/0\n$/, '1\n'));
    expect(await breakClaim(file, gone, await waiter(file))).toBe(false);
    expect((await readClaim(file))?.token).toBe(gone.token);
  });

  it('is left to the process that is at it', async () => {
    const { file, acquire } = await makeLock();
    const gone = await claim(file, { started: '1' });
    await claim(`${file}.${gone.token}.breaker`, {});
    await expectTimeout(acquire({ timeoutMs: 400 }));
    await rm(`${file}.${gone.token}.breaker`);
    await (await acquire()).release();
  });

  it('is taken over from processes that died at it, and from those that died at that', async () => {
    const { file, acquire } = await makeLock();
    const gone = await claim(file, { started: '1' });
    const first = await claim(`${file}.${gone.token}.breaker`, { started: '1' });
    await claim(`${file}.${first.token}.breaker`, await stranger());
    const lock = await acquire({ intervals: { beatMs: 10, staleMs: 100 } });
    expect(await readdir(dirname(file))).toEqual([basename(file)]);
    await lock.release();
    expect(await readdir(dirname(file))).toEqual([]);
  });

  it('that is over leaves nothing behind, whoever died in between', async () => {
    const { file, acquire } = await makeLock();
    await claim(`${file}.0123456789abcdef.breaker`, { started: '1' });
    await writeFile(`${file}.0123456789abcdef.new`, '');
    const lock = await acquire();
    expect(await readdir(dirname(file))).toEqual([basename(file)]);
    await lock.release();
  });
});

describe('a lock that was lost', () => {
  it('is said to be lost, is not given up for its new owner, and shows no life for it', async () => {
    const { file, acquire } = await makeLock();
    const lock = await acquire();
    expect(await lock.isStillHeld()).toBe(true);
    const [helper] = await childrenOf(process.pid);
    await rm(file);
    expect(await lock.isStillHeld()).toBe(false);
    const other = await claim(file, {});
    expect(await lock.isStillHeld()).toBe(false);
    await until(() => !isRunning(helper as number));
    await lock.release();
    expect(await readClaim(file)).toEqual(other);
  });
});

it('a lock that cannot be kept, as the interpreter does not run, is refused with the reason and left free', async () => {
  const { file, acquire } = await makeLock();
  const error = await rejection(acquire({ python: '/nowhere/python3' }));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_PROVISION', step: 'lock', hint: expect.stringContaining('/nowhere/python3') });
  expect(await readdir(dirname(file))).toEqual([]);
});

it('a lock that can be made nowhere is refused with the reason of the file system', async () => {
  const path = join(await temporaryFolder(), 'nowhere', 'lock');
  const refused = acquireLock(path, { python: 'python3', env: process.env, platform: 'win32', intervals: INTERVALS });
  expect(await rejection(refused)).toMatchObject({ code: 'ENOENT', path: expect.stringContaining('nowhere') });
});

it('counts exactly among processes of which some are killed while they have the lock', async () => {
  const { path } = await makeLock();
  await writeFile(`${path}-count`, '0');
  for (let round = 1; round <= 3; round++) {
    const ends = ['die before', '', '', 'die after', '', ''];
    await Promise.all(ends.map((end) => start('count', path, end)));
    expect(await readFile(`${path}-count`, 'utf8')).toBe(String(round * 5));
  }
});
