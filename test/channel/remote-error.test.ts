import { PythonError, RemoteError } from '../../src/call-errors';
import { Payloads } from '../../src/channel/payloads';
import { readError } from '../../src/channel/remote-error';
import { Encoder } from '../../src/protocol/encoder';
import { KIND, readMessage, writeMessage } from '../../src/protocol/message';
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
    remoteStack: 'Traceback ...',
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

describe('of a worker in another language', () => {
  /** Reads an error message as a host does. */
  function read(error: Record<string, unknown>, language = 'javascript'): RemoteError {
    const message = readMessage(Buffer.concat(writeMessage([KIND.error, 2], new Encoder('rich').encode(error, 'error'))));
    return readError(new Payloads({ int: 'auto' }), message, { method: 'f', used: 'send', methods: new Map(), language }) as RemoteError;
  }

  it('is a RemoteError with its class in its name, its stack and its causes', () => {
    const cause = { type: 'Error', message: 'why', traceback: 'Error: why\n    at g', cause: { message: 'first' } };
    const error = read({ type: 'RangeError', message: 'too far', traceback: 'RangeError: too far\n    at f', cause });
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).not.toBeInstanceOf(PythonError);
    expect(error).toMatchObject({
      name: 'RemoteError(RangeError)',
      type: 'RangeError',
      message: 'too far',
      code: 'ERR_SYNAPSE_REMOTE',
      remoteStack: 'RangeError: too far\n    at f',
    });
    const inner = error.cause as RemoteError;
    expect(inner).toMatchObject({ name: 'RemoteError(Error)', message: 'why', stack: 'RemoteError(Error): why' });
    expect(inner.cause).toMatchObject({ name: 'RemoteError(Error)', message: 'first', remoteStack: '' });
  });

  it('is one of this library where it has a code, and a PythonError where the language is Python', () => {
    expect(read({ message: 'x', code: 'ERR_SYNAPSE_UNKNOWN_METHOD', available: ['g'] })).toMatchObject({
      name: 'UnknownMethodError',
      available: ['g'],
    });
    expect(read({ type: 'ValueError', message: 'x' }, 'python')).toBeInstanceOf(PythonError);
  });
});
