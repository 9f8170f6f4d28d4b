import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import type { LogLine } from '../../src/index';
import { spawnFixture } from '../support/fixture';

async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

it('brings everything that is printed, by whatever means, out of stdout and stderr', async () => {
  const synapse = await spawnFixture('print-in-handler');
  await synapse.call(0);
  await synapse.dispose();
  expect((await readAll(synapse.stdout)).split('\n').sort()).toEqual(['', 'by a child', 'printed 0', 'to descriptor 1', 'written']);
  expect(await readAll(synapse.stderr)).toBe('warned\n');
});

it('emits each line as a log event with its stream', async () => {
  const synapse = await spawnFixture('print-in-handler');
  const lines: LogLine[] = [];
  synapse.on('log', (line) => lines.push(line));
  await synapse.call(0);
  await synapse.dispose();
  expect(lines).toContainEqual({ stream: 'stdout', line: 'printed 0' });
  expect(lines).toContainEqual({ stream: 'stdout', line: 'by a child' });
  expect(lines).toContainEqual({ stream: 'stderr', line: 'warned' });
  expect(lines).toHaveLength(5);
});

it('loses nothing that is printed at exit, a line without an end included', async () => {
  const synapse = await spawnFixture('prints-at-exit');
  const lines: string[] = [];
  synapse.on('log', ({ line }) => lines.push(line));
  await synapse.call(null);
  await synapse.dispose();
  expect(lines).toEqual(['part of a line, goodbye']);
});

it('neither blocks the module nor fills memory when 100 MB are printed and nobody listens', async () => {
  const synapse = await spawnFixture('flood');
  const before = process.memoryUsage.rss();
  expect(await synapse.call(100)).toBe(100);
  expect(process.memoryUsage.rss() - before).toBeLessThan(60 * 1024 * 1024);
  await synapse.dispose();
  expect((await readAll(synapse.stdout)).length).toBeLessThanOrEqual(1024 * 1024);
});

it('gives a reader every byte of a flood', async () => {
  const synapse = await spawnFixture('flood');
  const whole = readAll(synapse.stdout);
  await synapse.call(10);
  await synapse.dispose();
  expect(await whole).toHaveLength(10 * 1024 * 1024);
});

it('also writes to the stream that logs names', async () => {
  const logs = new PassThrough();
  const synapse = await spawnFixture('print-in-handler', { logs });
  await synapse.call(1);
  await synapse.dispose();
  expect(logs.read()?.toString()).toBe('printed 1\n');
});

it('leaves stdout empty when logs are ignored', async () => {
  const synapse = await spawnFixture('print-in-handler', { logs: 'ignore' });
  await synapse.call(1);
  const ended = once(synapse.stdout, 'end');
  await synapse.dispose();
  expect(await readAll(synapse.stdout)).toBe('');
  await ended;
});
