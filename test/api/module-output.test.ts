import { PassThrough } from 'node:stream';
import { ModuleOutput } from '../../src/api/module-output';
import type { LogLine } from '../../src/channel/log-lines';

const text = (stream: { read(): unknown }) => String(stream.read() ?? '');

function open(logs: ConstructorParameters<typeof ModuleOutput>[0] = 'pipe') {
  const lines: LogLine[] = [];
  return {
    lines,
    output: new ModuleOutput(
      logs,
      (line) => lines.push(line),
      () => true,
    ),
  };
}

it('gives bytes of a pipe to its stream, and by line', () => {
  const { output, lines } = open();
  const worker = output.worker();
  worker.onBytes('stdout', Buffer.from('a\nb'), () => undefined);
  worker.onBytes('stderr', Buffer.from('c\n'), () => undefined);
  worker.onEnd();
  expect([text(output.stdout), text(output.stderr)]).toEqual(['a\nb', 'c\n']);
  expect(lines).toEqual([
    { stream: 'stdout', line: 'a' },
    { stream: 'stderr', line: 'c' },
    { stream: 'stdout', line: 'b' },
  ]);
});

it('gives what was printed inside calls to the stream, and does not cut it into lines once more', () => {
  const { output, lines } = open();
  const worker = output.worker();
  worker.onPrinted('stdout', Buffer.from('a\n'));
  worker.onLine({ stream: 'stdout', line: 'a', call: 2 });
  expect(text(output.stdout)).toBe('a\n');
  expect(lines).toEqual([{ stream: 'stdout', line: 'a', call: 2 }]);
});

it('also writes to the stream that logs names, and nowhere when they are ignored', () => {
  const logs = new PassThrough();
  const named = open(logs).output;
  const ignored = open('ignore').output;
  for (const output of [named, ignored]) output.worker().onPrinted('stdout', Buffer.from('a\n'));
  expect([text(logs), text(named.stdout), text(ignored.stdout)]).toEqual(['a\n', 'a\n', '']);
});

it('holds back what prints faster than the stream that logs names takes it, until it has caught up or is gone', async () => {
  const large = Buffer.alloc(1024 * 1024);
  for (const mend of [(logs: PassThrough) => logs.resume(), (logs: PassThrough) => logs.destroy()]) {
    const logs = new PassThrough();
    const worker = open(logs).output.worker();
    let isHeldBack: boolean | undefined;
    const hasRoom = new Promise<void>((resolve) => {
      isHeldBack = !worker.onBytes('stdout', large, resolve);
    });
    expect([isHeldBack, logs.listenerCount('drain')]).toEqual([true, 1]);
    mend(logs);
    await hasRoom;
    expect(logs.listenerCount('drain')).toBe(0);
  }
});

it('bounds what waits for readers that are behind, although answers are not held back with it', () => {
  const logs = new PassThrough();
  const { output } = open(logs);
  output.stdout.on('data', () => undefined).pause();
  const worker = output.worker();
  for (let count = 0; count < 200; count++) worker.onPrinted('stdout', Buffer.alloc(1024 * 1024, count));
  let size = 0;
  let last: number | undefined;
  for (let chunk = output.stdout.read(); chunk !== null; chunk = output.stdout.read()) {
    size += chunk.length;
    last = chunk.at(-1);
  }
  const megabytes = [size, logs.writableLength + logs.readableLength].map((bytes) => Math.round(bytes / 1024 / 1024));
  expect([megabytes[0], last]).toEqual([expect.any(Number), 199]);
  for (const each of megabytes) expect(each).toBeLessThan(20);
});

it('keeps the lines of several workers apart', () => {
  const { output, lines } = open();
  const workers = [output.worker(), output.worker()];
  for (const part of ['a', 'b\n']) {
    for (const [index, worker] of workers.entries())
      worker.onBytes('stdout', Buffer.from(`${part.trimEnd()}${index}${part.endsWith('\n') ? '\n' : ''}`), () => undefined);
  }
  expect(lines.map(({ line }) => line)).toEqual(['a0b0', 'a1b1']);
});

it('holds back every worker that prints faster than its reader reads, and lets all of them go on', () => {
  const { output } = open();
  output.stdout.on('readable', () => undefined);
  const large = Buffer.alloc(2 * 1024 * 1024);
  const wentOn: number[] = [];
  const passed = [0, 1].map((index) => output.worker().onBytes('stdout', large, () => wentOn.push(index)));
  expect(passed).toEqual([false, false]);
  while (output.stdout.read() !== null);
  expect(wentOn).toEqual([0, 1]);
});
