import { PassThrough } from 'node:stream';
import { resolveOptions, type SynapseOptions } from '../../src/api/options';
import type { SpawnPolicy } from '../../src/worker/restart-policy';

it('fills in the documented defaults', () => {
  expect(resolveOptions({})).toMatchObject({
    limits: {
      startupTimeout: 120_000,
      callTimeout: 0,
      disposeTimeout: 500,
      maxFrameBytes: 268_435_456,
      maxQueue: 100_000,
      maxInFlight: 64,
    },
    int: 'auto',
    args: [],
    logs: 'pipe',
    protocol: 'auto',
  });
});

it('takes a stream for logs', () => {
  const logs = new PassThrough();
  expect(resolveOptions({ logs }).logs).toBe(logs);
});

test.each([
  ['startupTimeout', -1],
  ['callTimeout', 1.5],
  ['disposeTimeout', Number.NaN],
  ['disposeTimeout', '500'],
  ['callTimeout', 2 ** 31],
  ['maxFrameBytes', 0],
  ['maxFrameBytes', 2 ** 32],
  ['maxQueue', 0],
  ['maxInFlight', 0],
  ['installer', 'conda'],
  ['int', 'text'],
  ['protocol', 'json'],
  ['logs', 'everywhere'],
  ['logs', {}],
  ['python', ''],
  ['venv', 7],
  ['args', [1]],
  ['requirements', [null]],
  ['pyhton', 'python3'],
  ['env', null],
  ['env', { A: 1 }],
])('refuses %s: %p, and names it', (name, value) => {
  expect(() => resolveOptions({ [name]: value } as SynapseOptions)).toThrow(
    expect.objectContaining({ code: 'ERR_SYNAPSE_INVALID_OPTION', option: name, message: expect.stringContaining(name) }),
  );
});

test.each([
  [{}, { intervalMs: 10_000, timeoutMs: 10_000 }],
  [{ timeoutMs: 500 }, { intervalMs: 10_000, timeoutMs: 500 }],
  [{ intervalMs: 500 }, { intervalMs: 500, timeoutMs: 10_000 }],
])('a heartbeat of %p has the documented defaults', (heartbeat, whole) => {
  expect(resolveOptions({ restart: { heartbeat } }).policy.heartbeat).toEqual(whole);
});

describe('retryDelay', () => {
  const resolved = (retryDelay: unknown) => resolveOptions({ restart: { retryDelay } as SpawnPolicy }).policy.supervision.retryDelay;

  test.each([
    [undefined, { type: 'exponential', base: 1000, max: 30_000 }],
    [0, { type: 'fixed', delay: 0 }],
    [
      { type: 'fixed', delay: 500 },
      { type: 'fixed', delay: 500 },
    ],
    [{ type: 'exponential' }, { type: 'exponential', base: 1000, max: 30_000 }],
    [
      { type: 'exponential', base: 60_000 },
      { type: 'exponential', base: 60_000, max: 60_000 },
    ],
  ])('%p is %p', (given, whole) => {
    expect(resolved(given)).toEqual(whole);
  });

  test.each([
    ['retryDelay', -1],
    ['retryDelay', null],
    ['retryDelay', {}],
    ['retryDelay', { type: 'linear' }],
    ['bse', { type: 'exponential', bse: 5 }],
    ['delay', { type: 'exponential', delay: 5 }],
    ['max', { type: 'exponential', base: 500, max: 100 }],
    ['delay', { type: 'fixed' }],
    ['delay', { type: 'fixed', delay: null }],
    ['base', { type: 'fixed', base: 500 }],
  ])('refuses by the name %s: %p', (option, given) => {
    expect(() => resolved(given)).toThrow(expect.objectContaining({ code: 'ERR_SYNAPSE_INVALID_OPTION', option }));
  });
});
