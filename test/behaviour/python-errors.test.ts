import { FrameTooLargeError, PythonError, SynapseError } from '../../src/index';
import { spawnFixture } from '../support/fixture';
import { rejection } from '../support/until';

async function errorOf(method: string, data?: unknown): Promise<PythonError> {
  const synapse = await spawnFixture('raises');
  const error = await rejection<PythonError>(synapse.send(method, data));
  expect(await synapse.send('fine')).toBe('fine');
  return error;
}

it('an exception arrives with type, message, traceback and frames', async () => {
  const error = await errorOf('value_error', 'too small');
  expect(error).toBeInstanceOf(PythonError);
  expect(error).toBeInstanceOf(SynapseError);
  expect(error).toMatchObject({
    name: 'PythonError(ValueError)',
    code: 'ERR_SYNAPSE_PYTHON',
    isPythonError: true,
    type: 'ValueError',
    module: 'builtins',
    message: 'too small',
  });
  expect(error.pythonTraceback).toMatch(/^Traceback \(most recent call last\):\n {2}File ".*main\.py", line 14, in value_error\n/);
  expect(error.pythonTraceback).not.toContain('synapse_py');
  expect(error.frames).toEqual([
    { file: expect.stringMatching(/main\.py$/), line: 14, name: 'value_error', code: 'raise ValueError(text)' },
  ]);
});

it('keeps the JavaScript stack of the caller', async () => {
  const synapse = await spawnFixture('raises');
  async function theCaller() {
    await synapse.send('value_error');
  }
  async function throughPy() {
    await synapse.py.value_error();
  }
  expect((await rejection(theCaller())).stack).toContain('theCaller');
  expect((await rejection(throughPy())).stack).toContain('throughPy');
});

it('tells the chain of causes', async () => {
  const error = await errorOf('chained');
  expect(error.causes.map(({ type }) => type)).toEqual(['KeyError']);
  expect(error.cause).toBe(error.causes[0]);
  expect(error.pythonTraceback).toContain('direct cause');
  expect((await errorOf('in_context')).causes.map(({ type }) => type)).toEqual(['KeyError']);
});

it('tells notes and the members of groups', async () => {
  const synapse = await spawnFixture('raises');
  const isModern = ((await synapse.send<number[]>('version'))[1] as number) >= 11;
  const [noted, grouped] = await Promise.all([
    rejection<PythonError>(synapse.send('noted')),
    rejection<PythonError>(synapse.send('grouped')),
  ]);
  expect(noted).toMatchObject({ type: 'ValueError', notes: isModern ? ['a note'] : [] });
  expect(grouped).toMatchObject({ type: isModern ? 'ExceptionGroup' : 'NameError' });
  expect(grouped.errors.map(({ type }) => type)).toEqual(isModern ? ['ValueError', 'TypeError'] : []);
});

it.each([
  ['odd', 'OddError'],
  ['exits', 'SystemExit'],
  ['interrupted', 'KeyboardInterrupt'],
  ['deep', 'RecursionError'],
  ['fails_later', 'LookupError'],
  ['fails_in_thread', 'ValueError'],
])('%s is a %s, and the worker goes on', async (method, type) => {
  expect(await errorOf(method)).toMatchObject({ type });
});

it('bounds what a deep recursion tells', async () => {
  const error = await errorOf('deep');
  expect(error.frames.length).toBe(100);
  expect(error.pythonTraceback.length).toBeLessThan(70_000);
});

it('a wrong number of arguments is told as Python does', async () => {
  expect(await errorOf('fine', 1)).toMatchObject({ type: 'TypeError', message: expect.stringContaining('positional argument') });
});

it('what cannot be sent names its place', async () => {
  expect(await errorOf('unsendable')).toMatchObject({
    name: 'SerializationError',
    code: 'ERR_SYNAPSE_SERIALIZATION',
    path: 'result.items[1].x',
  });
});

it('a result that is larger than a frame may be fails its call only', async () => {
  const synapse = await spawnFixture('values', { maxFrameBytes: 100_000 });
  const error = await rejection(synapse.send('make', '"x" * 200_000'));
  expect(error).toBeInstanceOf(FrameTooLargeError);
  expect(error).toMatchObject({ limit: 100_000, size: expect.any(Number) });
  expect(await synapse.send('echo', 'fine')).toBe('fine');
});
