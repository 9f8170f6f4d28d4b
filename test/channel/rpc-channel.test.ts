import { KIND } from '../../src/protocol/message';
import { FakeWorker } from '../support/fake-worker';
import { rejection } from '../support/until';

const ids = (worker: FakeWorker, kind = 'call') =>
  worker
    .sent()
    .filter((message) => message.kind === kind)
    .map(({ id }) => id);

it('says hello first', () => {
  const { transport } = new FakeWorker();
  expect(transport.sent).toHaveLength(1);
  expect(transport.sent[0]?.[1]).toBe(KIND.hello);
});

describe('a call', () => {
  it('has an even id of its own, its name, and arguments by place and by name', async () => {
    const worker = new FakeWorker();
    const calls = [
      worker.send('double', [1, 'two']),
      worker.channel.invoke({ used: 'py', name: 'fetch', args: [3], kwargs: { x: 4 } }, {}),
    ];
    expect(worker.sent()).toEqual([
      { kind: 'call', id: 2, rest: ['double'], payload: [[1, 'two']] },
      { kind: 'call', id: 4, rest: ['fetch'], payload: [[3], { x: 4 }] },
    ]);
    worker.result(4, 'b');
    worker.result(2, { a: 1 });
    expect(await Promise.all(calls)).toEqual([{ a: 1 }, 'b']);
  });

  it('takes its answer whatever the order', async () => {
    const worker = new FakeWorker();
    const settled: unknown[] = [];
    const calls = ['fetch', 'fetch', 'double'].map((name) => worker.send(name).then((value) => settled.push(value)));
    worker.playAll([
      [[KIND.result, 6], 'third'],
      [[KIND.result, 2], 'first'],
      [[KIND.result, 4], 'second'],
    ]);
    await Promise.all(calls);
    expect(settled).toEqual(['third', 'first', 'second']);
  });

  it('tells the module its deadline', () => {
    const worker = new FakeWorker({ callTimeout: 500 });
    for (const options of [{}, { timeout: 20 }, { timeout: 0 }]) worker.send('fetch', [], options).catch(() => undefined);
    expect(worker.sent().map(({ rest }) => rest[1])).toEqual([{ timeout: 500 }, { timeout: 20 }, undefined]);
    worker.channel.close(() => new Error('over'), true);
  });

  it('goes to the handler without a name, and its payload is called so in errors', async () => {
    const worker = new FakeWorker();
    const answer = worker.channel.request({ a: 1 }, {});
    expect(worker.sent()).toEqual([{ kind: 'call', id: 2, rest: [''], payload: [[{ a: 1 }]] }]);
    worker.result(2, 'handled');
    expect(await answer).toBe('handled');
    const error = await rejection(worker.channel.request({ rows: [/x/] }, {}));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION', path: 'payload.rows[0]' });
    expect(error.message).toMatch(/^payload\.rows\[0\] cannot be sent/);
    const without = new FakeWorker({}, false);
    expect(await rejection(without.channel.request(1, {}))).toMatchObject({ code: 'ERR_SYNAPSE_UNSUPPORTED_CALL', used: 'call' });
  });

  it('fails alone if its arguments or its answer have no form', async () => {
    const worker = new FakeWorker();
    expect(await rejection(worker.send('double', [1, { x: Symbol('s') }]))).toMatchObject({ path: 'arguments[1].x' });
    const [broken, fine] = [rejection(worker.send('double')), worker.send('double')];
    const [first, second] = ids(worker);
    worker.transport.give(Buffer.from([4, 0, 0, 0, 0x92, KIND.result, first as number, 0xc1]));
    worker.result(second as number, 'fine');
    expect(await broken).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION' });
    expect(await fine).toBe('fine');
    expect(worker.failures).toEqual([]);
  });

  it('gets a large answer without the others waiting for it', async () => {
    const worker = new FakeWorker();
    const settled: string[] = [];
    const large = worker.send('fetch').then((value) => settled.push(`large ${(value as unknown[]).length}`));
    const small = worker.send('fetch').then(() => settled.push('small'));
    worker.playAll([
      [[KIND.result, 2], Array.from({ length: 30_000 }, (_, i) => ({ i }))],
      [[KIND.result, 4], 1],
    ]);
    await Promise.all([large, small]);
    expect(settled).toEqual(['small', 'large 30000']);
    expect(worker.transport.held).toBe(false);
  });
});

describe('the window', () => {
  it('holds for functions that run one after another, and for those only', async () => {
    const worker = new FakeWorker({ maxInFlight: 1 });
    const calls = ['double', 'double', 'fetch', 'round'].map((name) => worker.send(name));
    expect(ids(worker)).toEqual([2, 6]);
    worker.result(2, 'a');
    expect(ids(worker)).toEqual([4]);
    worker.result(4, 'b');
    expect(ids(worker)).toEqual([8]);
    worker.result(8, 'd');
    worker.result(6, 'c');
    expect(await Promise.all(calls)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('lets as many wait as maxQueue allows', async () => {
    const worker = new FakeWorker({ maxInFlight: 1, maxQueue: 1 });
    const calls = [worker.send('double'), worker.send('double')];
    expect(await rejection(worker.send('double'))).toMatchObject({ code: 'ERR_SYNAPSE_QUEUE_FULL', limit: 1 });
    worker.result(2, 1);
    worker.result(4, 2);
    expect(await Promise.all(calls)).toEqual([1, 2]);
  });

  it('is closed while the transport is saturated, to the others too', () => {
    const worker = new FakeWorker({ maxInFlight: 10, maxQueue: 10 });
    worker.transport.accepts = false;
    for (const name of ['double', 'double', 'fetch', 'forget']) void worker.send(name);
    expect(ids(worker)).toEqual([2]);
    worker.transport.drain();
    expect(ids(worker)).toEqual([6, 4, 8]);
  });
});

describe('the response kind', () => {
  it('ack resolves with the receipt, and the call is over', async () => {
    const worker = new FakeWorker({ maxInFlight: 1 });
    const calls = [worker.send('begin'), worker.send('double')];
    worker.play([KIND.ack, 2], 'job 7');
    expect(await calls[0]).toBe('job 7');
    expect(ids(worker)).toEqual([2, 4]);
    expect(worker.transport.held).toBe(true);
    worker.result(4, 1);
    await calls[1];
  });

  it('none resolves when the call is sent, in its turn', async () => {
    const worker = new FakeWorker({ maxInFlight: 1 });
    const double = worker.send('double');
    let isSent = false;
    const forget = worker.send('forget').then((value) => {
      isSent = true;
      return value;
    });
    await Promise.resolve();
    expect([isSent, ids(worker)]).toEqual([false, [2]]);
    worker.result(2, 1);
    expect([await double, await forget, ids(worker)]).toEqual([1, undefined, [4]]);
    expect(worker.transport.held).toBe(false);
    void worker.send('double');
    expect(ids(worker)).toEqual([6]);
  });

  it('stream refuses an ordinary call, and the others refuse to be a stream', async () => {
    const worker = new FakeWorker();
    expect(await rejection(worker.send('count'))).toMatchObject({
      code: 'ERR_SYNAPSE_UNSUPPORTED_CALL',
      method: 'count',
      response: 'stream',
      used: 'send',
    });
    expect(await rejection(worker.stream('begin').next())).toMatchObject({ method: 'begin', response: 'ack', used: 'stream' });
    expect(ids(worker)).toEqual([]);
  });
});

describe('a call that is given up', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('is cancelled in the worker, and how that ended is told', async () => {
    const worker = new FakeWorker();
    const abort = new AbortController();
    const calls = [worker.send('double', [], { timeout: 50 }), worker.send('fetch', [], { signal: abort.signal })].map((call) =>
      rejection(call),
    );
    jest.advanceTimersByTime(50);
    expect(await calls[0]).toMatchObject({ code: 'ERR_SYNAPSE_CALL_TIMEOUT', method: 'double', timeout: 50, phase: 'run' });
    abort.abort('enough');
    expect(await calls[1]).toBe('enough');
    expect(ids(worker, 'cancel')).toEqual([2, 4]);
    expect(worker.cancels).toEqual([]);
    jest.advanceTimersByTime(30);
    worker.error(2, { type: 'Cancelled', message: 'was stopped', code: 'ERR_SYNAPSE_CANCELLED', rung: 'injected' });
    worker.result(4, 'too late');
    expect(worker.cancels).toEqual([
      { method: 'double', id: 2, rung: 'injected', elapsed: 30 },
      { method: 'fetch', id: 4, rung: 'finished', elapsed: 30 },
    ]);
    expect(worker.failures).toEqual([]);
  });

  it('keeps its place in the window until it has ended', async () => {
    const worker = new FakeWorker({ maxInFlight: 1 });
    const first = rejection(worker.send('double', [], { timeout: 10 }));
    const second = worker.send('double');
    jest.advanceTimersByTime(10);
    await first;
    expect(ids(worker)).toEqual([2]);
    worker.result(2, 'late');
    expect(ids(worker)).toEqual([4]);
    worker.result(4, 'own');
    expect(await second).toBe('own');
  });

  it('is never sent if it still waited, and is told as such', async () => {
    const worker = new FakeWorker({ maxInFlight: 1 });
    const first = worker.send('double');
    const waiting = rejection(worker.send('double', [], { timeout: 10 }));
    jest.advanceTimersByTime(10);
    expect(await waiting).toMatchObject({ code: 'ERR_SYNAPSE_CALL_TIMEOUT', phase: 'queue' });
    expect(worker.cancels).toEqual([{ method: 'double', id: 4, rung: 'queue', elapsed: 0 }]);
    worker.result(2, 1);
    await first;
    expect(worker.sent().map(({ kind }) => kind)).toEqual(['call']);
  });

  it('is not even queued if its signal was aborted before', async () => {
    const worker = new FakeWorker();
    expect(await rejection(worker.send('double', [], { signal: AbortSignal.abort('before') }))).toBe('before');
    expect(await rejection(worker.stream('count', [], { signal: AbortSignal.abort('before') }).next())).toBe('before');
    expect([worker.sent(), worker.cancels]).toEqual([[], []]);
  });

  it('names the phase: behind an earlier one, on its way, or its answer on its way', async () => {
    const worker = new FakeWorker();
    const calls = ['double', 'double', 'fetch'].map((name) => rejection<{ phase: string }>(worker.send(name, [], { timeout: 10 })));
    worker.transport.give(Buffer.from([200, 0, 0, 0, 0x92, KIND.result, 6, 0xda]));
    jest.advanceTimersByTime(10);
    expect((await Promise.all(calls)).map(({ phase }) => phase)).toEqual(['run', 'queue', 'transfer']);
    const stuck = rejection(worker.send('fetch', [], { timeout: 10 }));
    worker.transport.unwritten = 1;
    jest.advanceTimersByTime(10);
    expect(await stuck).toMatchObject({ phase: 'transfer' });
  });
});

it('keeps the program alive only while somebody waits for a call', async () => {
  const worker = new FakeWorker();
  expect(worker.transport.held).toBe(false);
  const abort = new AbortController();
  const calls = [worker.send('double'), rejection(worker.send('fetch', [], { signal: abort.signal }))];
  worker.result(2, 1);
  expect(worker.transport.held).toBe(true);
  abort.abort();
  expect(worker.transport.held).toBe(false);
  await Promise.all(calls);
});

describe('a ping', () => {
  it('resolves with the time it took', async () => {
    const worker = new FakeWorker();
    const ping = worker.channel.ping({});
    const [id] = ids(worker, 'ping');
    expect(worker.transport.held).toBe(true);
    worker.play([KIND.pong, id]);
    expect(await ping).toBeGreaterThanOrEqual(0);
    expect(worker.transport.held).toBe(false);
  });

  it('can be given up; a late answer is dropped', async () => {
    const worker = new FakeWorker();
    const abort = new AbortController();
    const ping = rejection(worker.channel.ping({ signal: abort.signal }));
    abort.abort('enough');
    expect(await ping).toBe('enough');
    worker.play([KIND.pong, 2]);
    expect(worker.failures).toEqual([]);
  });

  it('of the worker is answered', () => {
    const worker = new FakeWorker();
    worker.play([KIND.ping, 7]);
    expect(worker.sent()).toEqual([{ kind: 'pong', id: 7, rest: [], payload: undefined }]);
  });
});

describe('an event', () => {
  it('is given out with its data', () => {
    const worker = new FakeWorker();
    worker.play([KIND.event, 0, 'progress'], { epoch: 1 });
    expect(worker.events).toEqual([['progress', { epoch: 1 }]]);
    expect(worker.transport.held).toBe(false);
  });

  it('is not overtaken by a smaller one behind it', async () => {
    const worker = new FakeWorker();
    worker.playAll([
      [[KIND.event, 0, 'large'], Array.from({ length: 30_000 }, (_, i) => ({ i }))],
      [[KIND.event, 0, 'small'], 1],
      [[KIND.event, 0, 'last'], 2],
    ]);
    while (worker.events.length < 3) await new Promise(setImmediate);
    expect(worker.events.map(([name]) => name)).toEqual(['large', 'small', 'last']);
  });

  it('that does not decode is dropped with a word in the log', () => {
    const worker = new FakeWorker();
    worker.transport.give(Buffer.from([6, 0, 0, 0, 0x93, KIND.event, 0, 0xa1, 0x65, 0xc1]));
    expect(worker.lines).toEqual([
      expect.objectContaining({ level: 'error', logger: 'synapse_py', line: expect.stringContaining('event e was dropped') }),
    ]);
    expect(worker.failures).toEqual([]);
  });
});

describe('ends the worker, once, on', () => {
  test.each([
    ['an answer to a call that was never made', [0x92, KIND.result, 50, 1]],
    ['an answer with an id that is none of the host', [0x92, KIND.result, 3, 1]],
    ['an unknown kind', [0x92, 99, 2]],
    ['a header that is no array', [0x81, 1, 2]],
    ['a second hello', [0x93, KIND.hello, 1, 0x80]],
    ['a credit without its number', [0x92, KIND.credit, 2]],
  ])('%s', (_, body) => {
    const worker = new FakeWorker();
    void worker.send('double').catch(() => undefined);
    const frame = Buffer.from([body.length, 0, 0, 0, ...body]);
    worker.transport.give(Buffer.concat([frame, frame]));
    worker.transport.finish();
    expect(worker.failures).toEqual([expect.objectContaining({ code: 'ERR_SYNAPSE_FRAME' })]);
  });

  test('its end, also inside a frame, is none of the protocol: how the process ended says more', () => {
    const [inside, between] = [new FakeWorker(), new FakeWorker()];
    inside.transport.give(Buffer.from([5, 0]));
    inside.transport.finish();
    between.transport.finish();
    expect([...inside.failures, ...between.failures]).toEqual([undefined, undefined]);
  });
});

it('settles everything when it closes, each with an error of its own', async () => {
  const worker = new FakeWorker({ maxInFlight: 1 });
  const stream = worker.stream('count');
  const waiting = [worker.send('double'), worker.send('double'), worker.send('fetch'), worker.channel.ping({}), stream.next()].map(
    (promise) => rejection(promise),
  );
  worker.channel.close(() => new Error('first'), true);
  worker.channel.close(() => new Error('second'), true);
  const late = [worker.send('double'), worker.channel.ping({}), worker.stream('count').next()].map((promise) => rejection(promise));
  const errors = await Promise.all([...waiting, ...late]);
  expect(errors.map(({ message }) => message)).toEqual(Array.from({ length: 8 }, () => 'first'));
  expect(new Set(errors).size).toBe(8);
  expect(worker.transport.held).toBe(false);
});
