import { BareChannel } from '../../src/channel/bare-channel';
import { Handshake } from '../../src/channel/handshake';
import type { FrameError } from '../../src/errors';
import type { Hello } from '../../src/protocol/message';
import { CHANNEL_OPTIONS } from '../support/channel-options';
import { FakeTransport } from '../support/fake-transport';

const HELLO = Buffer.from('93000183a46d6f6465a46c6f6f70a6707974686f6ea6332e31312e37a37069642a', 'hex');

function shake() {
  const transport = new FakeTransport();
  const hellos: Hello[] = [];
  const failures: (FrameError | undefined)[] = [];
  const channels: BareChannel[] = [];
  const handshake: Handshake = new Handshake(transport, CHANNEL_OPTIONS.maxFrameBytes, {
    onHello: (hello) => {
      hellos.push(hello);
      channels.push(new BareChannel(handshake, CHANNEL_OPTIONS, { onFailure: (error) => failures.push(error), onFreed: () => undefined }));
    },
    onFailure: (error) => failures.push(error),
  });
  return { transport, hellos, failures, channels };
}

const framed = (body: Uint8Array) => Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body]);

it('takes the hello and gives what follows to the channel, however the bytes are cut', async () => {
  const bytes = Buffer.concat([framed(HELLO), framed(Buffer.from([7]))]);
  for (let cut = 1; cut < bytes.length; cut++) {
    const { transport, hellos, failures, channels } = shake();
    transport.give(bytes.subarray(0, cut));
    const early = channels[0]?.request(1, {});
    transport.give(bytes.subarray(cut));
    expect(hellos).toEqual([expect.objectContaining({ mode: 'loop', python: '3.11.7', pid: 42 })]);
    if (early) expect(await early).toBe(7);
    else expect(failures).toEqual([expect.objectContaining({ message: expect.stringContaining('answers no call') })]);
  }
});

it('passes backpressure, its end and whether it is held on between the transport and the channel', async () => {
  const { transport, failures, channels } = shake();
  transport.give(framed(HELLO));
  transport.accepts = false;
  const calls = [channels[0]?.request(1, {}), channels[0]?.request(2, {})];
  expect([transport.sent.length, transport.held]).toEqual([1, true]);
  transport.drain();
  expect(transport.sent).toHaveLength(2);
  transport.answer(1);
  transport.answer(2);
  expect(await Promise.all(calls)).toEqual([1, 2]);
  transport.finish();
  expect(failures).toEqual([undefined]);
});

describe('fails once', () => {
  test.each([
    ['on a first frame that is no MessagePack', framed(Buffer.from([0xc1])), 'ERR_SYNAPSE_FRAME'],
    ['on a first frame that is no hello', framed(Buffer.from([0x92, 1, 2])), 'ERR_SYNAPSE_FRAME'],
    ['on one that is announced too large, before it has come', Buffer.from([101, 0, 0, 0]), 'ERR_SYNAPSE_FRAME_TOO_LARGE'],
  ])('%s', (_, bytes, code) => {
    const { transport, hellos, failures } = shake();
    transport.give(bytes);
    transport.give(bytes);
    transport.finish();
    expect(hellos).toEqual([]);
    expect(failures).toEqual([expect.objectContaining({ code })]);
  });

  test('when the stream ends inside the hello, and without an error when it ends before', () => {
    const inside = shake();
    inside.transport.give(framed(HELLO).subarray(0, 9));
    inside.transport.finish();
    expect(inside.failures).toEqual([expect.objectContaining({ code: 'ERR_SYNAPSE_FRAME' })]);
    const before = shake();
    before.transport.finish();
    expect(before.failures).toEqual([undefined]);
  });
});
