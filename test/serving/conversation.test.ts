import { KIND } from '../../src/protocol/message';
import type { CallContext } from '../../src/serving/call';
import { FakeHost, settled } from '../support/fake-host';

/** A promise that the test settles. */
function deferred() {
  let resolve: (value?: unknown) => void = () => undefined;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const CANCELLED = expect.objectContaining({ code: 'ERR_SYNAPSE_CANCELLED' });
const WINDOW = 1024 * 1024;

it('says first what it serves', () => {
  const host = new FakeHost();
  host.definitions.addMethod('handle', () => 1);
  host.definitions.addMethod('count', function* () {});
  host.definitions.addMethod('begin', () => 1, { response: 'ack' });
  host.definitions.addEvent('progress');
  host.begin();
  const method = (response: string) => ({ response, concurrent: true, parameters: [], returns: null });
  expect(host.told()).toEqual([
    [
      'hello',
      1,
      {
        mode: 'rpc',
        python: 'node 20.0.0',
        language: 'javascript',
        pid: process.pid,
        methods: { handle: method('result'), count: method('stream'), begin: method('ack') },
        classes: [],
        constants: [],
        events: ['progress'],
        handler: true,
      },
    ],
  ]);
});

describe('a result', () => {
  it('is the first answer of several, by value, promise or context', async () => {
    const host = FakeHost.serving({
      double: (value) => value * 2,
      later: async (value) => value,
      twice: (value, { respond }) => {
        respond(value);
        respond('again');
        return 'and again';
      },
      forget: () => undefined,
      handle: (value) => ['handled', value],
    });
    host.told();
    const ids = [host.call('double', 4), host.call('twice', 1), host.call('forget'), host.call('', 5), host.call('later', 6)];
    await settled();
    expect(host.told()).toEqual([8, 1, null, ['handled', 5], 6].map((value, index) => ['result', ids[index], value]));
  });

  it('fails its call when it has no form, or is larger than the host takes', async () => {
    const host = FakeHost.serving({
      nested: () => ({ items: [() => 1] }),
      promise: () => [Promise.resolve(1)],
      instance: () => new (class Thing {})(),
      generator: [function* () {}, { response: 'result' }],
      large: () => new Uint8Array(1000),
    });
    host.told();
    for (const name of ['nested', 'promise', 'instance', 'generator']) host.call(name);
    await settled();
    const told = host.told().map(([kind, , error]) => [kind, error as { code: string; path: string; message: string }] as const);
    expect(told.map(([kind, { code, path }]) => [kind, code, path])).toEqual([
      ['error', 'ERR_SYNAPSE_SERIALIZATION', 'result.items[0]'],
      ['error', 'ERR_SYNAPSE_SERIALIZATION', 'result[0]'],
      ['error', 'ERR_SYNAPSE_SERIALIZATION', 'result'],
      ['error', 'ERR_SYNAPSE_SERIALIZATION', 'result'],
    ]);
    host.greet({ maxFrameBytes: 500 });
    const id = host.call('large');
    await settled();
    expect(host.told()).toEqual([['error', id, expect.objectContaining({ code: 'ERR_SYNAPSE_FRAME_TOO_LARGE', limit: 500 })]]);
  });

  it('is closed as cancelled when the host gives the call up, once the handler has ended', async () => {
    const seen: unknown[] = [];
    const { promise, resolve } = deferred();
    const host = FakeHost.serving({
      wait: async (_, context: CallContext) => {
        context.onAbort(() => seen.push('callback'));
        context.signal.addEventListener('abort', () => seen.push('signal'));
        await promise;
        context.onAbort(() => seen.push('at once'));
        seen.push(context.aborted);
        return 'unwanted';
      },
    });
    const id = host.call('wait');
    host.told();
    host.play([KIND.cancel, id]);
    expect([seen.sort(), host.told()]).toEqual([['callback', 'signal'], []]);
    resolve();
    await settled();
    expect(seen).toEqual(['callback', 'signal', 'at once', true]);
    expect(host.told()).toEqual([['error', id, CANCELLED]]);
    host.play([KIND.cancel, id]);
    expect(host.told()).toEqual([]);
  });

  it('may come from a handler that looks at its signal late', async () => {
    const { promise, resolve } = deferred();
    const host = FakeHost.serving({ wait: (_, { signal }) => promise.then(() => signal.throwIfAborted()) });
    const id = host.call('wait');
    host.told();
    host.play([KIND.cancel, id]);
    resolve();
    await settled();
    expect(host.told()).toEqual([['error', id, expect.objectContaining({ rung: 'cooperative' })]]);
  });
});

describe('a failure', () => {
  it('tells what was thrown, with its causes', async () => {
    const host = FakeHost.serving({
      throw: () => {
        throw new RangeError('too far', { cause: new Error('why', { cause: 'a text' }) });
      },
      reject: async () => Promise.reject({ toString: () => 'an object' }),
      tell: (_, { error }) => error(new TypeError('told')),
    });
    host.told();
    for (const name of ['throw', 'tell', 'reject']) host.call(name);
    await settled();
    expect(host.told().map(([, , error]) => error)).toEqual([
      {
        type: 'RangeError',
        message: 'too far',
        traceback: expect.stringContaining('conversation.test'),
        cause: {
          type: 'Error',
          message: 'why',
          traceback: expect.any(String),
          cause: { type: 'string', message: 'a text', traceback: '' },
        },
      },
      { type: 'TypeError', message: 'told', traceback: expect.any(String) },
      { type: 'object', message: 'an object', traceback: '' },
    ]);
  });

  it('ends at the twentieth cause, even where causes go in a circle', async () => {
    const circle = new Error('round');
    circle.cause = circle;
    const host = FakeHost.serving({ throw: () => Promise.reject(circle) });
    host.told();
    host.call('throw');
    await settled();
    expect(host.told()).toEqual([['error', 2, expect.objectContaining({ message: 'round' })]]);
  });

  it('that is too large is told by its size', async () => {
    const host = FakeHost.serving({ throw: () => Promise.reject(new Error('x'.repeat(2000))) });
    host.greet({ maxFrameBytes: 1000 });
    host.told();
    host.call('throw');
    await settled();
    expect(host.told()).toEqual([['error', 2, expect.objectContaining({ code: 'ERR_SYNAPSE_FRAME_TOO_LARGE' })]]);
  });

  test.each([
    ['of another method', 'nothing', [], 'ERR_SYNAPSE_UNKNOWN_METHOD'],
    ['of a handler that is not there', '', [], 'ERR_SYNAPSE_UNKNOWN_METHOD'],
    ['with two arguments', 'take', [1, 2], 'ERR_SYNAPSE_UNSUPPORTED_CALL'],
  ])('refuses a call %s', (_, name, args, code) => {
    const host = FakeHost.serving({ take: () => 1 });
    host.told();
    host.call(name, ...args);
    expect(host.told()).toEqual([['error', 2, expect.objectContaining({ code })]]);
  });

  test.each([
    [{ get: true }, 'take', 'ERR_SYNAPSE_UNSUPPORTED_CALL'],
    [{ get: true }, 'VERSION', 'ERR_SYNAPSE_UNKNOWN_METHOD'],
    [{ on: 4 }, 'take', 'ERR_SYNAPSE_STALE_HANDLE'],
  ])('refuses a call with the options %p', (options, name, code) => {
    const host = FakeHost.serving({ take: () => 1 });
    host.told();
    host.play([KIND.call, 2, name, options], { payload: Uint8Array.of(0x91, 0x90), buffers: [] });
    expect(host.told()).toEqual([['error', 2, expect.objectContaining({ code })]]);
  });

  test.each([
    ['keywords', '929081a16105', 'ERR_SYNAPSE_UNSUPPORTED_CALL', 'got a by name'],
    ['no arguments', '01', 'ERR_SYNAPSE_SERIALIZATION', 'has no arguments'],
    ['bytes that are no value', '91', 'ERR_SYNAPSE_SERIALIZATION', 'does not decode'],
    ['a function without a number', '9191d40cc0', 'ERR_SYNAPSE_SERIALIZATION', 'lacks its id'],
  ])('refuses a call with %s, and goes on', async (_, hex, code, message) => {
    const host = FakeHost.serving({ take: (value) => value });
    host.told();
    host.play([KIND.call, 2, 'take'], { payload: Buffer.from(hex, 'hex'), buffers: [] });
    await settled();
    host.call('take', 5);
    expect(host.told()).toEqual([
      ['error', 2, expect.objectContaining({ code, message: expect.stringContaining(message) })],
      ['result', 2, 5],
    ]);
  });
});

describe('a stream', () => {
  it('pulls nothing without credit, and never more than the credit goes', async () => {
    const pulled: number[] = [];
    const host = FakeHost.serving({
      count: function* (limit) {
        for (let number = 0; number < limit; number++) {
          pulled.push(number);
          yield number;
        }
      },
    });
    const id = host.call('count', 5);
    host.told();
    await settled();
    expect(pulled).toEqual([]);
    host.play([KIND.credit, id, 300]);
    await settled();
    expect(host.told()).toEqual([0, 1].map((number) => ['chunk', id, number]));
    expect(pulled).toEqual([0, 1]);
    host.play([KIND.credit, id, WINDOW]);
    await settled();
    expect(host.told()).toEqual([...[2, 3, 4].map((number) => ['chunk', id, number]), ['end', id]]);
  });

  test.each([
    ['an array', () => [1, 2], [1, 2]],
    [
      'an async generator',
      async function* () {
        yield 1;
        yield 2;
      },
      [1, 2],
    ],
    ['a promise of an iterable', async () => new Set([1]), [1]],
    ['nothing', () => undefined, []],
  ])('is what %s gives', async (_, run, expected) => {
    const host = FakeHost.serving({ items: [run, { response: 'stream' }] });
    host.told();
    const id = host.call('items');
    host.play([KIND.credit, id, WINDOW]);
    await settled();
    expect(host.told()).toEqual([...expected.map((item) => ['chunk', id, item]), ['end', id]]);
  });

  test.each([
    ['gives no iterable', () => 5, { type: 'TypeError', message: expect.stringContaining('no iterable') }],
    ['gives a text', () => 'text', { type: 'TypeError' }],
    [
      'throws',
      function* () {
        yield 1;
        throw new RangeError('over');
      },
      { type: 'RangeError' },
    ],
    ['gives a value without a form', () => [1, () => 2], { code: 'ERR_SYNAPSE_SERIALIZATION', path: 'chunk' }],
  ])('fails when its handler %s', async (_, run, error) => {
    const host = FakeHost.serving({ items: [run as () => unknown, { response: 'stream' }] });
    const id = host.call('items');
    host.told();
    host.play([KIND.credit, id, WINDOW]);
    await settled();
    expect(host.told().at(-1)).toEqual(['error', id, expect.objectContaining(error)]);
  });

  it('sends what a handler has left behind that did not wait for room, and ends after that', async () => {
    const host = FakeHost.serving({
      chunks: [
        (_, { chunk, end }) => {
          void chunk('a');
          end();
        },
        { response: 'stream' },
      ],
    });
    const id = host.call('chunks');
    host.told();
    await settled();
    expect(host.told()).toEqual([]);
    host.play([KIND.credit, id, WINDOW]);
    await settled();
    expect(host.told()).toEqual([
      ['chunk', id, 'a'],
      ['end', id],
    ]);
  });

  it('waits for room with each chunk that a handler sends, and ends after them', async () => {
    const sent: unknown[] = [];
    const host = FakeHost.serving({
      chunks: [
        async (_, { chunk, end }) => {
          for (const item of ['a', 'b', 'c']) {
            await chunk(item);
            sent.push(item);
          }
          void chunk('d');
          end();
          await expect(chunk('e')).rejects.toThrow('has its answer');
        },
        { response: 'stream' },
      ],
    });
    const id = host.call('chunks');
    host.told();
    await settled();
    expect(sent).toEqual([]);
    for (const [index, item] of ['a', 'b', 'c'].entries()) {
      host.play([KIND.credit, id, 100]);
      host.play([KIND.credit, id, 161]);
      await settled();
      expect([sent.length, host.told()]).toEqual([index + 1, [['chunk', id, item]]]);
    }
    host.play([KIND.credit, id, 1]);
    await settled();
    expect(host.told()).toEqual([
      ['chunk', id, 'd'],
      ['end', id],
    ]);
  });

  it('closes its generator when the host leaves, and says so after its last block', async () => {
    const { promise, resolve } = deferred();
    const steps: string[] = [];
    const host = FakeHost.serving({
      parts: async function* () {
        try {
          for (;;) yield new Uint8Array(1000);
        } finally {
          steps.push('closing');
          await promise;
          steps.push('closed');
        }
      },
    });
    const id = host.call('parts');
    host.play([KIND.credit, id, 1000]);
    await settled();
    host.told();
    host.play([KIND.cancel, id]);
    await settled();
    expect([steps, host.told()]).toEqual([['closing'], []]);
    resolve();
    await settled();
    expect([steps, host.told()]).toEqual([['closing', 'closed'], [['error', id, CANCELLED]]]);
  });

  it('closes a generator that is at work when the host leaves, and waits for its last block', async () => {
    const [work, closing] = [deferred(), deferred()];
    const host = FakeHost.serving({
      parts: async function* () {
        try {
          await work.promise;
          yield 1;
        } finally {
          await closing.promise;
        }
      },
    });
    const id = host.call('parts');
    host.play([KIND.credit, id, WINDOW]);
    await settled();
    host.told();
    host.play([KIND.cancel, id]);
    work.resolve();
    await settled();
    expect(host.told()).toEqual([]);
    closing.resolve();
    await settled();
    expect(host.told()).toEqual([['error', id, CANCELLED]]);
  });

  it('closes a source that waits for its next item when the host leaves', async () => {
    const ended = deferred();
    const source = {
      [Symbol.asyncIterator]: () => source,
      next: () => ended.promise.then(() => ({ done: true, value: undefined })),
      return: () => {
        ended.resolve();
        return { done: true, value: undefined };
      },
    };
    const host = FakeHost.serving({ items: [() => source, { response: 'stream' }] });
    const id = host.call('items');
    host.play([KIND.credit, id, WINDOW]);
    await settled();
    host.told();
    host.play([KIND.cancel, id]);
    await settled();
    expect(host.told()).toEqual([['error', id, CANCELLED]]);
  });

  it('ends a handler that sends chunks when the host leaves: chunk() rejects', async () => {
    let thrown: unknown;
    const host = FakeHost.serving({
      chunks: [
        async (_, { chunk }) => {
          try {
            for (;;) await chunk('x');
          } catch (error) {
            thrown = error;
            throw error;
          }
        },
        { response: 'stream' },
      ],
    });
    const id = host.call('chunks');
    host.play([KIND.credit, id, 1]);
    await settled();
    host.told();
    host.play([KIND.cancel, id]);
    await settled();
    expect(thrown).toMatchObject({ code: 'ERR_SYNAPSE_CANCELLED' });
    expect(host.told()).toEqual([['error', id, CANCELLED]]);
  });
});

describe('a receipt', () => {
  it('goes out when the handler begins, or when it says so by its context', async () => {
    const { promise } = deferred();
    const host = FakeHost.serving({
      job: [async (_data: unknown) => promise, { response: 'ack' }],
      ticket: [(data, { ack }) => Promise.resolve().then(() => ack({ ticket: data })), { response: 'ack' }],
      forgotten: [async (_data, _context) => undefined, { response: 'ack' }],
      refused: [() => Promise.reject(new Error('no')), { response: 'ack' }],
      early: [(_data, { error }) => error(new Error('no')), { response: 'ack' }],
    });
    host.told();
    const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const ids = ['job', 'ticket', 'forgotten', 'refused', 'early'].map((name) => host.call(name, 7));
    await settled();
    expect(host.told().sort(([, a], [, b]) => a - b)).toEqual([
      ['ack', ids[0], null],
      ['ack', ids[1], { ticket: 7 }],
      ['ack', ids[2], null],
      ['ack', ids[3], null],
      ['error', ids[4], expect.objectContaining({ message: 'no' })],
    ]);
    expect(stderr.mock.calls.map(([text]) => String(text).split('\n')[0])).toEqual([
      'refused failed when its call had its answer: Error: no',
    ]);
    stderr.mockRestore();
  });
});

it('says nothing to a call whose response is none', async () => {
  const host = FakeHost.serving({ note: [async (data) => data, { response: 'none' }] });
  host.told();
  host.call('note', 5);
  await settled();
  expect(host.told()).toEqual([]);
});

test.each([
  ['result', 'chunk'],
  ['result', 'ack'],
  ['stream', 'respond'],
  ['ack', 'end'],
] as const)('refuses an answer that does not fit: %s, %s()', async (response, answer) => {
  const host = FakeHost.serving({ misuse: [(_data, context) => context[answer](1), { response }] });
  host.told();
  host.call('misuse');
  await settled();
  expect(host.told()).toEqual([
    ['error', 2, expect.objectContaining({ message: expect.stringContaining(`${answer}() is no answer of misuse`) })],
  ]);
});

it('answers pings, also while a handler waits', () => {
  const host = FakeHost.serving({ wait: () => new Promise(() => undefined) });
  host.call('wait');
  host.told();
  host.play([KIND.ping, 8]);
  expect(host.told()).toEqual([['pong', 8]]);
});

it('begins one function in a turn where the host asks for it, and drops one that was given up before', async () => {
  const begun: unknown[] = [];
  const host = FakeHost.serving({ take: (data) => begun.push(data) });
  host.greet({ eager: true });
  host.told();
  const ids = [1, 2, 3].map((data) => host.call('take', data));
  expect(begun).toEqual([]);
  await settled();
  expect([begun, host.told()]).toEqual([[1], [['result', ids[0], 1]]]);
  host.play([KIND.cancel, ids[1] as number]);
  expect(host.told()).toEqual([['error', ids[1], expect.objectContaining({ code: 'ERR_SYNAPSE_CANCELLED', rung: 'queue' })]]);
  await settled();
  await settled();
  expect([begun, host.told()]).toEqual([[1, 3], [['result', ids[2], 2]]]);
});

describe('a host that wants to know which functions run', () => {
  function eagerHost(handlers: Parameters<typeof FakeHost.serving>[0]): FakeHost {
    const host = FakeHost.serving(handlers);
    host.greet({ eager: true });
    host.told();
    return host;
  }

  test.each(['ack', 'none'] as const)('is told once when the handler of a call has ended whose response is %s', async (response) => {
    const work = deferred();
    const host = eagerHost({ job: [async (_data: unknown) => work.promise, { response }] });
    const id = host.call('job', 5);
    await settled();
    expect(host.told()).toEqual(response === 'ack' ? [['ack', id, null]] : []);
    work.resolve();
    await settled();
    expect(host.told()).toEqual([['end', id]]);
    host.play([KIND.cancel, id]);
    await settled();
    expect(host.told()).toEqual([]);
  });

  it('is told so after what the handler threw, and once where an error was the answer', async () => {
    const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const thrown = (_data: unknown) => Promise.reject(new Error('no'));
    const host = eagerHost({
      job: [thrown, { response: 'ack' }],
      note: [thrown, { response: 'none' }],
      early: [(_data, { error }) => error(new Error('no')), { response: 'ack' }],
      formless: [(_data, _context) => () => 1, { response: 'ack' }],
    });
    const [job, note, early, formless] = ['job', 'note', 'early', 'formless'].map((name) => host.call(name, 5));
    for (let turn = 0; turn < 5; turn++) await settled();
    expect(host.told()).toEqual([
      ['ack', job, null],
      ['end', job],
      ['end', note],
      ['error', early, expect.objectContaining({ message: 'no' })],
      ['error', formless, expect.objectContaining({ code: 'ERR_SYNAPSE_SERIALIZATION' })],
    ]);
    expect(stderr).toHaveBeenCalledTimes(2);
    stderr.mockRestore();
  });

  test.each(['ack', 'none'] as const)('gets an error alone where a call with the response %s cannot begin', async (response) => {
    const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const host = eagerHost({ job: [() => 1, { response }] });
    host.play([KIND.call, 2, 'job'], { payload: Uint8Array.of(1), buffers: [] });
    await settled();
    expect(host.told()).toEqual([['error', 2, expect.objectContaining({ code: 'ERR_SYNAPSE_SERIALIZATION' })]]);
    stderr.mockRestore();
  });

  it('gets one closing answer to each call that it gave up', async () => {
    const work = deferred();
    const host = eagerHost({
      job: [async (_data: unknown) => work.promise, { response: 'ack' }],
      note: [async () => work.promise, { response: 'none' }],
    });
    const begun = ['job', 'note'].map((name) => host.call(name, 5));
    await settled();
    await settled();
    const waiting = ['job', 'note'].map((name) => host.call(name, 5));
    host.told();
    for (const id of [...waiting, ...begun]) host.play([KIND.cancel, id]);
    expect(host.told()).toEqual([
      ['error', waiting[0], expect.objectContaining({ code: 'ERR_SYNAPSE_CANCELLED', rung: 'queue' })],
      ['end', waiting[1]],
    ]);
    work.resolve();
    await settled();
    await settled();
    await settled();
    expect(host.told()).toEqual(begun.map((id) => ['end', id]));
  });
});

describe('an event', () => {
  it('is sent if it was declared, and its data has a form', () => {
    const host = new FakeHost();
    host.definitions.addMethod('take', () => 1);
    host.definitions.addEvent('progress');
    const conversation = host.begin();
    host.told();
    conversation.emit('progress', { percent: 5 });
    expect(host.told()).toEqual([['event', 0, 'progress', { percent: 5 }]]);
    expect(() => conversation.emit('other', 1)).toThrow(/declares progress/);
    expect(() => conversation.emit('progress', () => 1)).toThrow(expect.objectContaining({ code: 'ERR_SYNAPSE_SERIALIZATION' }));
    host.transport.finish();
    conversation.emit('progress', 1);
    expect(host.told()).toEqual([]);
  });
});

describe('the end', () => {
  it('comes at once when nothing goes on', async () => {
    const host = FakeHost.serving({ take: () => 1 });
    host.call('take');
    await settled();
    host.transport.finish();
    expect(host.over).toBe(true);
  });

  it('waits for handlers, which are told, and sends nothing more', async () => {
    let ended = false;
    const host = FakeHost.serving({
      wait: async (_, { signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        ended = true;
      },
    });
    host.call('wait');
    host.told();
    host.transport.finish();
    expect(host.over).toBe(false);
    await settled();
    expect([ended, host.over, host.told()]).toEqual([true, true, []]);
  });

  it('does not wait for ever', () => {
    jest.useFakeTimers();
    const host = FakeHost.serving({ wait: () => new Promise(() => undefined) });
    host.call('wait');
    host.transport.finish();
    jest.advanceTimersByTime(299);
    expect(host.over).toBe(false);
    jest.advanceTimersByTime(1);
    expect(host.over).toBe(true);
    jest.useRealTimers();
  });

  test.each([
    ['no message', [0x92, 0xa1, 0x32]],
    ['a message that only a worker sends', [0x92, 0x06, 0x02, 0xc0]],
    ['a hello of another version', [0x93, 0x00, 0x02, 0x80]],
  ])('is a break when the host sends %s', (_, bytes) => {
    const host = FakeHost.serving({ take: () => 1 });
    host.transport.answer(...bytes);
    expect(host.broken).toHaveLength(1);
    host.call('take');
    expect(host.told().map(([kind]) => kind)).toEqual(['hello']);
  });
});
