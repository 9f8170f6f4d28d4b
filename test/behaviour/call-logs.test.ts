import { once } from 'node:events';
import { join } from 'node:path';
import type { Synapse } from '../../src/api/synapse';
import type { LogLine } from '../../src/index';
import { FIXTURES, makeForFixture, spawnFixture } from '../support/fixture';

/** Calls a method and gives the lines that were told until its answer. */
async function linesOf(synapse: Synapse, method: string, ...args: unknown[]): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  const collect = (line: LogLine) => lines.push(line);
  synapse.on('log', collect);
  await synapse.py[method]?.(...args);
  synapse.off('log', collect);
  return lines;
}

it('what a function prints carries its call, and comes before its answer', async () => {
  const synapse = await spawnFixture('prints-in-calls');
  const lines = await linesOf(synapse, 'prints', 'hello');
  expect(lines).toEqual([
    { stream: 'stdout', line: 'hello', call: expect.any(Number), method: 'prints' },
    { stream: 'stderr', line: 'to stderr hello', call: lines[0]?.call, method: 'prints' },
  ]);
  expect((await linesOf(synapse, 'prints', 'again'))[0]?.call).not.toBe(lines[0]?.call);
});

it('calls that go on together are told apart', async () => {
  const synapse = await spawnFixture('prints-in-calls');
  const lines: LogLine[] = [];
  synapse.on('log', (line) => lines.push(line));
  await Promise.all(['a', 'b', 'c'].map((each) => synapse.send('prints_async', each)));
  expect(new Set(lines.map(({ call }) => call)).size).toBe(3);
});

it('what is printed without an end of line comes at the end of the call', async () => {
  const synapse = await spawnFixture('prints-in-calls');
  expect(await linesOf(synapse, 'without_end', 'half')).toEqual([expect.objectContaining({ line: 'half', method: 'without_end' })]);
});

it('prints outside of calls carry none', async () => {
  const synapse = makeForFixture();
  const line = once(synapse, 'log');
  await synapse.spawn(join(FIXTURES, 'prints-in-calls'));
  expect(await line).toEqual([{ stream: 'stdout', line: 'while loading' }]);
});

it('log records come with level and logger, as far as logging is configured to show them', async () => {
  const synapse = await spawnFixture('prints-in-calls');
  expect(await linesOf(synapse, 'logs')).toEqual([
    { stream: 'stderr', line: 'low stock: 3', level: 'warning', logger: 'shop', call: expect.any(Number), method: 'logs' },
  ]);
  expect(await linesOf(synapse, 'configures')).toEqual([
    expect.objectContaining({ line: 'DEBUG|detail', level: 'debug' }),
    expect.objectContaining({ line: 'ERROR|broken', level: 'error' }),
  ]);
});

it('warnings and current_call().log carry the call too', async () => {
  const synapse = await spawnFixture('prints-in-calls');
  expect((await linesOf(synapse, 'warns'))[0]).toMatchObject({
    stream: 'stderr',
    method: 'warns',
    line: expect.stringContaining('deprecated'),
  });
  expect(await linesOf(synapse, 'through_call')).toEqual([
    expect.objectContaining({ line: 'told', level: 'warning', method: 'through_call' }),
  ]);
});

it('what is printed in calls also comes out of stdout and stderr as bytes', async () => {
  const synapse = await spawnFixture('prints-in-calls');
  await synapse.send('prints', 'bytes');
  await synapse.dispose();
  const [out, err] = await Promise.all([synapse.stdout.toArray(), synapse.stderr.toArray()]);
  expect(Buffer.concat(out).toString()).toBe('while loading\nbytes\n');
  expect(Buffer.concat(err).toString()).toBe('to stderr bytes\n');
});
