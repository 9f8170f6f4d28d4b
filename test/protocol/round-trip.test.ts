import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { Decoder, type Decoding } from '../../src/protocol/decoder';
import { type Encoded, Encoder } from '../../src/protocol/encoder';
import { anyValue, asRead, record } from '../support/any-value';

const AUTO: Decoding = { int: 'auto' };

function written({ payload, buffers }: Encoded): [Uint8Array, number, number, readonly Uint8Array[]] {
  return [Uint8Array.from(payload), 0, payload.length, buffers];
}

it('brings every value of the table back as it was', () => {
  const encoder = new Encoder('rich');
  const decoder = new Decoder('rich', AUTO);
  fc.assert(
    fc.property(anyValue, (original) => {
      const back = decoder.decode(...written(encoder.encode(original, 'payload')));
      expect(isDeepStrictEqual(back, asRead(original))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it('keeps every character of texts and keys, in whatever length and place', () => {
  const decoder = new Decoder('rich', AUTO);
  const encoder = new Encoder('rich');
  const units = fc.array(fc.nat(0xffff), { maxLength: 40 }).map((codes) => String.fromCharCode(...codes));
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ maxLength: 40 }), units);
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
      const value = record(Object.fromEntries(pairs));
      expect(isDeepStrictEqual(decoder.decode(...written(encoder.encode([value, value], 'payload'))), [value, value])).toBe(true);
    }),
  );
});
