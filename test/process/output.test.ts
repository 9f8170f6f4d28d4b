import { once } from 'node:events';
import fc from 'fast-check';
import { LineSplitter, OutputStream, OutputTail } from '../../src/process/output';

const MEGABYTE = 1024 * 1024;
const never = () => {
  throw new Error('nobody was held back');
};

describe('OutputStream', () => {
  it('keeps what was printed for a reader that comes later', async () => {
    const stream = new OutputStream();
    stream.add(Buffer.from('early '), never);
    stream.add(Buffer.from('words'), never);
    stream.finish();
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('early words');
  });

  it('never holds the module back without a reader, and keeps almost a megabyte', async () => {
    const stream = new OutputStream();
    for (let i = 0; i < 100; i++) expect(stream.add(Buffer.alloc(MEGABYTE / 4, i), never)).toBe(true);
    stream.finish();
    const kept: number[] = [];
    for await (const chunk of stream) kept.push(chunk[0]);
    expect(kept).toEqual([97, 98, 99]);
  });

  it('bounds the memory of many tiny pieces too', async () => {
    const stream = new OutputStream();
    for (let i = 0; i < 100_000; i++) stream.add(Buffer.from('x'), never);
    stream.finish();
    let pieces = 0;
    for await (const piece of stream) pieces += piece.length;
    expect(pieces).toBeLessThan(10_000);
  });

  it('holds the module back for a reader that is behind, loses nothing, and lets it go on', async () => {
    const stream = new OutputStream();
    let read = 0;
    stream.on('data', (chunk: Buffer) => (read += chunk.length));
    stream.pause();
    const hasRoom = new Promise<void>((resolve) => {
      expect(stream.add(Buffer.alloc(2 * MEGABYTE), resolve)).toBe(false);
    });
    stream.resume();
    await hasRoom;
    stream.finish();
    await once(stream, 'end');
    expect(read).toBe(2 * MEGABYTE);
  });
});

describe('OutputTail', () => {
  it('gives back little as it is', () => {
    const tail = new OutputTail();
    tail.add(Buffer.from('one\n'));
    tail.add(Buffer.from('two\n'));
    expect(tail.toString()).toBe('one\ntwo');
  });

  it('keeps the last whole lines of much, in bounded memory', () => {
    const tail = new OutputTail();
    for (let i = 0; i < 5000; i++) tail.add(Buffer.from(`line ${i}\n`));
    const lines = tail.toString().split('\n');
    expect(lines.at(-1)).toBe('line 4999');
    expect(lines[0]).toMatch(/^line \d+$/);
    expect(tail.toString().length).toBeLessThan(40_000);
    tail.add(Buffer.concat([Buffer.alloc(10 * MEGABYTE, 'x'), Buffer.from('\nthe end')]));
    expect(tail.toString()).toBe('the end');
  });
});

describe('LineSplitter', () => {
  function split(chunks: Uint8Array[]): string[] {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (const chunk of chunks) splitter.add(chunk);
    splitter.finish();
    return lines;
  }

  it('finds the same lines in whatever chunks they come', () => {
    const text = fc.array(
      fc.string({ unit: 'grapheme' }).map((line) => line.replace(/[\r\n]/g, '')),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 9 })), (lines, sizes) => {
        let rest = Buffer.from(`${lines.join('\n')}\n`);
        const chunks: Buffer[] = [];
        for (const size of sizes) {
          chunks.push(rest.subarray(0, size));
          rest = rest.subarray(size);
        }
        expect(split([...chunks, rest])).toEqual(lines);
      }),
    );
  });

  it('strips the line ends of Windows, and gives out a last line without an end', () => {
    expect(split([Buffer.from('a\r\nb\r'), Buffer.from('\nc')])).toEqual(['a', 'b', 'c']);
  });

  it('gives out an endless line in pieces', () => {
    const pieces = split(new Array(64).fill(Buffer.alloc(16 * 1024, 'x')));
    expect(pieces.join('')).toHaveLength(MEGABYTE);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(80 * 1024);
  });
});
