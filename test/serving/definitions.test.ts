import { rawChunksCodec } from '../../src/codecs/raw-chunks';
import { KIND } from '../../src/protocol/message';
import { Definitions } from '../../src/serving/definitions';
import { FakeHost, settled } from '../support/fake-host';

const text = {
  name: 'text',
  serialize: (value: string) => Buffer.from(value),
  deserialize: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
};

it('takes each name once, and none when it is served', () => {
  const definitions = new Definitions();
  definitions.addMethod('take', () => 1);
  definitions.addEvent('take');
  expect(() => definitions.addMethod('take', () => 2)).toThrow(/handle\('take'\) was called twice/);
  expect(() => definitions.addEvent('take')).toThrow(/event\('take'\) was called twice/);
  definitions.seal();
  expect(() => definitions.addMethod('late', () => 2)).toThrow(expect.objectContaining({ code: 'ERR_SYNAPSE_MODULE_DEFINITION' }));
  expect(() => definitions.addEvent('late')).toThrow(/after serve\(\)/);
  expect(() => definitions.seal()).toThrow(/twice/);
});

it('refuses what is no definition', () => {
  const definitions = new Definitions();
  expect(() => definitions.seal()).toThrow(/no methods/);
  expect(() => definitions.addMethod('', () => 1)).toThrow(TypeError);
  expect(() => definitions.addMethod('take', 5 as never)).toThrow(/takes a function/);
  expect(() => definitions.addMethod('take', () => 1, { response: 'answer' as never })).toThrow(/must be one of result, stream, ack, none/);
  expect(() => definitions.addMethod('take', () => 1, { codec: {} as never })).toThrow(/A codec is an object/);
  expect(() => definitions.addMethod('take', () => 1, { respons: 'ack' } as never)).toThrow(
    /handle\('take'\) has no option respons; .*response/,
  );
  expect(() => definitions.addMethod('take', () => 1, 'ack' as never)).toThrow(/takes options as an object/);
  expect(() => definitions.addEvent('take', { response: 'ack' } as never)).toThrow(/event\('take'\) has no option response/);
});

it('lets generators be streams unless they are said to be something else', () => {
  const definitions = new Definitions();
  definitions.addMethod('generator', function* () {});
  definitions.addMethod('asynchronous', async function* () {});
  definitions.addMethod('acknowledged', function* () {}, { response: 'ack' });
  definitions.addMethod('promise', async () => 1);
  const responses = ['generator', 'asynchronous', 'acknowledged', 'promise'].map((name) => definitions.method(name)?.response);
  expect(responses).toEqual(['stream', 'stream', 'ack', 'result']);
});

it('sends values through codecs: their short way in calls, or as bytes; the request by another one than the response', async () => {
  const host = new FakeHost();
  host.definitions.addMethod('shout', (data: string) => data.toUpperCase(), { codec: text });
  host.definitions.addMethod('cut', (data: string) => [...data].map((letter) => Buffer.from(letter)), {
    requestCodec: text,
    responseCodec: rawChunksCodec,
  });
  host.definitions.addMethod('letters', (data: string) => [...data], { response: 'stream', codec: text });
  host.definitions.addMethod('wrong', () => 'no pieces', { codec: rawChunksCodec });
  host.definitions.addEvent('said', { codec: text });
  const conversation = host.begin();
  host.told();
  host.call('shout', Buffer.from('quiet'));
  host.call('cut', Buffer.from('ab'));
  host.call('wrong', Buffer.from('ab'));
  host.call('shout', 'no bytes');
  const id = host.call('letters', Buffer.from('xy'));
  host.play([KIND.credit, id, 1000]);
  conversation.emit('said', 'aloud');
  await settled();
  const bytes = (value: string) => new Uint8Array(Buffer.from(value));
  expect(host.told()).toEqual(
    expect.arrayContaining([
      ['result', 2, bytes('QUIET')],
      ['result', 4, [bytes('a'), bytes('b')]],
      ['error', 6, expect.objectContaining({ code: 'ERR_SYNAPSE_SERIALIZATION', path: 'result' })],
      ['error', 8, expect.objectContaining({ code: 'ERR_SYNAPSE_SERIALIZATION', path: 'data' })],
      ['event', 0, 'said', bytes('aloud')],
      ['chunk', 10, bytes('x')],
      ['chunk', 10, bytes('y')],
      ['end', 10],
    ]),
  );
});
