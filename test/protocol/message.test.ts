import { FrameError } from '../../src/errors';
import { Codec } from '../../src/protocol/codec';
import { parseHello } from '../../src/protocol/message';
import { type EncodingRow, encodingOf, load } from '../support/vectors';

const vectors = load<Record<'hello' | 'refused', (EncodingRow & { value: unknown[] })[]>>('messages.json');

test.each(vectors.hello)('takes the golden $name', (row) => {
  expect(parseHello(new Codec().decode(encodingOf(row)))).toEqual(row.value[2]);
});

test.each(vectors.refused)('refuses as a hello: $name', ({ value }) => {
  expect(() => parseHello(value)).toThrow(FrameError);
});

it('tells an entry that wrote too early what it did', () => {
  expect(() => parseHello({ status: 'ready' })).toThrow(/before it read its first frame/);
});
