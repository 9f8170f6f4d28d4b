import { PythonError } from '../../src/call-errors';
import { FakeWorker } from '../support/fake-worker';
import { rejection } from '../support/until';

/** Lets a call fail with an error message. */
async function fail<E = Error>(error: unknown, method = 'double'): Promise<E> {
  const worker = new FakeWorker();
  const call = rejection<E>(worker.send(method));
  worker.error(worker.sent()[0]?.id as number, error as Record<string, unknown>);
  return call;
}

it('is a PythonError with all that Python tells', async () => {
  const leaf = { type: 'KeyError', module: 'builtins', message: "'k'", traceback: 'T1', frames: [], notes: [] };
  const error = await fail<PythonError>({
    type: 'ModelError',
    module: 'models',
    message: 'no model',
    traceback: 'Traceback ...',
    frames: [
      ['/m/main.py', 3, 'predict', 'raise ModelError("no model")'],
      ['/m/lib.py', 9, 'load', null],
    ],
    cause: { ...leaf, type: 'OSError', context: leaf },
    context: null,
    notes: ['first note', 'second note'],
    exceptions: [leaf, { ...leaf, type: 'IndexError' }],
    code: null,
  });
  expect(error).toBeInstanceOf(PythonError);
  expect({ ...error, errors: error.errors.map(({ type }) => type) }).toEqual({
    code: 'ERR_SYNAPSE_PYTHON',
    type: 'ModelError',
    module: 'models',
    pythonTraceback: 'Traceback ...',
    frames: [
      { file: '/m/main.py', line: 3, name: 'predict', code: 'raise ModelError("no model")' },
      { file: '/m/lib.py', line: 9, name: 'load', code: undefined },
    ],
    notes: ['first note', 'second note'],
    errors: ['KeyError', 'IndexError'],
  });
  expect([error.name, error.message, error.isPythonError]).toEqual(['PythonError(ModelError)', 'no model\nfirst note\nsecond note', true]);
  expect(error.causes.map(({ type }) => type)).toEqual(['OSError', 'KeyError']);
  expect(error.causes[0]).toBe(error.cause);
  expect(error.causes[0]?.stack).toBe("PythonError(OSError): 'k'");
});

test.each([
  ['ERR_SYNAPSE_UNKNOWN_METHOD', { name: 'UnknownMethodError', method: 'tuoble', available: expect.arrayContaining(['double', 'fetch']) }],
  ['ERR_SYNAPSE_SERIALIZATION', { name: 'SerializationError', path: 'result.x' }],
  ['ERR_SYNAPSE_UNSUPPORTED_CALL', { name: 'UnsupportedCallError', method: 'tuoble', used: 'send' }],
  ['ERR_SYNAPSE_STALE_HANDLE', { name: 'StaleHandleError' }],
  ['ERR_SYNAPSE_CANCELLED', { name: 'CancelledError', method: 'tuoble' }],
  ['ERR_SYNAPSE_OF_LATER', { name: 'SynapseError' }],
])('with the code %s is an error of this library', async (code, expected) => {
  const error = await fail({ type: 'Any', module: 'synapse_py.errors', message: 'what and why', code, path: 'result.x' }, 'tuoble');
  expect(error).toMatchObject({ ...expected, code, message: 'what and why' });
});

it('that is not whole still settles its call', async () => {
  expect(await fail({})).toMatchObject({ name: 'PythonError(Exception)', message: '' });
  expect(await fail([1])).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION' });
});

it('has whole numbers in it as numbers, whatever the option int says', async () => {
  const worker = new FakeWorker({ int: 'bigint' });
  const [failed, fine] = [rejection<PythonError>(worker.send('fetch')), worker.send('fetch')];
  worker.error(2, { type: 'ValueError', message: '', frames: [['main.py', 3, 'f', null]] });
  worker.result(4, 3);
  expect((await failed).frames[0]?.line).toBe(3);
  expect(await fine).toBe(3n);
});
