import { Table, tableFromArrays } from 'apache-arrow';
import { arrowCodec } from '../../src/codecs/arrow';
import type { Codec } from '../../src/codecs/codec';
import { msgpackCodec } from '../../src/codecs/msgpack';
import { rawCodec } from '../../src/codecs/raw';
import { rawChunksCodec } from '../../src/codecs/raw-chunks';
import { fromWire, toWire } from '../../src/codecs/wire';
import { SerializationError } from '../../src/errors';
import { Decoder } from '../../src/protocol/decoder';
import { Encoder } from '../../src/protocol/encoder';
import { Decimal } from '../../src/protocol/values';

const bytes = (...values: number[]) => Uint8Array.of(...values);

function thrownBy(action: () => unknown): SerializationError {
  try {
    action();
  } catch (error) {
    return error as SerializationError;
  }
  throw new Error('nothing was thrown');
}

describe('msgpackCodec', () => {
  it('brings values back by itself, large bytes among them', () => {
    const value = { n: 1, when: new Date(0), set: new Set([1]), price: new Decimal('1.10'), large: new Uint8Array(100_000).fill(7) };
    expect(msgpackCodec.deserialize(msgpackCodec.serialize(value))).toEqual(value);
  });

  it('gives bytes that stay as they are when the next value is serialized', () => {
    const first = msgpackCodec.serialize([1, 2]);
    msgpackCodec.serialize([3, 4]);
    expect(first).toEqual(bytes(0x92, 1, 2));
  });

  it('leaves a value in a call to the protocol', () => {
    const value = { callback: () => 1 };
    expect(toWire(msgpackCodec, value, 'arguments[0]')).toBe(value);
    expect(fromWire(msgpackCodec, value, 'result')).toBe(value);
  });

  it('is the same object with other types', () => {
    expect(msgpackCodec.as<{ a: number }>()).toBe(msgpackCodec);
    expect(msgpackCodec.name).toBe('msgpack');
  });

  it('names the path of what has no form, and says what is wrong with bytes', () => {
    expect(thrownBy(() => msgpackCodec.serialize({ items: [() => 1] }))).toMatchObject({
      code: 'ERR_SYNAPSE_SERIALIZATION',
      path: 'value.items[0]',
    });
    const error = thrownBy(() => msgpackCodec.deserialize(bytes(0x91)));
    expect([error instanceof SerializationError, error.message]).toEqual([
      true,
      expect.stringMatching(/^bytes cannot be read by the codec msgpack/),
    ]);
  });
});

describe('rawCodec', () => {
  it('gives and takes the very memory', () => {
    const own = bytes(1, 2);
    for (const same of [rawCodec.serialize(own), rawCodec.deserialize(own), toWire(rawCodec, own, 'x'), fromWire(rawCodec, own, 'x')]) {
      expect(same).toBe(own);
    }
  });

  it('copies nothing on its way into a message and out of it', () => {
    const own = new Uint8Array(100_000);
    const { payload, buffers } = new Encoder('rich').encodeArguments([toWire(rawCodec, own, 'arguments[0]')], undefined);
    expect(buffers[0]).toBe(own);
    const body = new Uint8Array(200_000);
    const [[arrived]] = new Decoder('rich', { int: 'auto' }).decode(payload, 0, payload.length, [body.subarray(8, 100_008)]) as [[unknown]];
    const value = fromWire(rawCodec, arrived, 'result') as Uint8Array;
    expect([value.buffer === body.buffer, value.byteOffset, value.length]).toEqual([true, 8, 100_000]);
  });

  test.each([
    ['a text', 'abc', 'a string'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['an array', [1], 'an array'],
    ['another view', new Float64Array(1), 'an instance of Float64Array'],
    ['a buffer', new ArrayBuffer(1), 'an instance of ArrayBuffer'],
  ])('refuses %s by the name of its type', (_, value, type) => {
    const message = expect.stringContaining(`it takes a Uint8Array, not ${type}`);
    expect(thrownBy(() => rawCodec.serialize(value as never))).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION', path: 'value', message });
    expect(thrownBy(() => toWire(rawCodec, value, 'arguments[0]'))).toMatchObject({ path: 'arguments[0]', message });
    expect(thrownBy(() => fromWire(rawCodec, value, 'result'))).toMatchObject({ path: 'result', message });
  });
});

describe('rawChunksCodec', () => {
  const chunks = [bytes(1, 2), bytes(), bytes(3)];

  it('joins the pieces by itself, and reads bytes as one', () => {
    expect(rawChunksCodec.serialize(chunks)).toEqual(bytes(1, 2, 3));
    expect(rawChunksCodec.deserialize(bytes(1, 2, 3))).toEqual([bytes(1, 2, 3)]);
  });

  it('keeps the pieces apart in a call, and takes one byte string for one piece', () => {
    expect(toWire(rawChunksCodec, chunks, 'arguments[0]')).toBe(chunks);
    expect(fromWire(rawChunksCodec, chunks, 'result')).toBe(chunks);
    expect(fromWire(rawChunksCodec, bytes(4), 'result')).toEqual([bytes(4)]);
  });

  it('says which item is no bytes', () => {
    const error = thrownBy(() => toWire(rawChunksCodec, [bytes(1), 'x'], 'arguments[0]'));
    expect(error).toMatchObject({ path: 'arguments[0]', message: expect.stringContaining('item 1 is a string') });
    expect(thrownBy(() => rawChunksCodec.serialize('x' as never)).message).toContain('not a string');
  });
});

describe('arrowCodec', () => {
  const table = tableFromArrays({ n: Int32Array.of(1, 2) });

  it('brings a table back by itself', () => {
    const back = arrowCodec.as<Table>().deserialize(arrowCodec.serialize(table));
    expect(back).toBeInstanceOf(Table);
    expect(back.toArray().map(String)).toEqual(table.toArray().map(String));
  });

  it('leaves a table in a call to the protocol, and reads a stream that a worker sends as bytes', () => {
    expect(toWire(arrowCodec, table, 'arguments[0]')).toBe(table);
    expect(fromWire(arrowCodec, table, 'result')).toBe(table);
    expect((fromWire(arrowCodec, arrowCodec.serialize(table), 'result') as Table).numRows).toBe(2);
  });

  it('refuses what is no table, and says what an answer without one lacks', () => {
    expect(thrownBy(() => toWire(arrowCodec, [1], 'arguments[0]')).message).toContain('it takes a Table of apache-arrow, not an array');
    expect(thrownBy(() => fromWire(arrowCodec, { n: [1] }, 'result')).message).toContain("add pyarrow to the module's requirements");
    expect(thrownBy(() => arrowCodec.deserialize(bytes(1, 2, 3))).message).toContain('no Arrow stream');
  });
});

describe('a codec of the user', () => {
  const upper: Codec<string> = {
    name: 'upper',
    serialize: (value) => Buffer.from(value.toUpperCase()),
    deserialize: (given) => Buffer.from(given).toString().toLowerCase(),
  };

  it('travels as one byte string', () => {
    const wire = toWire(upper, 'abc', 'arguments[0]') as Uint8Array;
    expect(Buffer.from(wire).toString()).toBe('ABC');
    expect(fromWire(upper, wire, 'result')).toBe('abc');
  });

  it('fails the call with what it threw as the cause', () => {
    const cause = new RangeError('not today.');
    const failing: Codec<string> = {
      name: 'failing',
      serialize: () => {
        throw cause;
      },
      deserialize: () => {
        throw cause;
      },
    };
    expect(thrownBy(() => toWire(failing, 'x', 'arguments[0]'))).toMatchObject({
      code: 'ERR_SYNAPSE_SERIALIZATION',
      path: 'arguments[0]',
      cause,
      message: 'arguments[0] cannot be sent by the codec failing: not today.',
    });
    expect(thrownBy(() => fromWire(failing, bytes(1), 'result'))).toMatchObject({ path: 'result', cause });
  });

  it('is refused if it gives no bytes, or gets none', () => {
    const wrong = { ...upper, serialize: () => 'text' as never };
    expect(thrownBy(() => toWire(wrong, 'x', 'arguments[0]')).message).toContain('its serialize() gave a string instead of a Uint8Array');
    const error = thrownBy(() => fromWire(upper, { a: 1 }, 'result'));
    expect([error.path, error.message]).toEqual(['result', expect.stringContaining('let the function give a byte string')]);
  });
});

it('a built-in codec of another copy of the package goes its shorter way too', () => {
  jest.isolateModules(() => {
    const { rawCodec: foreign } = jest.requireActual<typeof import('../../src/codecs/raw')>('../../src/codecs/raw');
    const own = bytes(1);
    expect(foreign).not.toBe(rawCodec);
    expect(toWire(foreign, own, 'x')).toBe(own);
  });
});
