import { isDeepStrictEqual } from 'node:util';
import { encode as reference } from '@msgpack/msgpack';
import type { Table } from 'apache-arrow';
import { SerializationError, SynapseError } from '../../src/errors';
import { findArrow } from '../../src/protocol/arrow';
import { Decoder, type Decoding } from '../../src/protocol/decoder';
import { Encoder } from '../../src/protocol/encoder';
import { NDArray } from '../../src/protocol/ndarray';
import { buffersOf, Columns, type EncodingRow, encodingOf, load, Referred, untag } from '../support/vectors';

const vectors = load<Record<'both_directions' | 'decode_only' | 'invalid', EncodingRow[]>>('values.json');
const AUTO: Decoding = {
  int: 'auto',
  handle: (id, kind, typeName, own) => new Referred(11, id, kind, typeName, ...(own.length > 0 ? [own] : [])),
  table: (stream) => Columns.of(findArrow()?.(stream) as Table),
};
const readable = [...vectors.both_directions, ...vectors.decode_only].filter(
  (row) => !row.typescript_only || !/\$(handle|function|stream)/.test(JSON.stringify(row)),
);

/** Bytes of no pool, so that byte strings in the value are of the class that golden ones are. */
function body(row: EncodingRow): Uint8Array {
  return Uint8Array.from(encodingOf(row));
}

function decode(bytes: Uint8Array, decoding = AUTO): unknown {
  return new Decoder('rich', decoding).decode(bytes);
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

test.each(readable)('reads the golden bytes as the golden value: $name', (row) => {
  const bytes = body(row);
  const decoded = new Decoder('rich', AUTO).decode(bytes, 0, bytes.length, buffersOf(row));
  const expected = untag(row.value);
  expect(decoded).toEqual(expected);
  expect(isDeepStrictEqual(decoded, expected)).toBe(true);
});

test.each(vectors.invalid)('refuses $name', (row) => {
  const bytes = body(row);
  const refused = expect(() => new Decoder('rich', AUTO).decode(bytes, 0, bytes.length, buffersOf(row)));
  refused.toThrow(SerializationError);
  refused.toThrow(/not one MessagePack value \(.+\): install the same version/);
});

describe('integers', () => {
  const bytes = (value: unknown) => Uint8Array.from(new Encoder('rich').encode(value, 'payload').payload);
  const all = [0, -1, 200, 2 ** 40, 2n ** 53n, -(2n ** 63n), 2n ** 64n, 2n ** 100n];

  it('are numbers while safe, else bigints, by default', () => {
    expect(decode(bytes(all))).toEqual(all);
  });

  it('are bigints always, where that is asked for, but not in shapes', () => {
    expect(decode(bytes(all), { int: 'bigint' })).toEqual(all.map(BigInt));
    expect(decode(bytes(1.5), { int: 'bigint' })).toBe(1.5);
    expect(decode(bytes(new NDArray(new Int8Array(6), [2, 3])), { int: 'bigint' })).toEqual(new NDArray(new Int8Array(6), [2, 3]));
  });

  it('are numbers always, where that is asked for', () => {
    expect(decode(bytes(all), { int: 'number' })).toEqual(all.map(Number));
  });

  it('refuse to become one key out of two by rounding', () => {
    const map = bytes(
      new Map([
        [2n ** 53n, 1],
        [2n ** 53n + 1n, 2],
      ]),
    );
    expect(() => decode(map, { int: 'number' })).toThrow(/two keys of a dict in it are the same value in JavaScript/);
    expect(() => decode(bytes(new Set([2n ** 53n, 2n ** 53n + 1n])), { int: 'number' })).toThrow(/two items of a set/);
  });
});

describe('memory', () => {
  it('of bytes is that of the body or of the buffer', () => {
    const whole = hex('c403010203');
    expect((decode(whole) as Uint8Array).buffer).toBe(whole.buffer);
    const buffer = Uint8Array.of(1, 2);
    expect(new Decoder('rich', AUTO).decode(hex('d40e00'), 0, 3, [buffer])).toBe(buffer);
  });

  it('of an array is that of the buffer if it is aligned, else a copy', () => {
    const payload = hex('c70c0f93a7666c6f61743634910200');
    const memory = new Float64Array([1, 2, 3]);
    const at = (offset: number) => {
      const buffer = new Uint8Array(memory.buffer, offset, 16);
      return new Decoder('rich', AUTO).decode(payload, 0, payload.length, [buffer]) as NDArray;
    };
    expect(at(8).data.buffer).toBe(memory.buffer);
    expect(at(8).toArray()).toEqual([2, 3]);
    expect(at(4).data.buffer).not.toBe(memory.buffer);
    expect(at(4).shape).toEqual([2]);
  });
});

describe('texts and keys', () => {
  it('are right also when many keys share a place in the memory for keys', () => {
    const decoder = new Decoder('rich', AUTO);
    const value = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index * 7919}`, index]));
    const bytes = reference(value);
    expect(isDeepStrictEqual(decoder.decode(bytes), value)).toBe(true);
    expect(isDeepStrictEqual(decoder.decode(bytes), value)).toBe(true);
  });

  it('turn an object into a Map at the first key that is no text', () => {
    expect(decode(hex('83a16101a16202c0c3'))).toEqual(
      new Map<unknown, unknown>([
        ['a', 1],
        ['b', 2],
        [null, true],
      ]),
    );
    expect(decode(hex(`82a9${Buffer.from('__proto__').toString('hex')}8101020102`))).toEqual(
      new Map<unknown, unknown>([
        ['__proto__', new Map([[1, 2]])],
        [1, 2],
      ]),
    );
    expect(decode(hex('8291019102a16180'))).toEqual(
      new Map<unknown, unknown>([
        [[1], [2]],
        ['a', {}],
      ]),
    );
  });

  it('cannot touch a prototype', () => {
    const decoded = decode(reference(JSON.parse('{"__proto__": {"polluted": 1}}'))) as object;
    expect(Object.keys(decoded)).toEqual(['__proto__']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
  });
});

it('limits nesting as the other side does', () => {
  const nested = (depth: number, unit: string) => hex(`${unit.repeat(depth)}c0`);
  for (const unit of ['91', '8101', '81a161']) {
    expect(() => decode(nested(256, unit))).not.toThrow();
    expect(() => decode(nested(257, unit))).toThrow(/nested deeper than 256 levels/);
  }
});

it('makes no room for what is only announced', () => {
  expect(() => decode(hex('ddffffffff'.repeat(200)))).toThrow(/cut short/);
  expect(() => decode(hex('dfffffffff'))).toThrow(/cut short/);
  expect(() => decode(hex('dbffffffff'))).toThrow(/cut short/);
  expect(() => decode(hex('c6ffffffff'))).toThrow(/cut short/);
});

test.each([
  ['an empty set', '92d50990c0'],
  ['a set', '93d6099101c0c0'],
  ['a tuple', '93d60a9101c0c0'],
])('does not take what is left of the extension of %s for the next items', (_, bytes) => {
  expect(() => decode(hex(bytes))).toThrow(/length|longer/);
});

it('never reads beyond the end that it is given', () => {
  const { payload } = new Encoder('rich').encode(
    { a: [1, 2.5, 'text', Uint8Array.of(1), new Date(5), 2n ** 40n, 2n ** 70n], b: new Set([1]) },
    'payload',
  );
  const bytes = Uint8Array.from(payload);
  for (let end = 0; end < bytes.length; end++) {
    expect(() => new Decoder('rich', AUTO).decode(bytes, 0, end)).toThrow(SerializationError);
  }
});

it('refuses a handle where there is nobody to make one, and lets errors of this library pass', () => {
  const handle = hex('c7110b9305a8696e7374616e6365a54d6f64656c');
  expect(() => decode(handle, { int: 'auto' })).toThrow(/handle to an object in Python/);
  const own = new SynapseError('closed');
  const fail = () => {
    throw own;
  };
  expect(() => decode(handle, { int: 'auto', handle: fail })).toThrow(own);
});

it('can be used within the making of a handle', () => {
  const decoder: Decoder = new Decoder('rich', { int: 'auto', handle: (id) => decoder.decode(reference({ id })) });
  for (let times = 0; times < 3; times++) {
    expect(decoder.decode(hex('92c7110b9305a8696e7374616e6365a54d6f64656c07'))).toEqual([{ id: 5 }, 7]);
  }
});

describe('in slices', () => {
  const large = Array.from({ length: 30_000 }, (_, id) => ({ id, name: `item ${id}`, tags: ['a', null], at: { x: id / 3 } }));

  it('gives a small value itself', () => {
    expect(new Decoder('rich', AUTO).decodeInSlices(reference([1]))).toEqual([1]);
    expect(() => new Decoder('rich', AUTO).decodeInSlices(hex('c1'))).toThrow(SerializationError);
  });

  it('gives a promise for a large one, and lets the event loop turn many times meanwhile', async () => {
    let turns = 0;
    const count = () => {
      turns++;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    const decoded = await new Decoder('rich', AUTO).decodeInSlices(reference(large));
    clearImmediate(timer);
    expect(decoded).toEqual(large);
    expect(turns).toBeGreaterThan(10);
  });

  it('counts long texts by their length', async () => {
    const texts = new Array(200).fill('x'.repeat(100_000));
    let turns = 0;
    const count = () => {
      turns++;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    expect(await new Decoder('rich', AUTO).decodeInSlices(reference(texts))).toEqual(texts);
    clearImmediate(timer);
    expect(turns).toBeGreaterThan(10);
  });

  it('does several at once, and others at once between, without mixing them up', async () => {
    const decoder = new Decoder('rich', AUTO);
    const values = [0, 1, 2].map((seed) => large.map((item) => ({ ...item, seed })));
    const decodings = values.map((value) => decoder.decodeInSlices(reference(value)));
    expect(decoder.decode(reference({ small: true }))).toEqual({ small: true });
    expect(await Promise.all(decodings)).toEqual(values);
  });

  it('rejects when the value turns out to be none', async () => {
    const bytes = reference(large);
    const decoder = new Decoder('rich', AUTO);
    await expect(decoder.decodeInSlices(bytes, 0, bytes.length - 1)).rejects.toThrow(/cut short/);
    await expect(decoder.decodeInSlices(Buffer.concat([bytes, Buffer.of(0)]))).rejects.toThrow(/1 bytes after it/);
    expect(await decoder.decodeInSlices(bytes)).toEqual(large);
  });
});
