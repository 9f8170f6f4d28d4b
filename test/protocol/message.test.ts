import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { FrameError } from '../../src/errors';
import { type Encoded, Encoder } from '../../src/protocol/encoder';
import { FrameWriter, MAX_COPIED_BYTES } from '../../src/protocol/frame';
import { hostHello, KIND, parseHello, readMessage, writeMessage } from '../../src/protocol/message';
import { type EncodingRow, encodingOf, load } from '../support/vectors';

interface MessageRow {
  name: string;
  header: unknown[];
  payload: string | null;
  buffers: string[];
  body: string;
}

const vectors = load<{
  hello: (EncodingRow & { value: unknown[] })[];
  refused: { name: string; value: unknown }[];
  messages: MessageRow[];
  refused_messages: { name: string; body: string }[];
}>('messages.json');

const bytes = (hex: string) => Buffer.from(hex, 'hex');
const hex = (part: Uint8Array) => Buffer.from(part).toString('hex');

function encodedOf({ payload, buffers }: MessageRow): Encoded | undefined {
  return payload === null ? undefined : { payload: bytes(payload), buffers: buffers.map(bytes) };
}

test.each(vectors.messages)('writes the golden message: $name', (row) => {
  expect(hex(Buffer.concat(writeMessage(row.header, encodedOf(row))))).toBe(row.body);
});

test.each(vectors.messages)('reads the golden message: $name', (row) => {
  const message = readMessage(bytes(row.body));
  const [kind, id, ...rest] = row.header;
  const withNil = kind === KIND.call && rest.length === 1 && row.buffers.length > 0 ? [...rest, null] : rest;
  expect({ ...message, rest: [...message.rest] }).toMatchObject({ kind, id, rest: withNil });
  expect(hex(message.body.subarray(message.payloadStart, message.payloadEnd))).toBe(row.payload ?? '');
  expect(message.buffers.map(hex)).toEqual(row.buffers);
});

test.each(vectors.refused_messages)('refuses $name', ({ body }) => {
  expect(() => readMessage(bytes(body))).toThrow(FrameError);
  expect(() => readMessage(bytes(body))).toThrow(/none of this protocol \(.+\).*same version/);
});

it('has a golden message of every kind', () => {
  expect([...new Set(vectors.messages.map(({ header }) => header[0]))].sort()).toEqual(Object.values(KIND).sort());
});

it('puts each buffer where an array in it is aligned, whatever is before it', () => {
  const sizes = fc.tuple(fc.nat(20), fc.array(fc.nat(20), { minLength: 1 }), fc.string({ maxLength: 20 }));
  fc.assert(
    fc.property(sizes, ([payloadSize, bufferSizes, name]) => {
      const payload = { payload: new Uint8Array(payloadSize).fill(1), buffers: bufferSizes.map((size) => new Uint8Array(size).fill(2)) };
      const memory = Buffer.concat(writeMessage([KIND.event, 0, name], payload));
      const message = readMessage(new Uint8Array(memory));
      expect(message.rest).toEqual([name]);
      expect(message.payloadEnd - message.payloadStart).toBe(payloadSize);
      expect(message.buffers).toEqual(payload.buffers);
      expect(message.buffers.filter(({ byteOffset }) => byteOffset % 8 !== 0)).toEqual([]);
    }),
  );
});

it('leaves no part of a large body in memory that is used again', () => {
  const encoder = new Encoder('rich');
  const writer = new FrameWriter(2 ** 30);
  const sizes = [3, MAX_COPIED_BYTES - 8, MAX_COPIED_BYTES - 3, MAX_COPIED_BYTES + 5];
  for (const value of [...sizes.map((size) => 'x'.repeat(size)), { a: new Uint8Array(MAX_COPIED_BYTES), b: 'text' }]) {
    const expected = Buffer.concat(writeMessage([KIND.result, 2], encoder.encode(value, 'answer')).map((part) => Buffer.from(part)));
    const frame = writer.frame(writeMessage([KIND.result, 2], encoder.encode(value, 'answer')));
    writer.frame(writeMessage([KIND.error, 70_000, 'a longer header'], encoder.encode(['something', 'else'], 'answer')));
    expect(Buffer.concat(frame).subarray(4).equals(expected)).toBe(true);
  }
});

it('does not copy large parts', () => {
  const buffer = new Uint8Array(MAX_COPIED_BYTES);
  const payload = new Uint8Array(MAX_COPIED_BYTES + 1);
  expect(writeMessage([KIND.result, 2], { payload, buffers: [buffer] })).toEqual(expect.arrayContaining([payload, buffer]));
  const parts = writeMessage([KIND.result, 2], { payload, buffers: [buffer] });
  expect(parts.filter((part) => part === buffer || part === payload)).toHaveLength(2);
});

describe('the hello', () => {
  test.each(vectors.hello)('is taken: golden $name', (row) => {
    const nothing = { language: 'python', methods: new Map(), classes: [], constants: [], events: undefined, handler: false };
    expect(parseHello(encodingOf(row))).toEqual({ ...(row.value[2] as object), ...nothing });
  });

  test.each(vectors.refused)('is refused: $name', ({ value }) => {
    expect(() => parseHello(encode(value))).toThrow(FrameError);
  });

  it('of functions tells what they are', () => {
    const { body } = vectors.messages.find(({ name }) => name === 'a hello of functions') as MessageRow;
    const hello = parseHello(bytes(body));
    expect(hello).toMatchObject({ mode: 'rpc', python: '3.11.7', pid: 42, classes: ['Model'], constants: ['VERSION'], handler: false });
    expect([...hello.methods]).toEqual([
      [
        'predict',
        {
          response: 'result',
          concurrent: false,
          parameters: [{ name: 'row', kind: 'positional_or_keyword', required: true, annotation: 'list[float]' }],
          returns: 'float',
        },
      ],
    ]);
  });

  it('may have a method of any name', () => {
    const details = JSON.parse('{"__proto__": {"response": "stream", "concurrent": true, "parameters": [], "returns": null}}');
    const hello = parseHello(encode([0, 1, { mode: 'rpc', python: '3.9', pid: 1, methods: details }]));
    expect([...hello.methods.keys()]).toEqual(['__proto__']);
    expect(hello.methods.get('__proto__')?.response).toBe('stream');
  });

  test.each([
    ['a response of another kind', { methods: { f: { response: 'later', concurrent: false, parameters: [] } } }],
    ['a method without parameters', { methods: { f: { response: 'result', concurrent: false } } }],
    ['a parameter without a kind', { methods: { f: { response: 'result', concurrent: false, parameters: [['a']] } } }],
    ['classes that are no texts', { classes: [1] }],
    ['no pid', { pid: null }],
  ])('is refused with %s', (_, details) => {
    const whole = { mode: 'rpc', python: '3.11.7', pid: 1, ...details };
    expect(() => parseHello(encode([0, 1, whole]))).toThrow(/The worker's hello has .+, which must be .+: mend it as docs/);
  });

  it('tells an entry that wrote too early what it did', () => {
    expect(() => parseHello(encode({ status: 'ready' }))).toThrow(/before it read its first frame/);
    expect(() => parseHello(Buffer.from('hello world'))).toThrow(FrameError);
  });

  it('of the host is the golden one', () => {
    const { body } = vectors.messages.find(({ name }) => name === 'the hello of the host') as MessageRow;
    expect(hex(Buffer.concat(hostHello({ maxFrameBytes: 67108864, arrow: false })))).toBe(body);
  });
});
