import { ChunkBuffer } from '../../src/channel/chunk-buffer';
import type { Message } from '../../src/protocol/message';

/** A chunk of some bytes that came with others in one read. */
function chunk(read: ArrayBuffer, size: number): Message {
  const body = new Uint8Array(read, 0, size);
  return { kind: 4, id: 2, rest: [], body, payloadStart: 2, payloadEnd: size, buffers: [] };
}

it('gives chunks in the order in which they came', () => {
  const buffer = new ChunkBuffer();
  const chunks = Array.from({ length: 5000 }, () => chunk(new ArrayBuffer(8), 8));
  for (const each of chunks.slice(0, 3000)) buffer.push(each);
  const taken = Array.from({ length: 2000 }, () => buffer.shift());
  for (const each of chunks.slice(3000)) buffer.push(each);
  while (buffer.size > 0) taken.push(buffer.shift());
  expect(taken.every((each, i) => each === chunks[i])).toBe(true);
  expect([taken.length, buffer.shift()]).toEqual([5000, undefined]);
});

it('does not hold on to the memory of later reads for a small chunk that waits', () => {
  const [first, second] = [new ArrayBuffer(64), new ArrayBuffer(64)];
  new Uint8Array(second).fill(9);
  const buffer = new ChunkBuffer();
  for (const each of [chunk(first, 8), chunk(first, 8), chunk(second, 8), chunk(second, 60)]) buffer.push(each);
  const [a, b, small, large] = [0, 1, 2, 3].map(() => buffer.shift()?.body);
  expect([a?.buffer, b?.buffer, large?.buffer]).toEqual([first, first, second]);
  expect(small?.buffer).not.toBe(second);
  expect([...(small ?? [])]).toEqual([9, 9, 9, 9, 9, 9, 9, 9]);
});
