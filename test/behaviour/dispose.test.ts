import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FIXTURES, makeForFixture, spawnFixture, temporaryFolder } from '../support/fixture';
import { isRunning, rejection, until } from '../support/until';

it('lets the worker end by itself, and resolves when it has', async () => {
  const synapse = await spawnFixture('echo');
  const pid = synapse.pid as number;
  const exit = once(synapse, 'exit');
  await synapse.dispose();
  expect(await exit).toEqual([{ exitCode: 0, signal: null }]);
  expect(synapse.state).toBe('closed');
  expect(isRunning(pid)).toBe(false);
});

it('forces a worker that ignores everything', async () => {
  const synapse = await spawnFixture('ignores-sigterm', { disposeTimeout: 50 });
  const lines: string[] = [];
  synapse.on('log', ({ line }) => lines.push(line));
  const exit = once(synapse, 'exit');
  await synapse.call('up');
  await synapse.dispose();
  expect(await exit).toEqual([{ exitCode: null, signal: 'SIGKILL' }]);
  expect(lines).toEqual(['not now']);
});

it('rejects what is pending at once, a call that computes for ever included', async () => {
  const synapse = await spawnFixture('never-answers', { disposeTimeout: 10, maxInFlight: 1 });
  const calls = [1, 2].map((payload) => rejection(synapse.call(payload)));
  while ((await once(synapse, 'log'))[0].line !== 'computing');
  const disposed = synapse.dispose();
  for (const error of await Promise.all(calls)) expect(error).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
  await disposed;
});

it('rejects what is pending with a worker that reads nothing', async () => {
  const synapse = await spawnFixture('never-reads', { disposeTimeout: 10 });
  const calls = Array.from({ length: 100 }, () => rejection(synapse.call('x'.repeat(100_000))));
  await synapse.dispose();
  for (const error of await Promise.all(calls)) expect(error).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
});

it('may be called more than once, before spawn, and together', async () => {
  const fresh = makeForFixture();
  await fresh.dispose();
  await fresh.dispose();
  expect(fresh.state).toBe('closed');
  const synapse = await spawnFixture('echo');
  await Promise.all([synapse.dispose(), synapse.dispose()]);
  await synapse.dispose();
});

it('ends every process that the worker started', async () => {
  const synapse = await spawnFixture('starts-a-child');
  const pids = await synapse.call<number[]>(null);
  expect(pids.map(isRunning)).toEqual([true, true]);
  await synapse.dispose();
  await until(() => !pids.some(isRunning));
});

it('ends every process that a crashed worker started', async () => {
  const synapse = await spawnFixture('starts-a-child');
  const pids = await synapse.call<number[]>(null);
  const exit = once(synapse, 'exit');
  process.kill(pids[0] as number, 'SIGKILL');
  await exit;
  await until(() => !pids.some(isRunning));
});

it('works by await using', async () => {
  let pid = 0;
  {
    await using synapse = await spawnFixture('echo');
    pid = synapse.pid as number;
    expect(await synapse.call(1)).toBe(1);
  }
  expect(isRunning(pid)).toBe(false);
});

it('stops a spawn that is under way', async () => {
  const synapse = makeForFixture({ args: ['/nowhere/at/all'] });
  const spawned = rejection(synapse.spawn(join(FIXTURES, 'slow-start')));
  while ((await once(synapse, 'log'))[0].line !== 'loading');
  const pid = synapse.pid as number;
  await synapse.dispose();
  expect(await spawned).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
  expect(isRunning(pid)).toBe(false);
});

describe('the signal of spawn', () => {
  it('stops a spawn that is under way, after which another may follow', async () => {
    const folder = await temporaryFolder();
    const go = join(folder, 'go');
    const synapse = makeForFixture({ args: [go] });
    const abort = new AbortController();
    const spawned = rejection(synapse.spawn(join(FIXTURES, 'slow-start'), 'main', { signal: abort.signal }));
    while ((await once(synapse, 'log'))[0].line !== 'loading');
    const pid = synapse.pid as number;
    const exit = once(synapse, 'exit');
    abort.abort(new Error('changed my mind'));
    expect((await spawned).message).toBe('changed my mind');
    await exit;
    expect(isRunning(pid)).toBe(false);
    await writeFile(go, '');
    await synapse.spawn(join(FIXTURES, 'slow-start'));
    expect(await synapse.call('ready now')).toBe('ready now');
  });

  it('is looked at before anything is started', async () => {
    const synapse = makeForFixture();
    expect(await rejection(synapse.spawn(join(FIXTURES, 'echo'), 'main', { signal: AbortSignal.abort('no') }))).toBe('no');
    expect(synapse.state).toBe('created');
  });
});
