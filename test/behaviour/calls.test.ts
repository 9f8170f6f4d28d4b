import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeForFixture, spawnFixture, temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';

it('calls a module and gives back what it answers', async () => {
  const synapse = await spawnFixture('echo');
  const payload = { foo: 'bar', list: [1, -2.5, null, true, 'ü'], bytes: new Uint8Array([1, 2]), when: new Date(1_700_000_000_000) };
  const answer = await synapse.call<typeof payload>(payload);
  expect({ ...answer, bytes: [...answer.bytes] }).toEqual({ ...payload, bytes: [1, 2] });
});

it('keeps what plain MessagePack has a form for', async () => {
  const synapse = await spawnFixture('echo');
  for (const value of [
    -0,
    Number.NaN,
    2 ** 60,
    2n ** 60n,
    -(2n ** 63n),
    new Map<unknown, unknown>([[1, 'a']]),
    JSON.parse('{"__proto__": 1}'),
  ]) {
    expect(await synapse.call(value)).toEqual(value);
  }
});

it('answers overlapping calls each with its own, in order', async () => {
  const synapse = await spawnFixture('echo');
  const settled: number[] = [];
  const answers = await Promise.all(Array.from({ length: 1000 }, async (_, i) => settled.push(await synapse.call<number>(i))));
  expect(answers).toHaveLength(1000);
  expect(settled).toEqual(Array.from({ length: 1000 }, (_, i) => i));
});

it('is not disturbed by a module that prints in every handler: 20,000 calls', async () => {
  const synapse = await spawnFixture('print-in-handler');
  const count = 20_000;
  let printed = 0;
  synapse.on('log', ({ line }) => line.startsWith('printed') && printed++);
  const answers = await Promise.all(Array.from({ length: count }, (_, i) => synapse.call<number>(i)));
  expect(answers.every((answer, i) => answer === i)).toBe(true);
  await synapse.dispose();
  expect(printed).toBe(count);
});

it('gives code that reads standard input as text an empty input', async () => {
  const synapse = await spawnFixture('reads-standard-input');
  expect(await synapse.call(null)).toBe('');
});

it('brings large values through both ways', async () => {
  const synapse = await spawnFixture('echo');
  const bytes = new Uint8Array(20 * 1024 * 1024).map((_, i) => i * 7);
  const back = await synapse.call<Uint8Array>(bytes);
  expect(Buffer.from(back).equals(Buffer.from(bytes))).toBe(true);
  const text = 'x'.repeat(5 * 1024 * 1024);
  expect((await synapse.call<{ text: string }>({ text })).text === text).toBe(true);
});

describe('with a module that answers when the test lets it', () => {
  async function spawnOnDemand(options = {}) {
    const folder = await temporaryFolder();
    const synapse = await spawnFixture('answers-on-demand', { cwd: folder, ...options });
    const got: string[] = [];
    synapse.on('log', ({ line }) => got.push(line));
    return {
      synapse,
      release: (name: string) => writeFile(join(folder, name), ''),
      reached: async (name: string) => {
        while (!got.includes(`got ${name}`)) await once(synapse, 'log');
      },
    };
  }

  it('drops the late answer of a call that timed out, and answers the next call with its own', async () => {
    const { synapse, release } = await spawnOnDemand();
    const late = rejection(synapse.call('late', { timeout: 30 }));
    const next = synapse.call('next');
    const behind = rejection(synapse.call('behind', { timeout: 10 }));
    expect(await late).toMatchObject({ code: 'ERR_SYNAPSE_CALL_TIMEOUT', phase: 'run', timeout: 30 });
    expect(await behind).toMatchObject({ code: 'ERR_SYNAPSE_CALL_TIMEOUT', phase: 'queue', timeout: 10 });
    await Promise.all(['late', 'next', 'behind'].map(release));
    expect(await next).toBe('next');
  });

  it('applies callTimeout to calls that name none', async () => {
    const { synapse } = await spawnOnDemand({ callTimeout: 20 });
    expect(await rejection(synapse.call('never'))).toMatchObject({ code: 'ERR_SYNAPSE_CALL_TIMEOUT', timeout: 20 });
  });

  it('rejects an aborted call at once with the reason of its signal, also while it runs', async () => {
    const { synapse, release, reached } = await spawnOnDemand();
    const abort = new AbortController();
    const running = rejection(synapse.call('running', { signal: abort.signal }));
    await reached('running');
    const reason = new Error('no longer wanted');
    abort.abort(reason);
    expect(await running).toBe(reason);
    await Promise.all([release('running'), release('next')]);
    expect(await synapse.call('next')).toBe('next');
  });

  it('never sends a call that is aborted while it waits', async () => {
    const { synapse, release, reached } = await spawnOnDemand({ maxInFlight: 1 });
    const first = synapse.call('first');
    const abort = new AbortController();
    const queued = rejection(synapse.call('queued', { signal: abort.signal }));
    const last = synapse.call('last');
    await reached('first');
    abort.abort();
    expect(await queued).toMatchObject({ name: 'AbortError' });
    await Promise.all([release('first'), release('last')]);
    expect(await Promise.all([first, last])).toEqual(['first', 'last']);
  });

  it('refuses calls beyond maxQueue without losing those that wait', async () => {
    const { synapse, release } = await spawnOnDemand({ maxInFlight: 1, maxQueue: 1 });
    const calls = [synapse.call('a'), synapse.call('b')];
    expect(await rejection(synapse.call('c'))).toMatchObject({ code: 'ERR_SYNAPSE_QUEUE_FULL', limit: 1 });
    await Promise.all([release('a'), release('b')]);
    expect(await Promise.all(calls)).toEqual(['a', 'b']);
  });
});

describe('a module that breaks the protocol', () => {
  test.each([
    ['undecodable', 'ERR_SYNAPSE_SERIALIZATION'],
    ['empty', 'ERR_SYNAPSE_SERIALIZATION'],
    ['two values', 'ERR_SYNAPSE_SERIALIZATION'],
  ])('with an answer that does not decode (%s) loses that call only', async (payload, code) => {
    const synapse = await spawnFixture('malformed-frame');
    const [broken, fine] = await Promise.all([rejection(synapse.call(payload)), synapse.call('fine')]);
    expect(broken).toMatchObject({ code });
    expect(fine).toBe('fine');
  });

  test.each([
    ['oversized', 'ERR_SYNAPSE_FRAME_TOO_LARGE'],
    ['torn', 'ERR_SYNAPSE_WORKER_CRASHED'],
  ])('so that the position is lost (%s) loses its worker, and every call is told', async (payload, code) => {
    const synapse = await spawnFixture('malformed-frame');
    const errors: Error[] = [];
    synapse.on('error', (error) => errors.push(error));
    const ended = once(synapse, 'exit');
    const calls = [payload, 'after', 'after that'].map((each) => rejection(synapse.call(each)));
    expect((await Promise.all(calls)).map((error) => (error as { code?: string }).code)).toEqual([code, code, code]);
    await ended;
    expect(synapse.state).toBe('disconnected');
    expect(errors).toEqual([expect.objectContaining({ code })]);
  });

  it('with an answer to no call loses its worker', async () => {
    const synapse = await spawnFixture('malformed-frame');
    const ended = once(synapse, 'exit');
    const error = once(synapse, 'error');
    expect(await synapse.call('two answers')).toBe('first');
    expect(await error).toEqual([expect.objectContaining({ code: 'ERR_SYNAPSE_FRAME' })]);
    await ended;
  });

  it('by writing before it reads is not ready', async () => {
    const synapse = makeForFixture();
    const error = await rejection(synapse.spawn('fixtures/writes-before-reading'));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SPAWN', lastError: expect.objectContaining({ code: 'ERR_SYNAPSE_FRAME' }) });
    expect(error.message).toMatch(/main\.py broke the protocol before it was ready\. The first frame of the worker is/);
    expect(error.message).not.toContain('SIGTERM');
  });
});

describe('maxFrameBytes', () => {
  it('limits payloads, and the worker lives on', async () => {
    const synapse = await spawnFixture('huge-reply', { maxFrameBytes: 1000 });
    expect(await rejection(synapse.call('x'.repeat(2000)))).toMatchObject({ code: 'ERR_SYNAPSE_FRAME_TOO_LARGE', size: 2003, limit: 1000 });
    expect(await synapse.call<Uint8Array>(10)).toHaveLength(10);
  });

  it('limits answers', async () => {
    const synapse = await spawnFixture('huge-reply', { maxFrameBytes: 1000 });
    expect(await rejection(synapse.call(2000))).toMatchObject({ code: 'ERR_SYNAPSE_FRAME_TOO_LARGE', size: 2003, limit: 1000 });
  });
});

it('refuses a payload that has no faithful form, and names its path', async () => {
  const synapse = await spawnFixture('echo');
  const error = await rejection(synapse.call({ rows: [{ when: new Set() }] }));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION', path: 'payload.rows[0].when' });
  expect(await synapse.call('still here')).toBe('still here');
});
