import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { readDirectly } from '../../src/process/direct-output';

/** A process that prints so many bytes. */
function printer(size: number) {
  const child = spawn(process.execPath, ['-e', `process.stdout.write(Buffer.alloc(${size}, 7))`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const direct = readDirectly(child.stdout);
  if (!direct) throw new Error('no direct output');
  direct.stream.resume();
  return { child, ...direct };
}

it('puts bytes into the memory that is chosen', async () => {
  const { stream, reads } = printer(1_000_000);
  const memory = Buffer.alloc(1_000_000);
  let filled = 0;
  reads.chooseMemory = () => (filled < memory.length ? memory.subarray(filled) : undefined);
  reads.onBytes = (bytes) => {
    if (bytes.buffer === memory.buffer)
      filled += bytes.length; // the first read had its memory before any was chosen
    else filled += bytes.length && Buffer.from(bytes).copy(memory, filled);
  };
  await once(stream, 'end');
  expect([filled, memory.every((byte) => byte === 7)]).toEqual([1_000_000, true]);
});

it('gives bytes that stay as they are where no memory is chosen', async () => {
  const { stream, reads } = printer(300_000);
  const all: Uint8Array[] = [];
  reads.onBytes = (bytes) => all.push(bytes);
  await once(stream, 'end');
  expect(Buffer.concat(all).equals(Buffer.alloc(300_000, 7))).toBe(true);
});

it('closes what it was made of, so that the process is known to have ended', async () => {
  const { child, stream } = printer(10);
  await Promise.all([once(stream, 'close'), once(child, 'close')]);
});

it('leaves a stream that is no pipe of a process alone', () => {
  const stream = new PassThrough();
  expect(readDirectly(stream)).toBeUndefined();
  expect(stream.destroyed).toBe(false);
});
