import { once } from 'node:events';
import { spawnFixture } from '../support/fixture';
import { rejection } from '../support/until';

it('ack answers at once, and the function goes on', async () => {
  const synapse = await spawnFixture('responses');
  const done = new Promise((resolve) => synapse.onEvent('done', resolve));
  expect(await synapse.send('begin', 'later')).toBeNull();
  expect(await done).toBe('later');
});

it('none is not answered: the promise resolves when the call is written', async () => {
  const synapse = await spawnFixture('responses');
  expect(await synapse.send('note', 'silent')).toBeUndefined();
  expect(await synapse.send('labels')).toEqual(['silent']);
});

it('what a function that nobody waits for raises is told on standard error, with its call', async () => {
  const synapse = await spawnFixture('raises');
  const line = once(synapse, 'log');
  await synapse.send('fails_unheard');
  expect(await line).toEqual([
    expect.objectContaining({ stream: 'stderr', method: 'fails_unheard', line: 'Traceback (most recent call last):' }),
  ]);
  expect(await synapse.send('fine')).toBe('fine');
});

it('expose gives a function another name', async () => {
  const synapse = await spawnFixture('responses');
  expect(await synapse.send('renamed')).toBe('by its new name');
});

it('threads let calls of one function go on together', async () => {
  const synapse = await spawnFixture('responses');
  expect(await Promise.all([synapse.send('meet'), synapse.send('meet')])).toEqual(['met', 'met']);
});

it('the marked handler answers call()', async () => {
  const synapse = await spawnFixture('responses');
  expect(await synapse.call(5)).toEqual(['handler', 5]);
});

describe('the wrong kind of call', () => {
  const expected = { name: 'UnsupportedCallError', code: 'ERR_SYNAPSE_UNSUPPORTED_CALL' };

  it('send() to a stream names the way out', async () => {
    const synapse = await spawnFixture('responses');
    const error = await rejection(synapse.send('items', 2));
    expect(error).toMatchObject({ ...expected, method: 'items', response: 'stream', used: 'send' });
    expect(error.message).toContain('stream(');
  });

  it.each(['labels', 'begin', 'note'])('stream() of %s names the way out', async (method) => {
    const synapse = await spawnFixture('responses');
    const all = async () => {
      for await (const _ of synapse.stream(method));
    };
    expect(await rejection(all())).toMatchObject({ ...expected, method, used: 'stream' });
  });

  it('a function that returns a generator without being exposed as a stream', async () => {
    const synapse = await spawnFixture('streams');
    const error = await rejection(synapse.send('returns_generator'));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION', path: 'result' });
    expect(error.message).toContain('stream');
  });
});
