import { QueueFullError } from '../../src/call-errors';
import { BareChannel } from '../../src/channel/bare-channel';
import type { ChannelOptions } from '../../src/channel/channel';
import type { FrameError } from '../../src/errors';
import { CHANNEL_OPTIONS } from '../support/channel-options';
import { FakeTransport } from '../support/fake-transport';
import { rejection } from '../support/until';

function open(options: Partial<ChannelOptions> = {}) {
  const transport = new FakeTransport();
  const failures: (FrameError | undefined)[] = [];
  const channel = new BareChannel(
    transport,
    { ...CHANNEL_OPTIONS, ...options },
    { onFailure: (error) => failures.push(error), onFreed: () => undefined },
  );
  return { transport, channel, failures };
}

const call = (channel: BareChannel, payload: unknown, options = {}) => channel.request(payload, options);

it('gives answers to calls in order, and sends no more at once than the window allows', async () => {
  const { transport, channel } = open();
  const calls = [1, 2, 3].map((payload) => call(channel, payload));
  expect(transport.sent.map((body) => body[0])).toEqual([1, 2]);
  transport.answer(11);
  expect(transport.sent.map((body) => body[0])).toEqual([1, 2, 3]);
  transport.give(Buffer.from([1, 0, 0, 0, 12, 1, 0, 0, 0, 13]));
  expect(await Promise.all(calls)).toEqual([11, 12, 13]);
});

it('keeps strict lock step with a window of one', async () => {
  const { transport, channel } = open({ maxInFlight: 1 });
  const calls = [call(channel, 1), call(channel, 2)];
  expect(transport.sent).toHaveLength(1);
  transport.answer(1);
  expect(transport.sent).toHaveLength(2);
  transport.answer(2);
  expect(await Promise.all(calls)).toEqual([1, 2]);
});

it('refuses more waiting calls than the queue holds, and takes calls again when there is room', async () => {
  const { transport, channel } = open();
  const calls = [1, 2, 3, 4, 5].map((payload) => call(channel, payload));
  expect(await rejection(call(channel, 6))).toMatchObject({ code: 'ERR_SYNAPSE_QUEUE_FULL', limit: 3 });
  expect(await rejection(call(channel, 6))).toBeInstanceOf(QueueFullError);
  transport.answer(1);
  const late = call(channel, 7);
  for (const answer of [2, 3, 4, 5, 7]) transport.answer(answer);
  expect(await Promise.all([...calls, late])).toEqual([1, 2, 3, 4, 5, 7]);
});

describe('a call that is given up', () => {
  it('never gets its late answer, and the next call gets its own', async () => {
    jest.useFakeTimers();
    const { transport, channel } = open();
    const first = rejection(call(channel, 1, { timeout: 50 }));
    const second = call(channel, 2);
    jest.advanceTimersByTime(50);
    expect(await first).toMatchObject({ code: 'ERR_SYNAPSE_CALL_TIMEOUT', method: 'call', timeout: 50, phase: 'run' });
    transport.answer(11);
    transport.answer(12);
    expect(await second).toBe(12);
    jest.useRealTimers();
  });

  it('is never sent if it still waited', async () => {
    jest.useFakeTimers();
    const { transport, channel } = open({ maxInFlight: 1 });
    const abort = new AbortController();
    const first = call(channel, 1);
    const timed = rejection(call(channel, 2, { timeout: 10 }));
    const aborted = rejection(call(channel, 3, { signal: abort.signal }));
    const last = call(channel, 4);
    jest.advanceTimersByTime(10);
    abort.abort('enough');
    expect(await timed).toMatchObject({ code: 'ERR_SYNAPSE_CALL_TIMEOUT', phase: 'queue' });
    expect(await aborted).toBe('enough');
    transport.answer(1);
    transport.answer(4);
    expect(await Promise.all([first, last])).toEqual([1, 4]);
    expect(transport.sent.map((body) => body[0])).toEqual([1, 4]);
    jest.useRealTimers();
  });

  it('is not even queued if its signal was aborted before', async () => {
    const { transport, channel } = open();
    expect(await rejection(call(channel, 1, { signal: AbortSignal.abort('before') }))).toBe('before');
    expect(transport.sent).toHaveLength(0);
  });

  it('leaves no listener on its signal', async () => {
    const { transport, channel } = open();
    const { signal } = new AbortController();
    const add = jest.spyOn(signal, 'addEventListener');
    const remove = jest.spyOn(signal, 'removeEventListener');
    const answered = call(channel, 1, { signal });
    transport.answer(1);
    await answered;
    expect(remove.mock.calls.map(([type, listener]) => [type, listener])).toEqual(
      add.mock.calls.map(([type, listener]) => [type, listener]),
    );
  });
});

it('waits for a saturated transport to drain', () => {
  const { transport, channel } = open({ maxInFlight: 10 });
  transport.accepts = false;
  for (const payload of [1, 2, 3]) call(channel, payload);
  expect(transport.sent).toHaveLength(1);
  transport.drain();
  expect(transport.sent).toHaveLength(3);
});

it('keeps the program alive only while somebody waits for a call', async () => {
  jest.useFakeTimers();
  const { transport, channel } = open();
  expect(transport.held).toBe(false);
  const answered = call(channel, 1);
  const givenUp = rejection(call(channel, 2, { timeout: 5 }));
  expect(transport.held).toBe(true);
  transport.answer(1);
  expect(transport.held).toBe(true);
  jest.advanceTimersByTime(5);
  expect(transport.held).toBe(false);
  await Promise.all([answered, givenUp]);
  jest.useRealTimers();
});

it('rejects only the call whose answer does not decode', async () => {
  const { transport, channel, failures } = open();
  const calls = [rejection(call(channel, 1)), call(channel, 2)];
  transport.answer(0xc1);
  transport.answer(2);
  expect(await calls[0]).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION' });
  expect(await calls[1]).toBe(2);
  expect(failures).toEqual([]);
});

it('rejects only the call whose payload has no form or is too large', async () => {
  const { transport, channel } = open();
  expect(await rejection(call(channel, { f: () => 1 }))).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION', path: 'payload.f' });
  expect(await rejection(call(channel, 'x'.repeat(200)))).toMatchObject({ code: 'ERR_SYNAPSE_FRAME_TOO_LARGE', size: 202, limit: 100 });
  expect(transport.sent).toHaveLength(0);
  const good = call(channel, 1);
  transport.answer(1);
  expect(await good).toBe(1);
});

describe('reports once that the stream cannot go on', () => {
  test.each([
    ['an answer to no call', Buffer.from([1, 0, 0, 0, 1]), 'ERR_SYNAPSE_FRAME'],
    ['a frame beyond the limit', Buffer.from([101, 0, 0, 0]), 'ERR_SYNAPSE_FRAME_TOO_LARGE'],
  ])('%s', (_, chunk, code) => {
    const { transport, failures } = open();
    transport.give(chunk);
    transport.give(chunk);
    transport.finish();
    expect(failures).toEqual([expect.objectContaining({ code })]);
  });

  test('its end between frames, which is no error of the protocol', () => {
    const { transport, failures } = open();
    transport.finish();
    expect(failures).toEqual([undefined]);
  });
});

describe('close', () => {
  it('rejects every outstanding call and all later ones, each with an error of its own', async () => {
    const { transport, channel } = open();
    const calls = [1, 2, 3].map((payload) => rejection(call(channel, payload)));
    channel.close(() => new Error('first'));
    channel.close(() => new Error('second'));
    const errors = await Promise.all([...calls, rejection(call(channel, 4))]);
    expect(errors.map(({ message }) => message)).toEqual(['first', 'first', 'first', 'first']);
    expect(new Set(errors).size).toBe(4);
    expect(transport.held).toBe(false);
  });
});
