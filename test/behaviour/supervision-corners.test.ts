import { readFile, writeFile } from 'node:fs/promises';
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
