import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { KIND } from '../../src/protocol/message';
import type { CallContext } from '../../src/serving/call';
import { FakeHost, Lent, settled } from '../support/fake-host';
import { until } from '../support/until';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

type Callback = (...args: unknown[]) => Promise<unknown>;
const WINDOW = 1024 * 1024;
const DISCONNECTED = expect.objectContaining({ code: 'ERR_SYNAPSE_DISCONNECTED' });

/** Gives what a promise rejects with, or that it resolved. */
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error) => error,
  );

describe('a function of the host', () => {
  it('is an async function: its calls have odd ids, and any of them may be answered first', async () => {
    const host = FakeHost.serving({ both: async (f: Callback) => Promise.all([f('a', 1), f()]) });
    host.told();
    const id = host.call('both', new Lent('function', 6));
    expect(host.told()).toEqual([
      ['call', 1, '', { on: 6 }, [['a', 1]]],
      ['call', 3, '', { on: 6 }, [[]]],
    ]);
    host.say([KIND.result, 3], 'second');
    host.say([KIND.result, 1], null);
    await settled();
    expect(host.told()).toEqual([['result', id, [null, 'second']]]);
  });

  it('gets null for what is undefined, but for what is so at the end', () => {
    const host = FakeHost.serving({ take: (f: Callback) => void f(undefined, 1, undefined, undefined) });
    host.told();
    host.call('take', new Lent('function', 2));
    expect(host.told()[0]).toEqual(['call', 1, '', { on: 2 }, [[null, 1]]]);
  });

  it('rejects with what it threw, and the stack of the caller', async () => {
    let failure: unknown;
    const host = FakeHost.serving({
      call: async function callingHandler(f: Callback) {
        failure = await failureOf(f());
      },
    });
    host.call('call', new Lent('function', 2));
    host.say([KIND.error, 1], { type: 'TypeError', message: 'not so', traceback: 'TypeError: not so\n    at theirs' });
    await settled();
    expect(failure).toMatchObject({
      name: 'CallbackError(TypeError)',
      message: 'not so',
      type: 'TypeError',
      remoteStack: 'TypeError: not so\n    at theirs',
      code: 'ERR_SYNAPSE_CALLBACK',
      stack: expect.stringMatching(/^CallbackError\(TypeError\): not so\n.*callingHandler/),
    });
  });

  test.each([
    [
      'an error of the library',
      { type: 'StaleHandleError', message: 'gone', code: 'ERR_SYNAPSE_STALE_HANDLE' },
      'ERR_SYNAPSE_STALE_HANDLE',
    ],
    ['nothing that tells', null, 'ERR_SYNAPSE_CALLBACK'],
  ])('rejects with %s', async (_, map, code) => {
    const host = FakeHost.serving({ call: async (f: Callback) => ((await failureOf(f())) as { code: string }).code });
    host.told();
    const id = host.call('call', new Lent('function', 2));
    host.say([KIND.error, 1], map);
    await settled();
    expect(host.told().at(-1)).toEqual(['result', id, code]);
  });

  test.each([
    ['has no form', [{ items: [() => 1] }], { code: 'ERR_SYNAPSE_SERIALIZATION', path: 'arguments[0].items[0]' }],
    ['is larger than the host takes', [new Uint8Array(2000)], { code: 'ERR_SYNAPSE_FRAME_TOO_LARGE' }],
  ])('is not called when an argument %s', async (_, args, expected) => {
    let failure: unknown;
    const host = FakeHost.serving({
      call: async (f: Callback) => {
        failure = await failureOf(f(...args));
        return f(1);
      },
    });
    host.greet({ maxFrameBytes: 1000 });
    host.told();
    host.call('call', new Lent('function', 2));
    await settled();
    expect(failure).toMatchObject(expected);
    expect(host.told()).toEqual([['call', expect.any(Number), '', { on: 2 }, [[1]]]]);
  });

  it('may give functions again, and large answers', async () => {
    const large = Array.from({ length: 50_000 }, (_, index) => index);
    const host = FakeHost.serving({ call: async (f: () => Promise<Callback>) => ((await (await f())()) as unknown[]).length });
    host.told();
    const id = host.call('call', new Lent('function', 2));
    host.say([KIND.result, 1], new Lent('function', 4));
    await settled();
    expect(host.told().at(-1)).toEqual(['call', 3, '', { on: 4 }, [[]]]);
    host.say([KIND.result, 3], large);
    await until(() => host.transport.sent.length > 3);
    expect(host.told()).toEqual([['result', id, 50_000]]);
  });

  it('answers a handler that has ended, too, and nobody needs to look at its failure', async () => {
    const answers: unknown[] = [];
    const host = FakeHost.serving({
      begin: (f: Callback) => {
        void f('unseen');
        void f('seen').then((answer) => answers.push(answer));
      },
    });
    host.told();
    const id = host.call('begin', new Lent('function', 2));
    await settled();
    expect(host.told().at(-1)).toEqual(['result', id, null]);
    host.say([KIND.error, 1], { type: 'Error', message: 'for nobody' });
    host.say([KIND.result, 3], 'late');
    host.say([KIND.result, 5], 'for no call at all');
    await settled();
    expect(answers).toEqual(['late']);
  });

  it('is the same one as long as somebody has it, and is released so often as it arrived', async () => {
    const kept = new Set<Callback>();
    const host = FakeHost.serving({ keep: (f: Callback) => void kept.add(f), drop: () => kept.clear() });
    for (let time = 0; time < 3; time++) host.call('keep', new Lent('function', 2));
    host.call('keep', new Lent('function', 4));
    await settled();
    expect(kept.size).toBe(2);
    host.told();
    host.call('drop');
    await settled();
    const told: unknown[] = [];
    await until(() => {
      collectGarbage();
      told.push(...host.told());
      return told.length === 3;
    });
    expect(told).toEqual(
      expect.arrayContaining([
        ['release', 2, 3],
        ['release', 4, 1],
      ]),
    );
  });

  it('is not released while a call of it is on its way', async () => {
    const host = FakeHost.serving({ begin: (f: Callback) => void f() });
    host.call('begin', new Lent('function', 2));
    host.call('begin', new Lent('function', 4));
    await settled();
    host.told();
    host.say([KIND.result, 3], null);
    const told: unknown[] = [];
    await until(() => {
      collectGarbage();
      told.push(...host.told());
      return told.length > 0;
    });
    expect(told).toEqual([['release', 4, 1]]);
    host.say([KIND.result, 1], null);
    await until(() => {
      collectGarbage();
      return host.told().length > 0;
    });
  });

  it('rejects when the host closes the conversation, and from then on', async () => {
    const failures: unknown[] = [];
    const host = FakeHost.serving({
      call: async (f: Callback) => {
        failures.push(await failureOf(f()));
        failures.push(await failureOf(f()));
      },
    });
    host.call('call', new Lent('function', 2));
    host.transport.finish();
    await settled();
    expect(failures).toEqual([DISCONNECTED, DISCONNECTED]);
    expect(host.over).toBe(true);
  });
});

describe('a stream of the host', () => {
  const collect = async (source: AsyncIterable<unknown>): Promise<unknown[]> => {
    const items: unknown[] = [];
    for await (const item of source) items.push(item);
    return items;
  };

  it('is an async iterable, which grants credit when it is first read, and again when half is consumed', async () => {
    const host = FakeHost.serving({ collect: async (source: AsyncIterable<Uint8Array>) => (await collect(source)).length });
    host.told();
    const id = host.call('collect', new Lent('stream', 8));
    expect(host.told()).toEqual([['credit', 8, WINDOW]]);
    for (let part = 0; part < 3; part++) {
      host.say([KIND.chunk, 8], new Uint8Array(200_000));
      await settled();
    }
    expect(host.told()).toEqual([['credit', 8, expect.any(Number)]]);
    host.play([KIND.end, 8]);
    await settled();
    expect(host.told()).toEqual([['result', id, 3]]);
  });

  it('fails with what its source threw, after its chunks', async () => {
    const items: unknown[] = [];
    const host = FakeHost.serving({
      read: async (source: AsyncIterable<unknown>) => {
        for await (const item of source) items.push(item);
      },
    });
    host.call('read', new Lent('stream', 8));
    host.told();
    host.say([KIND.chunk, 8], 1);
    host.say([KIND.error, 8], { type: 'RangeError', message: 'dry', traceback: 'there' });
    await settled();
    expect(items).toEqual([1]);
    expect(host.told()).toEqual([['error', 2, expect.objectContaining({ type: 'CallbackError(RangeError)', message: 'dry' })]]);
  });

  it('is cancelled when its reader leaves, and what comes later is dropped', async () => {
    const host = FakeHost.serving({
      first: async (source: AsyncIterable<unknown>) => {
        for await (const item of source) return item;
        return undefined;
      },
    });
    const id = host.call('first', new Lent('stream', 8));
    host.told();
    host.say([KIND.chunk, 8], 'a');
    await settled();
    host.say([KIND.chunk, 8], 'b');
    host.play([KIND.end, 8]);
    await settled();
    expect(host.told()).toEqual([
      ['cancel', 8],
      ['result', id, 'a'],
    ]);
  });

  test.each([
    ['nobody reads', () => 1],
    ['is left unread', async (source: AsyncGenerator) => void (await source.return(undefined))],
  ])('that %s is cancelled once, at the end of its call at the latest', async (_, run) => {
    const host = FakeHost.serving({ take: run });
    host.told();
    host.call('take', new Lent('stream', 8));
    await settled();
    expect(host.told().map(([kind, id]) => [kind, id])).toEqual(
      expect.arrayContaining([
        ['cancel', 8],
        ['result', 2],
      ]),
    );
    host.play([KIND.end, 8]);
    expect(host.told()).toEqual([]);
  });

  it('that is read too late says so', async () => {
    let kept: AsyncIterable<unknown> | undefined;
    const host = FakeHost.serving({
      keep: (source: AsyncIterable<unknown>) => {
        kept = source;
      },
    });
    host.call('keep', new Lent('stream', 8));
    await settled();
    expect(await failureOf(collect(kept as AsyncIterable<unknown>))).toMatchObject({ code: 'ERR_SYNAPSE_STALE_HANDLE' });
  });

  it('may be read on after the end of its call', async () => {
    let reading: Promise<unknown[]> | undefined;
    const host = FakeHost.serving({
      begin: (source: AsyncIterable<unknown>) => {
        reading = collect(source);
      },
    });
    host.call('begin', new Lent('stream', 8));
    await settled();
    host.say([KIND.chunk, 8], 1);
    host.play([KIND.end, 8]);
    expect(await reading).toEqual([1]);
    expect(host.told().map(([kind]) => kind)).not.toContain('cancel');
  });

  it('is cancelled when its reader is lost', async () => {
    const host = FakeHost.serving({ one: async (source: AsyncGenerator) => (await source.next()).value });
    const id = host.call('one', new Lent('stream', 8));
    host.say([KIND.chunk, 8], 'a');
    await settled();
    expect(host.told().at(-1)).toEqual(['result', id, 'a']);
    const told: unknown[] = [];
    await until(() => {
      collectGarbage();
      told.push(...host.told());
      return told.length > 0;
    });
    expect(told).toEqual([['cancel', 8]]);
  });

  it('is not lost while somebody waits for a chunk', async () => {
    const items: unknown[] = [];
    const host = FakeHost.serving({
      begin: (source: AsyncGenerator) => {
        void source.next().then(({ value }) => items.push(value));
      },
    });
    host.call('begin', new Lent('stream', 8));
    await settled();
    host.told();
    for (let round = 0; round < 5; round++) {
      collectGarbage();
      await settled();
    }
    expect(host.told()).toEqual([]);
    host.say([KIND.chunk, 8], 'a');
    await settled();
    expect(items).toEqual(['a']);
  });

  it('ends with the call when the host gives that up', async () => {
    const host = FakeHost.serving({ collect });
    const id = host.call('collect', new Lent('stream', 8));
    host.told();
    host.play([KIND.cancel, id]);
    await settled();
    expect(host.told()).toEqual([
      ['cancel', 8],
      ['error', id, expect.objectContaining({ code: 'ERR_SYNAPSE_CANCELLED', rung: 'cooperative' })],
    ]);
  });

  test.each([
    ['of a method that is not there', 'nothing', [new Lent('stream', 8)]],
    ['with too many arguments', 'take', [new Lent('stream', 8), 1]],
    ['with another value that does not decode', 'take', [[new Lent('stream', 8), new Lent('stream', -1)]]],
  ])('is cancelled with a refused call %s', async (_, name, args) => {
    const host = FakeHost.serving({ take: () => 1 });
    host.told();
    host.call(name, ...args);
    await settled();
    expect(host.told().sort()).toEqual([
      ['cancel', 8],
      ['error', 2, expect.objectContaining({ code: expect.stringMatching(/UNKNOWN|UNSUPPORTED|SERIALIZATION/) })],
    ]);
  });

  it('is cancelled when its call was given up before it began', async () => {
    const host = FakeHost.serving({ take: () => 1 });
    host.greet({ eager: true });
    host.call('take', new Lent('stream', 8));
    host.told();
    host.play([KIND.cancel, 2]);
    await settled();
    expect(host.told()).toEqual([
      ['error', 2, expect.objectContaining({ rung: 'queue' })],
      ['cancel', 8],
    ]);
  });

  it('in a chunk that is dropped is cancelled, too', async () => {
    const host = FakeHost.serving({ take: () => 1 });
    host.call('take', new Lent('stream', 8));
    await settled();
    host.told();
    host.say([KIND.chunk, 8], [new Lent('stream', 10)]);
    await settled();
    expect(host.told()).toEqual([['cancel', 10]]);
  });

  it('fails when the host closes the conversation, also for those who begin to read then', async () => {
    const failures: unknown[] = [];
    const given: AsyncIterable<unknown>[] = [];
    const host = FakeHost.serving({
      ask: async (f: Callback) => void given.push((await f()) as AsyncIterable<unknown>),
      begin: (source: AsyncIterable<unknown>) => {
        void failureOf(collect(source)).then((failure) => failures.push(failure));
      },
      wait: async (source: AsyncIterable<unknown>, { signal }: CallContext) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await settled();
        failures.push(await failureOf(collect(source)));
      },
    });
    host.call('ask', new Lent('function', 2));
    host.say([KIND.result, 1], new Lent('stream', 12));
    host.call('begin', new Lent('stream', 8));
    await settled();
    host.call('wait', new Lent('stream', 10));
    host.transport.finish();
    await settled();
    await settled();
    expect(failures).toEqual([DISCONNECTED, expect.objectContaining({ code: 'ERR_SYNAPSE_CANCELLED' })]);
    expect(await failureOf(collect(given[0] as AsyncIterable<unknown>))).toEqual(DISCONNECTED);
    expect(host.over).toBe(true);
  });
});

it('tells once that the host is there, before its first call', () => {
  const seen: number[] = [];
  const host: FakeHost = FakeHost.serving({ take: () => seen.push(host.heard) });
  expect(host.heard).toBe(0);
  host.call('take');
  host.call('take');
  expect(seen).toEqual([1, 1]);
});
