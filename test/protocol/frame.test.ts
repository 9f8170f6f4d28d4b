import fc from 'fast-check';
import { FrameTooLargeError } from '../../src/errors';
import { type Frame, FrameReader, FrameWriter, joinNeighbours, MAX_COPIED_BYTES } from '../../src/protocol/frame';
import { load } from '../support/vectors';

const vectors = load<{
  frames: { name: string; bodies: string[]; hex: string }[];
  torn: { name: string; hex: string }[];
  too_large: { name: string; limit: number; size: number; hex: string }[];
}>('frames.json');
const NO_LIMIT = 2 ** 32 - 1;

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function readAll(chunks: Uint8Array[], limit = NO_LIMIT): string[] {
  const bodies: string[] = [];
  const reader = new FrameReader(limit, (body) => bodies.push(hex(body)));
  for (const chunk of chunks) reader.push(chunk);
  return bodies;
}

describe('FrameReader', () => {
  test.each(vectors.frames)('reads the golden frames: $name', ({ bodies, hex: stream }) => {
    expect(readAll([Buffer.from(stream, 'hex')])).toEqual(bodies);
  });

  test.each(vectors.torn)('gives out nothing of a frame that is not whole: $name', ({ hex: stream }) => {
    expect(readAll([Buffer.from(stream, 'hex')])).toEqual([]);
  });

  test.each(vectors.too_large)('refuses a body beyond the limit before it makes room for it: $name', ({ hex: stream, limit, size }) => {
    const bytes = Buffer.from(stream, 'hex');
    for (const chunks of [[bytes], [...bytes].map((byte) => Uint8Array.of(byte))]) {
      const refused = expect(() => readAll(chunks, limit));
      refused.toThrow(FrameTooLargeError);
      refused.toThrow(expect.objectContaining({ code: 'ERR_SYNAPSE_FRAME_TOO_LARGE', size, limit }));
    }
  });

  it('reads the same bodies in whatever chunks the stream comes', () => {
    const chunked = fc.tuple(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 30 })));
    fc.assert(
      fc.property(chunked, ([bodies, sizes]) => {
        const writer = new FrameWriter(NO_LIMIT);
        let rest = Buffer.concat(bodies.flatMap((body) => [...writer.frame([body])]));
        const chunks: Buffer[] = [];
        for (const size of sizes) {
          chunks.push(rest.subarray(0, size));
          rest = rest.subarray(size);
        }
        expect(readAll([...chunks, rest])).toEqual(bodies.map(hex));
      }),
    );
  });

  it('copies no byte of a body that lies whole in one chunk', () => {
    const chunk = Buffer.from([2, 0, 0, 0, 7, 8]);
    const bodies: Uint8Array[] = [];
    new FrameReader(NO_LIMIT, (body) => bodies.push(body)).push(chunk);
    chunk[4] = 9;
    expect([...(bodies[0] as Uint8Array)]).toEqual([9, 8]);
  });

  it('makes room once for a body in many chunks', () => {
    const allocate = jest.spyOn(Buffer, 'allocUnsafeSlow');
    const bodies: Uint8Array[] = [];
    const reader = new FrameReader(NO_LIMIT, (body) => bodies.push(body));
    reader.push(Buffer.from([0, 0, 1, 0]));
    for (let i = 0; i < 65536; i++) reader.push(Uint8Array.of(1));
    expect(bodies).toHaveLength(1);
    expect(allocate.mock.calls).toEqual([[65536]]);
    allocate.mockRestore();
  });
});

describe('FrameWriter', () => {
  test.each(vectors.frames)('writes the golden frames: $name', ({ bodies, hex: stream }) => {
    const writer = new FrameWriter(NO_LIMIT);
    const frames = bodies.flatMap((body) => [...writer.frame([Buffer.from(body, 'hex')])]);
    expect(hex(Buffer.concat(frames))).toBe(stream);
  });

  it('keeps small frames apart from what the caller does with the memory afterwards', () => {
    const body = Uint8Array.of(1, 2, 3);
    const frame = new FrameWriter(NO_LIMIT).frame([body]);
    body.fill(9);
    expect(hex(Buffer.concat(frame))).toBe('03000000010203');
  });

  it('does not copy a large body', () => {
    const body = new Uint8Array(MAX_COPIED_BYTES + 1);
    const frame = new FrameWriter(NO_LIMIT).frame([Uint8Array.of(1), body]);
    expect(frame[2]).toBe(body);
    expect(Buffer.concat(frame).readUInt32LE(0)).toBe(MAX_COPIED_BYTES + 2);
  });

  it('refuses a body beyond the limit', () => {
    const writer = new FrameWriter(4);
    expect(() => writer.frame([new Uint8Array(3), new Uint8Array(2)])).toThrow(
      expect.objectContaining({ code: 'ERR_SYNAPSE_FRAME_TOO_LARGE', size: 5, limit: 4 }),
    );
    expect(hex(Buffer.concat(writer.frame([new Uint8Array(4)])))).toBe('0400000000000000');
  });
});

describe('joinNeighbours', () => {
  it('makes one piece of frames that lie side by side, and changes no byte of any others', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 50 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(bodies, fc.array(fc.boolean()), (all, dropped) => {
        const writer = new FrameWriter(NO_LIMIT);
        const frames: Frame[] = all.map((body) => writer.frame([body]));
        const kept = frames.filter((_, index) => !dropped[index]).flat();
        expect(hex(Buffer.concat(joinNeighbours(kept)))).toBe(hex(Buffer.concat(kept)));
        expect(joinNeighbours(frames.flat())).toHaveLength(1);
      }),
    );
  });
});

it('tells where the bytes of a large body belong, and leaves those that are there where they are', () => {
  const content = Buffer.alloc(200_000, 'abc');
  const bodies: Uint8Array[] = [];
  const reader = new FrameReader(NO_LIMIT, (body) => bodies.push(body));
  expect(reader.room).toBeUndefined();
  const header = Buffer.alloc(4);
  header.writeUInt32LE(content.length);
  reader.push(Buffer.concat([header, content.subarray(0, 1000)]));
  const room = reader.room as Uint8Array;
  expect(room.length).toBe(content.length - 1000);
  room.set(content.subarray(1000, 150_000));
  reader.push(room.subarray(0, 149_000));
  expect(reader.room?.length).toBe(50_000);
  reader.push(content.subarray(150_000));
  expect(bodies.map((body) => Buffer.compare(body, content))).toEqual([0]);
  expect(bodies[0]?.buffer).toBe(room.buffer);
  expect(reader.room).toBeUndefined();
});
