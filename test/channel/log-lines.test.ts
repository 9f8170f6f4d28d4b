import { KIND } from '../../src/protocol/message';
import { FakeWorker } from '../support/fake-worker';

const log = (call: number, level: string, text: string, logger: string | null = null) => [[KIND.log, call, level, logger], text] as const;

it('cuts what is printed into lines, each with its call, though calls print at the same time', async () => {
  const worker = new FakeWorker();
  void worker.send('double');
  void worker.send('fetch');
  worker.playAll([log(2, 'stdout', 'a'), log(4, 'stdout', 'x\ny'), log(2, 'stdout', 'b\r\nc\n'), log(4, 'stderr', 'warned\n')]);
  expect(worker.lines).toEqual([
    { stream: 'stdout', line: 'x', call: 4, method: 'fetch' },
    { stream: 'stdout', line: 'ab', call: 2, method: 'double' },
    { stream: 'stdout', line: 'c', call: 2, method: 'double' },
    { stream: 'stderr', line: 'warned', call: 4, method: 'fetch' },
  ]);
  expect(worker.printed).toEqual([
    ['stdout', 'a'],
    ['stdout', 'x\ny'],
    ['stdout', 'b\r\nc\n'],
    ['stderr', 'warned\n'],
  ]);
});

it('takes the end of the call for the end of its last line', async () => {
  const worker = new FakeWorker();
  const call = worker.send('double');
  worker.playAll([log(2, 'stdout', 'no end'), [[KIND.result, 2], 1]]);
  await call;
  expect(worker.lines).toEqual([{ stream: 'stdout', line: 'no end', call: 2, method: 'double' }]);
});

it('gives out what has no end when the channel closes, and lines that grow without one', () => {
  const worker = new FakeWorker();
  worker.playAll([log(0, 'stdout', 'x'.repeat(70_000)), log(0, 'stderr', 'rest')]);
  expect(worker.lines).toEqual([{ stream: 'stdout', line: 'x'.repeat(70_000) }]);
  worker.channel.close(() => new Error('over'), true);
  expect(worker.lines.at(-1)).toEqual({ stream: 'stderr', line: 'rest' });
});

it('gives a record of logging as one, with its level and logger, and also to standard error', () => {
  const worker = new FakeWorker();
  worker.playAll([log(0, 'warning', 'two\nlines', 'models.tree')]);
  expect(worker.lines).toEqual([{ stream: 'stderr', line: 'two\nlines', level: 'warning', logger: 'models.tree' }]);
  expect(worker.printed).toEqual([['stderr', 'two\nlines\n']]);
});

it('knows the method of a call that goes on after its receipt, and of a stream', () => {
  const worker = new FakeWorker();
  void worker.send('begin');
  void worker.stream('count').next();
  worker.play([KIND.ack, 2], null);
  worker.playAll([log(2, 'stdout', 'still\n'), log(4, 'stdout', 'counting\n')]);
  expect(worker.lines.map(({ method }) => method)).toEqual(['begin', 'count']);
});
