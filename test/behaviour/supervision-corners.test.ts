import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SynapseOptions } from '../../src/api/options';
import { copyFixture, makeForFixture, spawnFixture } from '../support/fixture';
import { isRunning, rejection, until } from '../support/until';

const spawn = (options: SynapseOptions) => spawnFixture('dies-on-request', { restart: { retryDelay: 0 }, ...options });

it('a call that a function of the program makes reaches the worker that waits for it, when all others are busy too', async () => {
  const synapse = await spawn({ workers: 2 });
  const asked = [1, 2].map((value) => synapse.send('ask', () => synapse.send('echo', value)));
  expect(await Promise.all(asked)).toEqual([1, 2]);
});

it('a worker whose objects the program holds is not replaced for its calls, and is once they are let go of', async () => {
  const synapse = await spawn({ workers: { min: 1, max: 1, maxCalls: 3 } });
  const home = synapse.pid as number;
  const box = await synapse.py.Box('kept');
  for (let call = 0; call < 10; call++) expect(await synapse.send('pid')).toBe(home);
  expect([await box.get(), synapse.pids]).toEqual([['kept', home], [home]]);
  await box.release();
  await until(async () => (await synapse.send('pid')) !== home);
  await until(() => !isRunning(home));
});

it('a call whose argument is a stream is not made again: a stream can be consumed once only', async () => {
  const synapse = await spawn({});
  const deadly = rejection(synapse.send('die'));
  const counted = rejection(
    synapse.send(
      'total',
      (async function* () {
        yield* [1, 2, 3];
      })(),
    ),
  );
  await deadly;
  expect(await counted).toMatchObject({ code: 'ERR_SYNAPSE_WORKER_CRASHED', begun: false });
  expect(await synapse.send('total', [1, 2, 3])).toBe(6);
});

it('calls of a spawn that fails are told so, and it stays failed', async () => {
  const folder = await copyFixture('dies-on-request');
  const code = [
    'import os, time',
    'open("pids", "a").write(f"{os.getpid()} ")',
    'if len(open("pids").read().split()) > 1:',
    '    time.sleep(0.3)',
    '    os._exit(4)',
    'def echo(x): return x',
    'def work(): time.sleep(60)',
  ];
  await writeFile(join(folder, 'main.py'), code.join('\n'));
  const synapse = makeForFixture({ workers: 2, maxInFlight: 1 });
  const calls: Promise<unknown>[] = [];
  synapse.on('state', ({ to }) => {
    if (to === 'ready') for (let count = 0; count < 3; count++) calls.push(rejection(synapse.send('work')));
  });
  expect(await rejection(synapse.spawn(folder))).toMatchObject({ code: 'ERR_SYNAPSE_SPAWN' });
  expect(await Promise.all(calls)).toHaveLength(3);
  expect([synapse.state, synapse.pids]).toEqual(['disconnected', []]);
  const pids = (await readFile(join(folder, 'pids'), 'utf8')).trim().split(' ').map(Number);
  await until(() => !pids.some(isRunning));
});

it('dispose in a listener of a state leaves no process, and the spawn says so', async () => {
  for (const at of ['provisioning', 'initializing', 'connecting', 'ready']) {
    const synapse = makeForFixture();
    const pids: (number | undefined)[] = [];
    synapse.on('state', ({ to }) => {
      pids.push(synapse.pid);
      if (to === at) void synapse.dispose();
    });
    expect(await rejection(synapse.spawn(await copyFixture('dies-on-request')))).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
    await until(() => !pids.some((pid) => pid !== undefined && isRunning(pid)));
  }
});

it('a pool that cannot grow says so, and leaves the program its turns while the calls go on', async () => {
  const folder = await copyFixture('dies-on-request');
  for (const [retryDelay, most] of [
    [60_000, 1],
    [0, Number.POSITIVE_INFINITY],
  ] as const) {
    const synapse = makeForFixture({ workers: { min: 1, max: 2 }, restart: { retryDelay } });
    await synapse.spawn(folder);
    const errors: Error[] = [];
    synapse.on('error', (error) => errors.push(error));
    await rename(join(folder, 'main.py'), join(folder, 'away.py'));
    const pids = await Promise.all([1, 2, 3].map(() => synapse.send('work', 0.1)));
    await rename(join(folder, 'away.py'), join(folder, 'main.py'));
    expect(pids).toEqual(Array(3).fill(synapse.pid));
    expect(errors[0]).toMatchObject({ code: 'ERR_SYNAPSE_ENTRY_NOT_FOUND' });
    expect(errors.length).toBeLessThanOrEqual(most);
  }
});

it('a call from elsewhere does not run inside a function that waits for the program', async () => {
  const synapse = await spawn({ restart: false });
  const told: unknown[] = [];
  let onBegun: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    onBegun = resolve;
  });
  let onSent: () => void = () => undefined;
  const sent = new Promise<void>((resolve) => {
    onSent = resolve;
  });
  const asked = synapse.send('ask', async () => {
    onBegun();
    await sent;
    told.push(await synapse.send('echo', 'from the function'));
    return 'answer';
  });
  await begun;
  const outside = synapse.send('echo', 'from elsewhere').then((value) => told.push(value));
  onSent();
  told.push(await asked);
  await outside;
  expect(told).toEqual(['from the function', 'answer', 'from elsewhere']);
});

it('what a reload has changed holds for calls by name, too', async () => {
  const folder = await copyFixture('dies-on-request');
  const synapse = makeForFixture();
  await writeFile(join(folder, 'main.py'), 'def items(count): return list(range(count))');
  await synapse.spawn(folder);
  expect(await synapse.py.items(2)).toEqual([0, 1]);
  await writeFile(join(folder, 'main.py'), 'def items(count):\n    for each in range(count): yield each\n');
  await synapse.reload();
  const items: unknown[] = [];
  for await (const item of synapse.py.items(3)) items.push(item);
  expect(items).toEqual([0, 1, 2]);
});

it('dispose waits for workers of an earlier spawn, too', async () => {
  const folder = await copyFixture('dies-on-request');
  await appendFile(join(folder, 'main.py'), 'def ignore(): signal.signal(signal.SIGTERM, signal.SIG_IGN)\n');
  const synapse = makeForFixture();
  synapse.on('error', () => undefined);
  await synapse.spawn(folder);
  const first = synapse.pid as number;
  await synapse.send('ignore');
  await rejection(synapse.send('write_garbage'));
  await synapse.spawn(folder);
  expect(synapse.pid).not.toBe(first);
  await synapse.dispose();
  expect(isRunning(first)).toBe(false);
});
