import { CallQueue } from '../../src/worker/call-queue';
import type { Grant } from '../../src/worker/member';
import { Task } from '../../src/worker/task';
import { rejection } from '../support/until';

const task = (method: string, options = {}, timeout = 0) =>
  new Task(method, options, { timeout, values: undefined, owner: undefined, caller: undefined, runsBeside: false });
const grant = (name: string) => ({ name }) as unknown as Grant;

/** Gives a worker to each call that `takes` accepts. Returns the methods that got one, in order. */
function give(queue: CallQueue, takes: (task: Task) => boolean = () => true): string[] {
  const given: string[] = [];
  queue.give((each) => {
    if (!takes(each)) return undefined;
    given.push(each.method);
    return grant(each.method);
  });
  return given;
}

it('gives workers in the order in which calls came, those first whose worker had ended before it began them', async () => {
  const queue = new CallQueue(10);
  const calls = ['a', 'b'].map((method) => queue.wait(task(method)));
  const returned = ['y', 'z'].map((method) => {
    const call = task(method);
    call.hasWaited = true;
    return queue.wait(call);
  });
  expect([queue.size, give(queue), queue.size]).toEqual([4, ['y', 'z', 'a', 'b'], 0]);
  expect(await Promise.all([...calls, ...returned])).toEqual(['a', 'b', 'y', 'z'].map(grant));
});

it('stops at the first call that finds no worker, unless only one worker could take it', () => {
  const queue = new CallQueue(10);
  for (const [method, options] of [
    ['a', { key: 'k' }],
    ['b', {}],
    ['c', {}],
    ['d', { key: 'k' }],
  ] as const)
    queue.wait(task(method, options)).catch(() => undefined);
  expect(give(queue, ({ method }) => method === 'b' || method === 'd')).toEqual(['b', 'd']);
  expect(give(queue, ({ method }) => method !== 'a')).toEqual(['c']);
  expect(queue.size).toBe(1);
  queue.close(() => new Error('over'));
});

it('refuses more calls than may wait, but never one that comes back', async () => {
  const queue = new CallQueue(1);
  const first = rejection(queue.wait(task('a')));
  expect(await rejection(queue.wait(task('b')))).toMatchObject({ code: 'ERR_SYNAPSE_QUEUE_FULL', limit: 1 });
  const back = task('c');
  back.hasWaited = true;
  const returned = rejection(queue.wait(back));
  expect(queue.size).toBe(2);
  queue.close(() => new Error('over'));
  expect(await Promise.all([first, returned])).toEqual([new Error('over'), new Error('over')]);
});

it('lets go of a call whose time is over or that is given up, and of one that was given up before', async () => {
  const queue = new CallQueue(10);
  const stop = new AbortController();
  const late = rejection(queue.wait(task('a', {}, 1)));
  const aborted = rejection(queue.wait(task('b', { signal: stop.signal })));
  stop.abort('enough');
  expect(await aborted).toBe('enough');
  expect(await late).toMatchObject({ code: 'ERR_SYNAPSE_CALL_TIMEOUT', method: 'a', phase: 'queue' });
  expect(await rejection(queue.wait(task('c', { signal: stop.signal })))).toBe('enough');
  expect([queue.size, give(queue)]).toEqual([0, []]);
});

it('keeps the program alive while a call waits, and no longer', () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const queue = new CallQueue(10);
  void queue.wait(task('a'));
  expect(timers()).toBe(before + 1);
  give(queue);
  expect(timers()).toBe(before);
});
