import { once } from 'node:events';
import { join } from 'node:path';
import type { WorkerCrashedError } from '../../src/errors';
import { FIXTURES, makeForFixture, spawnFixture } from '../support/fixture';
import { rejection } from '../support/until';

test.each([
  ['exit', { exitCode: 3, signal: null }, 'about to exit'],
  ['kill', { exitCode: null, signal: 'SIGKILL' }, 'about to kill'],
  ['raise', { exitCode: 1, signal: null }, 'ValueError: no such thing'],
])('a worker that ends in mid-call (%s) rejects every outstanding call with how it ended', async (payload, status, lastLine) => {
  const synapse = await spawnFixture('crash-on-call', { maxInFlight: 2 });
  const calls = [payload, 'sent', 'queued', 'queued too'].map((each) => rejection<WorkerCrashedError>(synapse.call(each)));
  for (const error of await Promise.all(calls)) {
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_WORKER_CRASHED', ...status, stderr: expect.stringContaining(lastLine) });
    expect(error.message).toContain(lastLine);
  }
});

it('a worker of functions that is killed rejects every outstanding call', async () => {
  const synapse = await spawnFixture('cancel', { maxInFlight: 2 });
  const begun = new Promise((resolve) => synapse.onEvent('begun', resolve));
  const calls = ['computes', 'quick', 'quick', 'quick'].map((method) => rejection(synapse.send(method, 60)));
  await begun;
  process.kill(synapse.pid as number, 'SIGKILL');
  for (const error of await Promise.all(calls)) expect(error).toMatchObject({ code: 'ERR_SYNAPSE_WORKER_CRASHED', signal: 'SIGKILL' });
});

it('tells of a loss that nobody asked for, by events and by its state', async () => {
  const synapse = await spawnFixture('crash-on-call');
  const states: string[] = [];
  synapse.on('state', ({ from, to }) => states.push(`${from} > ${to}`));
  const exit = once(synapse, 'exit');
  const error = once(synapse, 'error');
  await rejection(synapse.call('exit'));
  expect(await exit).toEqual([{ exitCode: 3, signal: null }]);
  expect(await error).toEqual([expect.objectContaining({ code: 'ERR_SYNAPSE_WORKER_CRASHED' })]);
  expect(states).toEqual(['ready > disconnected']);
  expect(synapse.pid).toBeUndefined();
});

it('does not throw for want of an error listener', async () => {
  const synapse = await spawnFixture('crash-on-call');
  const exit = once(synapse, 'exit');
  await rejection(synapse.call('kill'));
  await exit;
  expect(await rejection(synapse.call('anyone?'))).toMatchObject({ code: 'ERR_SYNAPSE_NOT_READY', state: 'disconnected' });
});

it('gives the answer that was written just before the end', async () => {
  const synapse = await spawnFixture('crash-on-call');
  expect(await synapse.call('answer, then exit')).toBe('answer, then exit');
});

it('can spawn again after a crash', async () => {
  const synapse = await spawnFixture('crash-on-call');
  const exit = once(synapse, 'exit');
  await rejection(synapse.call('exit'));
  await exit;
  await synapse.spawn(join(FIXTURES, 'echo'));
  expect(await synapse.call('again')).toBe('again');
});

describe('an entry that ends before it is ready', () => {
  test.each([
    ['dies-at-start', /RuntimeError: cannot find the weights/, /exit code 1/],
    ['misses-a-package', /No module named 'surely_not_installed'/, /add the package that brings it to requirements\.txt/],
    ['ends-without-reading', /nothing to do/, /nothing to serve/],
  ])('%s: spawn rejects with what it printed and why', async (fixture, output, why) => {
    const synapse = makeForFixture();
    const error = await rejection(synapse.spawn(join(FIXTURES, fixture)));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SPAWN', attempts: 1, output: expect.stringMatching(output) });
    expect(error.message).toMatch(output);
    expect(error.message).toMatch(why);
    expect(synapse.state).toBe('disconnected');
  });

  it('shows a traceback of the entry only', async () => {
    const error = await rejection(makeForFixture().spawn(join(FIXTURES, 'dies-at-start')));
    expect(error.message).toContain('Traceback (most recent call last):');
    expect(error.message).not.toContain('bootstrap.py');
  });
});

it('rejects when the entry is not ready within startupTimeout, with what it printed', async () => {
  const synapse = makeForFixture({ startupTimeout: 1500, args: ['/nowhere/at/all'] });
  const exit = once(synapse, 'exit');
  const error = await rejection(synapse.spawn(join(FIXTURES, 'slow-start')));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SPAWN', output: 'loading', message: expect.stringContaining('startupTimeout') });
  expect(await exit).toEqual([{ exitCode: null, signal: 'SIGKILL' }]);
});
