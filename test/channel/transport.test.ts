import { PassThrough, Writable } from 'node:stream';
import { StreamTransport } from '../../src/channel/transport';

function open(input: Writable = new PassThrough()) {
  const output = new PassThrough();
  const seen: string[] = [];
  const transport = new StreamTransport(input, output);
  transport.start({
    onChunk: (chunk) => seen.push(Buffer.from(chunk).toString()),
    onDrain: () => seen.push('drain'),
    onEnd: () => seen.push('end'),
  });
  return { transport, input, output, seen };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

it('writes the frames of one turn of the event loop together', async () => {
  const writes: string[][] = [];
  const input = new Writable({
    writev(chunks, done) {
      writes.push(chunks.map(({ chunk }) => chunk.toString()));
      done();
    },
  });
  const { transport } = open(input);
  const slab = Buffer.from('abc');
  transport.write([slab.subarray(0, 1)]);
  transport.write([slab.subarray(1, 2)]);
  await Promise.resolve();
  transport.write([Buffer.from('far away')]);
  await nextTurn();
  transport.write([slab.subarray(2)]);
  await nextTurn();
  expect(writes).toEqual([['ab', 'far away'], ['c']]);
});

it('writes what was sent before it ends', async () => {
  const { transport, input } = open();
  transport.write([Buffer.from('last words')]);
  transport.end();
  await nextTurn();
  expect((input as PassThrough).read().toString()).toBe('last words');
  expect(input.writableFinished).toBe(true);
});

it('asks to be spared when much is unwritten, and tells when it is written', async () => {
  let finishWrite: () => void = () => undefined;
  const { transport, seen } = open(new Writable({ write: (_chunk, _encoding, done) => (finishWrite = done) }));
  expect(transport.write([Buffer.alloc(3 * 1024 * 1024)])).toBe(true);
  await nextTurn();
  expect(transport.write([Buffer.alloc(3 * 1024 * 1024)])).toBe(false);
  await nextTurn();
  finishWrite();
  await nextTurn();
  finishWrite();
  await nextTurn();
  expect(seen).toEqual(['drain']);
  expect(transport.write([Buffer.from('x')])).toBe(true);
});

it('delivers bytes, then the end once', async () => {
  const { output, seen } = open();
  output.end('bytes');
  await nextTurn();
  output.destroy();
  await nextTurn();
  expect(seen).toEqual(['bytes', 'end']);
});

it('takes a broken pipe as the end, not as an exception', async () => {
  const { transport, input, output, seen } = open();
  input.destroy(new Error('EPIPE'));
  output.destroy(new Error('ECONNRESET'));
  await nextTurn();
  transport.write([Buffer.from('into the void')]);
  await nextTurn();
  expect(seen).toEqual(['end']);
});
