import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { acquireLock, type LockOptions, lockOwner } from '../../src/environment/lock';
import { describeSelf, makeClaim } from '../../src/environment/process-identity';
import { temporaryFolder } from '../support/fixture';
import { isRunning, rejection, until } from '../support/until';

const kinds: [string, Partial<LockOptions>][] = [
  ['by the kernel', {}],
  ['by an owner file, as on Windows', { platform: 'win32' }],
];

async function makeLock(kind: Partial<LockOptions>) {
  const path = join(await temporaryFolder(), 'lock');
  return {
    path,
    acquire: (more: Partial<LockOptions> = {}) => acquireLock(path, { python: 'python3', env: process.env, ...kind, ...more }),
    owner: (more: Partial<LockOptions> = {}) => lockOwner(path, { python: 'python3', env: process.env, ...kind, ...more }),
  };
}

/** A process that has ended, so that its number names nobody. */
async function deadPid(): Promise<number> {
  const { stdout } = await execa(process.execPath, ['-p', 'process.pid']);
  await until(() => !isRunning(Number(stdout)));
  return Number(stdout);
}

describe.each(kinds)('%s', (_, kind) => {
  it('has one holder at a time; whoever waits is told by whom', async () => {
    const { acquire } = await makeLock(kind);
    const first = await acquire();
    const order: string[] = [];
    let second: Promise<void> = Promise.resolve();
    const owner = await new Promise<string>((onWait) => {
      second = acquire({ onWait }).then(async (lock) => {
        order.push('second');
        await lock.release();
      });
    });
    expect(owner).toBe(`pid ${process.pid} on ${hostname()}`);
    order.push('first releases');
    await first.release();
    await second;
    expect(order).toEqual(['first releases', 'second']);
  });

  it('is never held twice, whatever the crowd', async () => {
    const { acquire } = await makeLock(kind);
    let holders = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        const lock = await acquire();
        most = Math.max(most, ++holders);
        await new Promise((resolve) => setImmediate(resolve));
        holders--;
        await lock.release();
      }),
    );
    expect(most).toBe(1);
  });

  it('gives up after its time, with the owner in the message', async () => {
    const { acquire } = await makeLock(kind);
    const held = await acquire();
    const error = await rejection(acquire({ timeoutMs: 300 }));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_LOCK_TIMEOUT', step: 'lock', hint: expect.any(String) });
    expect(error.message).toContain(`pid ${process.pid}`);
    await held.release();
  });

  it('gives up when aborted, with the reason of the signal', async () => {
    const { acquire } = await makeLock(kind);
    const held = await acquire();
    const abort = new AbortController();
    const refused = rejection(acquire({ signal: abort.signal, onWait: () => abort.abort(new Error('enough')) }));
    expect((await refused).message).toBe('enough');
    await held.release();
  });

  it('tells its owner once to whoever waits, however long', async () => {
    const { acquire } = await makeLock(kind);
    const held = await acquire();
    const onWait = jest.fn();
    await rejection(acquire({ timeoutMs: 500, onWait }));
    expect(onWait).toHaveBeenCalledTimes(1);
    await held.release();
  });

  it('tells its owner to whoever asks, and nobody when it is free', async () => {
    const { acquire, owner } = await makeLock(kind);
    const lock = await acquire();
    expect(await Promise.all([owner(), owner()])).toEqual(Array(2).fill(`pid ${process.pid} on ${hostname()}`));
    await lock.release();
    expect(await Promise.all([owner(), owner()])).toEqual([undefined, undefined]);
  });

  it('is asked after without making a file', async () => {
    const { path, owner } = await makeLock(kind);
    expect(await owner()).toBeUndefined();
    expect(await readdir(dirname(path))).toEqual([]);
  });

  it('is still held until it is given up, which may be said twice', async () => {
    const { acquire } = await makeLock(kind);
    const lock = await acquire();
    expect(await lock.isStillHeld()).toBe(true);
    await lock.release();
    await lock.release();
    await (await acquire()).release();
  });

  it('is refused with the reason when the interpreter does not run', async () => {
    const { acquire } = await makeLock(kind);
    const error = await rejection(acquire({ python: '/nowhere/python3' }));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_PROVISION', step: 'lock', hint: 'Check that /nowhere/python3 runs.' });
  });
});

it('has no owner after that was killed, though the file still names it', async () => {
  const { path, acquire, owner } = await makeLock({});
  await writeFile(path, `pid ${await deadPid()} on ${hostname()}`);
  expect(await owner()).toBeUndefined();
  await (await acquire()).release();
});

it('is free to whoever asks while somebody else asks', async () => {
  const { path, acquire, owner } = await makeLock({});
  await (await acquire()).release();
  const code = 'import fcntl, sys; file = open(sys.argv[1]); fcntl.flock(file, fcntl.LOCK_SH); print(flush=True); sys.stdin.read()';
  const asking = execa('python3', ['-c', code, path]);
  await new Promise((asks) => asking.stdout.once('data', asks));
  expect(await owner()).toBeUndefined();
  asking.stdin.end();
  await asking;
});

it('leaves an empty file when it is given up: what stands there is an owner, or one that was killed', async () => {
  const { path, acquire } = await makeLock({});
  const lock = await acquire();
  expect(await readFile(path, 'utf8')).toBe(`pid ${process.pid} on ${hostname()}`);
  await lock.release();
  expect(await readFile(path, 'utf8')).toBe('');
});

it('is kept by a child that inherits it, and free when the child ends', async () => {
  const { acquire } = await makeLock({});
  const lock = await acquire();
  const child = execa(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'pipe', 'pipe', lock.descriptor as never] });
  await lock.release();
  let freed = false;
  const next = acquire({
    onWait: () => {
      freed = true;
      child.stdin?.end();
    },
  });
  await (await next).release();
  expect(freed).toBe(true);
  await child;
});

it('follows a lock file that was deleted while it waited', async () => {
  const { path, acquire } = await makeLock({});
  const first = await acquire();
  const second = await acquire({
    onWait: async () => {
      await rm(path);
      await first.release();
    },
  });
  expect((await stat(path)).isFile()).toBe(true);
  let third: Promise<void> = Promise.resolve();
  await new Promise<void>((told) => {
    third = acquire({ onWait: () => told() }).then((lock) => lock.release());
  });
  await second.release();
  await third;
});

describe('an owner file', () => {
  it('of a process of this machine that is gone is broken', async () => {
    const { path, acquire, owner } = await makeLock({ platform: 'win32' });
    await makeClaim(`${path}.owner`, { ...(await describeSelf()), pid: await deadPid() });
    expect(await owner()).toBeUndefined();
    const lock = await acquire({ timeoutMs: 5000 });
    expect(await owner()).toBe(`pid ${process.pid} on ${hostname()}`);
    await lock.release();
  });

  it('of another machine, whose processes cannot be seen, is not', async () => {
    const { path, acquire, owner } = await makeLock({ platform: 'win32' });
    const pid = await deadPid();
    await makeClaim(`${path}.owner`, { host: 'another-machine', boot: 'another-boot', pid });
    expect(await rejection(acquire({ timeoutMs: 250 }))).toMatchObject({ code: 'ERR_SYNAPSE_LOCK_TIMEOUT' });
    expect(await owner()).toBe(`pid ${pid} on another-machine`);
  });
});
