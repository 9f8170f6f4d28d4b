import { once } from 'node:events';
import type { SynapseOptions } from '../../src/api/options';
import type { Synapse } from '../../src/api/synapse';
import type { Handle } from '../../src/channel/handle';
import { spawnFixture } from '../support/fixture';
import { isRunning, rejection, until } from '../support/until';

interface Box {
  get(): Promise<[unknown, number]>;
}

const spawn = (options: SynapseOptions) => spawnFixture('dies-on-request', options);
const times = <T>(count: number, action: (index: number) => T) => Array.from({ length: count }, (_, index) => action(index));

/** Keeps a worker busy until the returned function is called. */
function occupy(synapse: Synapse, options = {}): { readonly pid: Promise<number>; end(): void } {
  const stop = new AbortController();
  let found: (pid: number) => void;
  const pid = new Promise<number>((resolve) => {
    found = resolve;
  });
  synapse.send('hold', (id: number) => found(id), { signal: stop.signal, ...options }).catch(() => undefined);
  return { pid, end: () => stop.abort() };
}

it('starts as many workers as it is told, and a call goes to one that has nothing to do', async () => {
  const synapse = await spawn({ workers: 3 });
  expect(new Set(synapse.pids).size).toBe(3);
  const first = occupy(synapse);
  const second = occupy(synapse);
  const busy = [await first.pid, await second.pid];
  const third = synapse.pids.find((pid) => !busy.includes(pid));
  expect(new Set(await Promise.all(times(20, () => synapse.send('pid'))))).toEqual(new Set([third]));
  first.end();
  second.end();
});

it('starts as many as this machine computes at once', async () => {
  const { availableParallelism } = await import('node:os');
  const synapse = await spawn({ workers: 'auto' });
  expect(synapse.pids).toHaveLength(availableParallelism());
});

it('a call does not wait behind a long one while another worker is idle', async () => {
  const synapse = await spawn({ workers: 2 });
  await Promise.all(times(100, () => synapse.send('pid'))); // it knows now how little these take
  const busy = occupy(synapse);
  const pid = await busy.pid;
  const pids = await Promise.all(times(100, () => synapse.send<number>('pid')));
  expect(pids).not.toContain(pid);
  busy.end();
});

it('functions that run beside others are given to the worker with the least to do', async () => {
  const synapse = await spawn({ workers: 2 });
  const pids = await Promise.all(times(10, () => synapse.send<number>('wait', 0.05)));
  expect(synapse.pids.map((pid) => pids.filter((each) => each === pid).length)).toEqual([5, 5]);
});

it('calls with the same key go to the same worker, also while that is busy', async () => {
  const synapse = await spawn({ workers: 3 });
  const byKey = await Promise.all(times(30, (index) => synapse.send<number>('pid', undefined, { key: `user ${index}` })));
  expect(new Set(byKey).size).toBe(3);
  const busy = occupy(synapse, { key: 'user 4' });
  expect(await busy.pid).toBe(byKey[4]);
  const again = times(30, (index) => synapse.send<number>('pid', undefined, { key: `user ${index}` }));
  busy.end();
  expect(await Promise.all(again)).toEqual(byKey);
});

it('a key stays with its place when the worker of that place is started again', async () => {
  const synapse = await spawn({ workers: 3, restart: { retryDelay: 0 } });
  const before = await synapse.send<number>('pid', undefined, { key: 'a' });
  const deadly = rejection(synapse.send('die', 1, { key: 'a' }));
  const [after, other] = await Promise.all([synapse.send<number>('pid', undefined, { key: 'a' }), synapse.send<number>('pid')]);
  await deadly;
  expect(after).not.toBe(before);
  expect(other).not.toBe(before);
  expect(await synapse.send('pid', undefined, { key: 'a' })).toBe(after);
});

it('a handle is called on its own worker, and as an argument leads its call there, however deep it lies', async () => {
  const synapse = await spawn({ workers: 3 });
  const boxes: Handle<Box>[] = await Promise.all(times(6, (index) => synapse.py.Box(index)));
  const homes = await Promise.all(boxes.map((box) => box.get()));
  expect(homes.map(([value]) => value)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(new Set(homes.map(([, pid]) => pid)).size).toBeGreaterThan(1);
  expect(await Promise.all(boxes.map((box) => synapse.send('value_of', box)))).toEqual(homes);
  expect(await Promise.all(boxes.map((box) => synapse.send('values_of', { boxes: [box] })))).toEqual(homes.map((home) => [home]));
  const streamed: unknown[] = [];
  for (const box of boxes) for await (const value of synapse.stream('stream_of', [box])) streamed.push(value);
  expect(streamed).toEqual(homes);
  const apart = boxes.find((_, index) => homes[index]?.[1] !== homes[0]?.[1]);
  expect(await rejection(synapse.send('values_of', { boxes: [boxes[0], apart] }))).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION' });
});

it('refuses more waiting calls than the queue holds', async () => {
  const synapse = await spawn({ workers: 2, maxQueue: 3 });
  const busy = [occupy(synapse), occupy(synapse)];
  await Promise.all(busy.map(({ pid }) => pid));
  const waiting = times(3, () => synapse.send('pid'));
  expect(await rejection(synapse.send('pid'))).toMatchObject({ code: 'ERR_SYNAPSE_QUEUE_FULL', limit: 3 });
  expect(synapse.stats()).toMatchObject({ workers: 2, queued: 3, inFlight: 2 });
  for (const { end } of busy) end();
  expect(await Promise.all(waiting)).toHaveLength(3);
});

it('a worker that ends takes no other call with it, and comes again', async () => {
  const synapse = await spawn({ workers: 2, restart: { retryDelay: 0 } });
  const deadly = rejection(synapse.send('die', 3));
  const others = times(100, (index) => synapse.send('echo', index));
  expect(await deadly).toMatchObject({ exitCode: 3, begun: true });
  expect(await Promise.all(others)).toEqual(times(100, (index) => index));
  await until(() => synapse.pids.length === 2 && synapse.stats().workers === 2);
});

it('grows while calls wait, and shrinks to what it must have when they do no more', async () => {
  const synapse = await spawn({ workers: { min: 1, max: 3, idleTimeout: 50 } });
  expect(synapse.pids).toHaveLength(1);
  const busy = [occupy(synapse), occupy(synapse), occupy(synapse), occupy(synapse)];
  expect(new Set(await Promise.all(busy.slice(0, 3).map(({ pid }) => pid))).size).toBe(3);
  const all = [...synapse.pids];
  for (const { end } of busy) end();
  await until(() => synapse.pids.length === 1);
  await until(() => all.filter(isRunning).length === 1);
  expect(await synapse.send('echo', 1)).toBe(1);
});

it('a worker that came for a call which was given up meanwhile ends, too', async () => {
  const synapse = await spawn({ workers: { min: 1, max: 2, idleTimeout: 50 } });
  const busy = occupy(synapse);
  const pid = await busy.pid;
  const stop = new AbortController();
  const call = rejection(synapse.send('echo', 1, { signal: stop.signal }));
  stop.abort('enough');
  expect(await call).toBe('enough');
  await until(() => synapse.stats().workers === 2);
  await until(() => synapse.pids.length === 1);
  expect(synapse.pids).toEqual([pid]);
  busy.end();
});

it('a worker whose objects this program holds does not end for idleness', async () => {
  const synapse = await spawn({ workers: { min: 1, max: 3, idleTimeout: 50 } });
  const busy = [occupy(synapse), occupy(synapse)];
  await Promise.all(busy.map(({ pid }) => pid));
  const box: Handle<Box> = await synapse.py.Box('kept');
  expect(synapse.pids).toHaveLength(3);
  for (const { end } of busy) end();
  const [, , home] = synapse.pids;
  await until(() => synapse.pids.length === 1); // those that came before it have ended, although the last to come goes first
  expect(synapse.pids).toEqual([home]);
  expect(await box.get()).toEqual(['kept', home]);
});

it('replaces a worker after its calls, and no call is lost', async () => {
  const synapse = await spawn({ workers: { min: 2, max: 2, maxCalls: 20 } });
  const first = [...synapse.pids];
  const pids = new Set<number>();
  while (first.some((pid) => synapse.pids.includes(pid))) {
    for (const pid of await Promise.all(times(10, () => synapse.send<number>('pid')))) pids.add(pid);
  }
  await until(() => first.every((pid) => !isRunning(pid)));
  await until(() => synapse.stats().workers === 2);
  expect(pids.size).toBeGreaterThan(2);
  expect(synapse.stats()).toMatchObject({ restarts: 0 });
});

it('a stream counts as a call, also one that is left', async () => {
  const synapse = await spawn({ workers: { min: 1, max: 1, maxCalls: 3 } });
  const before = synapse.pid;
  for await (const _ of synapse.stream('count', 2));
  for await (const _ of synapse.stream('count', 2)) break;
  expect(synapse.pid).toBe(before);
  for await (const _ of synapse.stream('count', 2));
  await until(() => synapse.pid !== before && !isRunning(before as number));
});

it('replaces a worker that has grown too large', async () => {
  const synapse = await spawn({ workers: { min: 1, max: 1, maxMemoryBytes: 100 * 1024 * 1024 } });
  const before = await synapse.send<number>('grow', 1);
  await synapse.send('grow', 150);
  await until(async () => (await synapse.send<number>('pid')) !== before);
  await until(() => !isRunning(before));
});

it('reloads one worker after another while calls go on, and none of them is lost', async () => {
  const synapse = await spawn({ workers: 2 });
  const before = [...synapse.pids];
  let isReloaded = false;
  const traffic = times(4, async () => {
    let count = 0;
    while (!isReloaded) count += (await synapse.send<number>('echo', 1)) as number;
    return count;
  });
  const slow = synapse.send<number>('work', 0.3);
  await synapse.reload();
  isReloaded = true;
  expect(Math.min(...(await Promise.all(traffic)))).toBeGreaterThan(0);
  expect(before).toContain(await slow);
  await until(() => before.every((pid) => !isRunning(pid)));
  expect(synapse.pids).toHaveLength(2);
});

it('a reload that fails leaves the workers as they were', async () => {
  const { copyFixture, makeForFixture } = await import('../support/fixture');
  const { writeFile } = await import('node:fs/promises');
  const folder = await copyFixture('dies-on-request');
  const synapse = makeForFixture({ workers: 2, restart: { retryDelay: 0 } });
  await synapse.spawn(folder);
  const before = [...synapse.pids];
  await writeFile(`${folder}/main.py`, 'raise ValueError("new and broken")');
  const error = await rejection(synapse.reload());
  expect(String(error)).toContain('new and broken');
  expect(synapse.pids).toEqual(before);
  expect(await synapse.send('echo', 1)).toBe(1);
}, 30_000);

it('a reload that dispose overtakes says so', async () => {
  const synapse = await spawn({ workers: 2 });
  const reloading = rejection(synapse.reload());
  await synapse.dispose();
  expect(await reloading).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
});

it('one worker alone can be reloaded too', async () => {
  const synapse = await spawn({});
  const before = synapse.pid;
  const running = synapse.send<number>('work', 0.2);
  await synapse.reload();
  expect(await running).toBe(before);
  expect(await synapse.send('pid')).toBe(synapse.pid);
  expect(synapse.pid).not.toBe(before);
});

it('a worker that cannot start ends the others, and the spawn says why', async () => {
  const { copyFixture, makeForFixture } = await import('../support/fixture');
  const { writeFile, readFile } = await import('node:fs/promises');
  const folder = await copyFixture('dies-on-request');
  const code = [
    'import os',
    'with open("pids", "a") as f: f.write(f"{os.getpid()} ")',
    'if len(open("pids").read().split()) == 3: raise ValueError("third")',
  ];
  await writeFile(`${folder}/main.py`, [...code, 'def echo(x): return x'].join('\n'));
  const synapse = makeForFixture({ workers: 3 });
  expect(String(await rejection(synapse.spawn(folder)))).toContain('third');
  expect(synapse.state).toBe('disconnected');
  const pids = (await readFile(`${folder}/pids`, 'utf8')).trim().split(' ').map(Number);
  await until(() => !pids.some(isRunning));
});

it('events, prints and pings come from every worker', async () => {
  const synapse = await spawn({ workers: 2 });
  const told = new Set<unknown>();
  const lines = new Set<string>();
  synapse.onEvent('told', (pid) => told.add(pid));
  synapse.on('log', ({ line }) => lines.add(line));
  await Promise.all(times(10, () => synapse.send('tell')));
  expect([told.size, lines]).toEqual([2, new Set(synapse.pids.map((pid) => `here is ${pid}`))]);
  expect(await synapse.ping()).toBeGreaterThan(0);
});

it('dispose ends every worker, also one that comes or finishes, and settles every call', async () => {
  const synapse = await spawn({ workers: { min: 2, max: 3, maxCalls: 2 } });
  const pids = [...synapse.pids];
  const calls = times(30, () => rejection(synapse.send('work', 0.2)));
  const exit = once(synapse, 'exit');
  await synapse.dispose();
  for (const error of await Promise.all(calls)) expect(error).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
  await exit;
  expect(pids.filter(isRunning)).toEqual([]);
  expect(synapse.pids).toEqual([]);
});

it('tells how long calls wait, run and travel', async () => {
  const synapse = await spawn({ workers: 1 });
  await Promise.all(times(3, () => synapse.send('work', 0.05)));
  await synapse.send('echo', new Uint8Array(8 * 1024 * 1024));
  const { queue, run, transfer } = synapse.stats();
  expect([queue.count, run.count, transfer.count]).toEqual([4, 4, 4]);
  expect(run.p50).toBeGreaterThanOrEqual(45);
  expect(queue.max).toBeGreaterThanOrEqual(90);
  expect(transfer.max).toBeGreaterThan(transfer.p50);
});

it('without restarts, a worker that ended is not replaced, and the others go on until none is left', async () => {
  const synapse = await spawn({ workers: 2, restart: false });
  await rejection(synapse.send('die'));
  const last = await synapse.send<number>('pid');
  expect([synapse.pids, synapse.stats().workers]).toEqual([[last], 1]);
  const deadly = rejection(synapse.send('die'));
  const waiting = rejection(synapse.send('echo', 1));
  expect(await deadly).toMatchObject({ begun: true });
  expect(await waiting).toMatchObject({ begun: false });
  expect(await rejection(synapse.send('echo', 1))).toMatchObject({ code: 'ERR_SYNAPSE_NOT_READY', state: 'disconnected' });
});

it('a place whose worker ended too often stays empty', async () => {
  const synapse = await spawn({ workers: 2, restart: { retryDelay: 0, restartLimit: { maxRestarts: 0 } } });
  await rejection(synapse.send('die'));
  const calls = times(50, () => synapse.send<number>('pid'));
  expect(new Set(await Promise.all(calls)).size).toBe(1);
  expect(await rejection(synapse.send('die'))).toMatchObject({ code: 'ERR_SYNAPSE_WORKER_CRASHED' });
  expect(await rejection(synapse.send('echo', 1))).toMatchObject({ code: 'ERR_SYNAPSE_RESTART_LIMIT', restarts: 0 });
});

it('without restarts, a pool that may still grow does while calls wait, by one less for each worker that was lost', async () => {
  const synapse = await spawn({ workers: { min: 2, max: 3 }, restart: false });
  await rejection(synapse.send('die'));
  const busy = [occupy(synapse), occupy(synapse)];
  const pids = await Promise.all(busy.map(({ pid }) => pid));
  const waiting = synapse.send<number>('pid');
  expect(synapse.pids).toEqual(pids);
  busy[0]?.end();
  expect(await waiting).toBe(pids[0]);
  busy[1]?.end();
});
