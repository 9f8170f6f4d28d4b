import { EitherTransport } from '../../src/channel/either-transport';
import { FakeTransport } from '../support/fake-transport';

const HELLO = Buffer.from([3, 0, 0, 0, 0x93, 0x00, 0x01]);
/** Ends with an n-dash, whose bytes have 0x93 in them, and a line end. */
const TEXT = Buffer.from('starting \u2013\u2013\n');

function open() {
  const [standard, own] = [new FakeTransport(), new FakeTransport()];
  const seen = { bytes: '', text: '', ends: 0, drains: 0 };
  const transport = new EitherTransport(standard, own, (chunk) => {
    seen.text += Buffer.from(chunk).toString();
  });
  transport.start({
    onChunk: (chunk) => {
      seen.bytes += Buffer.from(chunk).toString('hex');
    },
    room: () => Buffer.alloc(7),
    onDrain: () => seen.drains++,
    onEnd: () => seen.ends++,
  });
  return { transport, standard, own, seen };
}

const hex = (...parts: Uint8Array[]) => Buffer.concat(parts).toString('hex');

it('speaks over the standard streams once they bring a hello, however it is cut', () => {
  const bytes = Buffer.concat([HELLO, Buffer.from('rest')]);
  for (let cut = 1; cut < bytes.length; cut++) {
    const { transport, standard, own, seen } = open();
    standard.give(bytes.subarray(0, cut));
    standard.give(bytes.subarray(cut));
    expect(seen).toEqual({ bytes: hex(bytes), text: '', ends: 0, drains: 0 });
    expect([own.destroyed, standard.destroyed]).toEqual([true, false]);
    transport.write([Buffer.from([1, 0, 0, 0, 5])]);
    expect([standard.sent.length, own.sent.length]).toEqual([1, 0]);
  }
});

it('speaks over the other stream once that brings a byte; what is printed is text from then on', () => {
  const { transport, standard, own, seen } = open();
  standard.give(HELLO.subarray(0, 5));
  own.give(HELLO.subarray(0, 1));
  standard.give(HELLO);
  own.give(HELLO.subarray(1));
  expect(seen.bytes).toBe(hex(HELLO));
  expect(seen.text).toBe(Buffer.concat([HELLO.subarray(0, 5), HELLO]).toString());
  expect(standard.ended).toBe(true);
  transport.write([Buffer.from([1, 0, 0, 0, 5])]);
  expect([standard.sent.length, own.sent.length]).toEqual([0, 1]);
});

it('gives text on at once, and finds a hello behind it in the same bytes', () => {
  for (let cut = 1; cut < TEXT.length; cut++) {
    const { standard, seen } = open();
    standard.give(TEXT);
    expect(seen.text).toBe(TEXT.toString());
    standard.give(Buffer.concat([TEXT, HELLO.subarray(0, 4)]));
    standard.give(HELLO.subarray(4));
    expect(seen).toMatchObject({ text: TEXT.toString().repeat(2), bytes: hex(HELLO) });
  }
});

it('takes no length beyond that of a hello, and no other message, for one', () => {
  const { standard, seen } = open();
  for (const bytes of [
    [3, 0, 0, 1, 0x93, 0, 1],
    [3, 0, 0, 0, 0x92, 0, 1],
    [3, 0, 0, 0, 0x93, 1, 1],
  ])
    standard.give(Buffer.from(bytes));
  expect(seen.bytes).toBe('');
  standard.give(HELLO);
  expect(seen.bytes).toBe(hex(HELLO));
});

describe('ends once', () => {
  test('when the chosen stream ends', () => {
    const { standard, own, seen } = open();
    own.give(HELLO);
    standard.finish();
    expect(seen.ends).toBe(0);
    own.finish();
    expect(seen.ends).toBe(1);
  });

  test('when both end before one was chosen, and gives out the text that waited', () => {
    const { standard, own, seen } = open();
    standard.give(Buffer.from('ok'));
    standard.finish();
    expect(seen).toMatchObject({ text: 'ok', ends: 0 });
    own.finish();
    expect(seen.ends).toBe(1);
  });

  test('when the standard streams carry frames and end', () => {
    const { standard, own, seen } = open();
    standard.give(HELLO);
    own.finish();
    expect(seen.ends).toBe(0);
    standard.finish();
    expect(seen.ends).toBe(1);
  });
});

it('reaches both as long as none is chosen, then the chosen one', () => {
  const { transport, standard, own, seen } = open();
  [standard.unwritten, own.unwritten] = [3, 4];
  transport.hold(true);
  expect([transport.unwritten, standard.held, own.held]).toEqual([7, true, true]);
  expect(() => transport.write([])).toThrow(/before the worker said/);
  own.give(HELLO);
  transport.hold(false);
  expect([transport.unwritten, standard.held, own.held]).toEqual([4, true, false]);
  standard.drain();
  own.drain();
  expect(seen.drains).toBe(1);
  transport.end();
  expect(own.ended).toBe(true);
  transport.destroy();
  expect([standard.destroyed, own.destroyed]).toEqual([true, true]);
});

it('ends both while none is chosen', () => {
  const { transport, standard, own } = open();
  transport.end();
  expect([standard.ended, own.ended]).toEqual([true, true]);
});
