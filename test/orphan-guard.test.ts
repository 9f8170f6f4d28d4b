import { onExit } from 'signal-exit';
import { guardAgainstOrphans } from '../src/orphan-guard';

const ended: string[] = [];
let sent: jest.SpyInstance;
let unguard: () => void;

beforeEach(() => {
  ended.length = 0;
  sent = jest.spyOn(process, 'kill').mockReturnValue(true);
});

afterEach(() => {
  unguard();
  sent.mockRestore();
  expect(process.listenerCount('SIGTERM')).toBe(0);
});

const guard = (): void => {
  unguard = guardAgainstOrphans(() => ended.push('worker'));
};
const signal = (): unknown => process.emit('SIGTERM', 'SIGTERM');
const stop = (): unknown => ended.push('handler');

it('ends what remains, then the program by the signal, where nobody handles it', () => {
  guard();
  signal();
  expect(ended).toEqual(['worker']);
  expect(sent.mock.calls).toEqual([[process.pid, 'SIGTERM']]);
});

it.each<[string, () => void]>([
  ['stays', () => process.on('SIGTERM', stop)],
  ['was added for once', () => process.once('SIGTERM', stop)],
  ['was added for once before all others', () => process.prependOnceListener('SIGTERM', stop)],
  [
    'takes itself off',
    () => {
      const stopOnce = (): void => {
        process.off('SIGTERM', stopOnce);
        stop();
      };
      process.on('SIGTERM', stopOnce);
    },
  ],
])('lets a handler decide that %s, whether it was there before or came later', (_, add) => {
  for (const isBefore of [true, false]) {
    if (isBefore) add();
    guard();
    if (!isBefore) add();
    signal();
    expect([ended.splice(0), sent.mock.calls]).toEqual([['handler'], []]);
    process.off('SIGTERM', stop);
    unguard();
  }
});

it('ends the program by the next signal when the handler is gone, or sends the signal anew', async () => {
  const handler = (): void => {
    process.off('SIGTERM', handler);
    process.kill(process.pid, 'SIGTERM');
  };
  process.on('SIGTERM', handler);
  guard();
  signal();
  expect([ended, sent.mock.calls.length]).toEqual([[], 1]);
  await Promise.resolve();
  signal();
  expect([ended, sent.mock.calls.length]).toEqual([['worker'], 2]);
});

it('is not mistaken for a handler by another copy of the library, nor by signal-exit', async () => {
  jest.resetModules();
  const copy = await import('../src/orphan-guard');
  const unguardOther = copy.guardAgainstOrphans(() => ended.push('worker of the other'));
  const remove = onExit(() => void ended.push('signal-exit'));
  guard();
  signal();
  expect(ended.sort()).toEqual(['signal-exit', 'worker', 'worker of the other']);
  expect(sent).toHaveBeenCalledWith(process.pid, 'SIGTERM');
  unguardOther();
  remove();
});

it('ends what remains when the program exits by itself, and has no hook left when nothing remains', () => {
  guard();
  const done = guardAgainstOrphans(() => ended.push('another'));
  done();
  process.emit('exit', 0);
  expect(ended).toEqual(['worker']);
  unguard();
  process.emit('exit', 0);
  expect(ended).toEqual(['worker']);
  expect(process.listenerCount('removeListener')).toBe(0);
});
