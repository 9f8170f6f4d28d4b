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
  output.onBytes('stdout', Buffer.from('a\nb'), () => undefined);
  output.onBytes('stderr', Buffer.from('c\n'), () => undefined);
  output.endLines();
  expect([text(output.stdout), text(output.stderr)]).toEqual(['a\nb', 'c\n']);
  expect(lines).toEqual([
    { stream: 'stdout', line: 'a' },
    { stream: 'stderr', line: 'c' },
    { stream: 'stdout', line: 'b' },
  ]);
});

it('gives what was printed inside calls to the stream, and does not cut it into lines once more', () => {
  const { output, lines } = open();
  output.onPrinted('stdout', Buffer.from('a\n'));
  output.onLine({ stream: 'stdout', line: 'a', call: 2 });
  expect(text(output.stdout)).toBe('a\n');
  expect(lines).toEqual([{ stream: 'stdout', line: 'a', call: 2 }]);
});

it('also writes to the stream that logs names, and nowhere when they are ignored', () => {
  const logs = new PassThrough();
  const named = open(logs).output;
  const ignored = open('ignore').output;
  for (const output of [named, ignored]) output.onPrinted('stdout', Buffer.from('a\n'));
  expect([text(logs), text(named.stdout), text(ignored.stdout)]).toEqual(['a\n', 'a\n', '']);
});
