import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { MergedOutput } from '../../src/process/merged-output';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

it('gives what its sources give, in the order of arrival, and ends when it is told to', async () => {
  const merged = new MergedOutput();
  const [one, other] = [new PassThrough(), new PassThrough()];
  merged.follow(one);
  const seen: string[] = [];
  merged.on('data', (chunk) => seen.push(String(chunk)));
  one.write('a');
  await nextTurn();
  merged.add(Buffer.from('b'), other);
  one.end('c');
  await nextTurn();
  expect(merged.readableEnded).toBe(false);
  merged.finish();
  merged.add(Buffer.from('too late'), other);
  await once(merged, 'end');
  expect(seen).toEqual(['a', 'b', 'c']);
});

it('holds its sources back while the reader is behind, and drops nothing', async () => {
  const merged = new MergedOutput();
  const [one, other] = [new PassThrough(), new PassThrough()];
  merged.follow(one);
  const large = Buffer.alloc(merged.readableHighWaterMark);
  one.write(large);
  await nextTurn();
  merged.add(large, other);
  expect([one.isPaused(), other.isPaused()]).toEqual([true, true]);
  let bytes = 0;
  merged.on('data', (chunk) => {
    bytes += chunk.length;
  });
  one.end('more');
  await once(one, 'end');
  expect([bytes, one.isPaused(), other.isPaused()]).toEqual([2 * large.length + 4, false, false]);
});
