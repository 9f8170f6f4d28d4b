import { PythonError } from '../src/call-errors';
import { FrameError, FrameTooLargeError, InvalidOptionError, NotReadyError, SynapseError, WorkerCrashedError } from '../src/errors';

it('gives each error its name and code, so that logs and programs can tell them apart', () => {
  const error = new FrameTooLargeError(9, 4, 'too large');
  expect([error.name, error.code, String(error)]).toEqual([
    'FrameTooLargeError',
    'ERR_SYNAPSE_FRAME_TOO_LARGE',
    'FrameTooLargeError: too large',
  ]);
  expect(error.stack).toContain('errors.test.ts');
});

it('keeps the cause', () => {
  const cause = new Error('below');
  expect(new SynapseError('above', { cause }).cause).toBe(cause);
});

describe('instanceof', () => {
  it('follows the tree', () => {
    const error = new FrameTooLargeError(9, 4, 'too large');
    expect([SynapseError, FrameError, FrameTooLargeError, Error].map((each) => error instanceof each)).toEqual([true, true, true, true]);
    expect(error instanceof NotReadyError).toBe(false);
    expect(new FrameError('torn') instanceof FrameTooLargeError).toBe(false);
  });

  it('holds for the same class of another copy of the package', () => {
    let copy: typeof import('../src/errors') | undefined;
    jest.isolateModules(() => {
      copy = jest.requireActual<typeof import('../src/errors')>('../src/errors');
    });
    expect(copy?.NotReadyError).not.toBe(NotReadyError);
    const foreign = new (copy as NonNullable<typeof copy>).NotReadyError('created', 'not yet');
    expect(foreign instanceof NotReadyError && foreign instanceof SynapseError).toBe(true);
    expect(foreign instanceof WorkerCrashedError).toBe(false);
  });

  it('holds for errors of Python by their class, though each has the name of its exception', () => {
    const details = { type: 'KeyError', module: 'builtins', traceback: '', frames: [], cause: undefined, notes: [], errors: [] };
    const error = new PythonError("'k'", details);
    expect([error instanceof PythonError, error instanceof SynapseError, error instanceof FrameError]).toEqual([true, true, false]);
    expect([error.name, String(error)]).toEqual(['PythonError(KeyError)', "PythonError(KeyError): 'k'"]);
  });

  it('refuses everything else', () => {
    for (const other of [new Error('x'), { code: 'ERR_SYNAPSE' }, null, undefined, 'ERR_SYNAPSE'])
      expect(other instanceof SynapseError).toBe(false);
  });

  it('tells a subclass of the user from its base', () => {
    class Mine extends InvalidOptionError {}
    expect(new Mine('a', 'b') instanceof InvalidOptionError).toBe(true);
    expect(new Mine('a', 'b') instanceof Mine).toBe(true);
    expect(new InvalidOptionError('a', 'b') instanceof Mine).toBe(false);
  });
});
