import { PassThrough } from 'node:stream';
import { resolveOptions, type SynapseOptions } from '../../src/api/options';

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
])('refuses %s: %p, and names it', (name, value) => {
  expect(() => resolveOptions({ [name]: value } as SynapseOptions)).toThrow(
    expect.objectContaining({ code: 'ERR_SYNAPSE_INVALID_OPTION', option: name, message: expect.stringContaining(name) }),
  );
});
