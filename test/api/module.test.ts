import { controlOf, Module, type ModuleCalls } from '../../src/api/module';
import { ModuleEvents } from '../../src/api/module-events';
import type { InboundStream } from '../../src/channel/inbound-stream';
import type { Invocation } from '../../src/channel/invocation';
import { kw } from '../../src/channel/keywords';
import type { CallOptions } from '../../src/channel/pending';
import type { Codec } from '../../src/codecs/codec';
import { rawCodec } from '../../src/codecs/raw';
import { NotReadyError, SynapseError } from '../../src/errors';
import { rejection } from '../support/until';

const upper: Codec<string> = {
  name: 'upper',
  serialize: (value) => Buffer.from(value.toUpperCase()),
  deserialize: (bytes) => Buffer.from(bytes).toString().toLowerCase(),
};

type Answer = (invocation: Invocation) => unknown;

/** What carries calls: notes them, and answers each as it is told. */
class FakeCalls implements ModuleCalls {
  readonly isRunning = true;
  readonly state = 'ready';
  readonly pid = 7;
  readonly made: [Invocation, CallOptions][] = [];
  readonly left: string[] = [];
  readonly #answer: Answer;

  constructor(answer: Answer = ({ args }) => args[0]) {
    this.#answer = answer;
  }

  async invoke(invocation: Invocation, options: CallOptions): Promise<unknown> {
    this.made.push([invocation, options]);
    return this.#answer(invocation);
  }

  stream(invocation: Invocation, options: CallOptions): InboundStream {
    this.made.push([invocation, options]);
    return this.#values(this.#answer(invocation) as unknown[]) as unknown as InboundStream;
  }

  async *#values(values: unknown[]): AsyncGenerator<unknown> {
    try {
      yield* values;
      this.left.push('end');
    } finally {
      this.left.push('closed');
    }
  }
}

function connected<M, E>(module: Module<M, E>, answer?: Answer): FakeCalls {
  const calls = new FakeCalls(answer);
  controlOf(module).connect(calls);
  return calls;
}

describe('what is declared', () => {
  it('is remembered as it was given, and checked at once', () => {
    const module = new Module('worker')
      .executable('node', ['worker.mjs'], { cwd: '/tmp', env: { A: 'b' } })
      .method('add', { timeout: 5 })
      .event('progress')
      .spawnPolicy({ maxRetries: 1 })
      .maxPayloadSize(1000)
      .requestTimeout(0);
    expect(controlOf(module).declaration).toMatchObject({
      name: 'worker',
      program: { kind: 'program', command: 'node', args: ['worker.mjs'], options: { cwd: '/tmp', env: { A: 'b' } } },
      policy: { maxRetries: 1 },
      maxPayloadSize: 1000,
      requestTimeout: 0,
    });
    expect([[...module.methods.keys()], [...module.events.keys()]]).toEqual([['add'], ['progress']]);
    expect([module.name, module.state, module.process]).toEqual(['worker', 'created', undefined]);
  });

  it('may be a directory of Python', () => {
    const module = new Module('worker').python('./py', 'main.py', { offline: true });
    const python = { kind: 'python', directory: './py', entrypoint: 'main.py', options: { offline: true } };
    expect(controlOf(module).declaration.program).toEqual(python);
    expect(controlOf(new Module('worker').python('./py')).declaration.program).toMatchObject({ entrypoint: 'main' });
  });

  test.each<[string, () => unknown]>([
    ['name', () => new Module('')],
    ['command', () => new Module('w').executable('')],
    ['args', () => new Module('w').executable('node', 'x' as never)],
    ['args', () => new Module('w').executable('node', [1] as never)],
    ['cwd', () => new Module('w').executable('node', [], { cwd: 1 } as never)],
    ['shell', () => new Module('w').executable('node', [], { shell: true } as never)],
    ['env', () => new Module('w').executable('node', [], { env: null } as never)],
    ['env', () => new Module('w').executable('node', [], { env: { A: 1 } } as never)],
    ['env', () => new Module('w').python('./py', 'main', { env: { A: 1 } } as never)],
    ['directory', () => new Module('w').python(7 as never)],
    ['pyhton', () => new Module('w').python('./py', 'main', { pyhton: 'x' } as never)],
    ['method', () => new Module('w').method('')],
    ['name', () => new Module('w').event(1 as never)],
    ['maxRetries', () => new Module('w').spawnPolicy({ maxRetries: -1 })],
    ['maxPayloadSize', () => new Module('w').maxPayloadSize(0)],
    ['requestTimeout', () => new Module('w').requestTimeout(-1)],
  ])('is refused by the name of the option: %s, %#', (option, declare) => {
    expect(declare).toThrow(expect.objectContaining({ code: 'ERR_SYNAPSE_INVALID_OPTION', option }));
  });

  it('cannot be declared twice', () => {
    const module = new Module('worker').method('add').event('progress');
    expect(() => module.method('add')).toThrow(expect.objectContaining({ code: 'ERR_SYNAPSE_MODULE_DEFINITION', module: 'worker' }));
    expect(() => module.event('progress')).toThrow(/progress twice/);
  });
});

describe('send', () => {
  it('passes the data on, and gives the answer', async () => {
    const module = new Module('worker').method('add').method('none');
    const { made } = connected(module, () => 3);
    expect(await module.send('add', { a: 1 })).toBe(3);
    await module.send('none');
    await module.send('add', kw({ digits: 2 }));
    expect(made.map(([{ name, args, kwargs, used }]) => [used, name, args, kwargs])).toEqual([
      ['send', 'add', [{ a: 1 }], undefined],
      ['send', 'none', [], undefined],
      ['send', 'add', [], { digits: 2 }],
    ]);
    expect([module.state, module.process]).toEqual(['ready', { pid: 7 }]);
  });

  it('takes data and answer through the codecs of the method', async () => {
    const module = new Module('worker').method('both', { codec: upper }).method('out', { responseCodec: upper });
    const { made } = connected(module, () => Buffer.from('BACK'));
    expect([await module.send('both', 'there'), await module.send('out', 'plain')]).toEqual(['back', 'back']);
    expect(made.map(([{ args }]) => args)).toEqual([[Buffer.from('THERE')], ['plain']]);
  });

  it('limits each call by its own timeout, else that of the method, else that of the module', async () => {
    const module = new Module('worker').method('own', { timeout: 5 }).method('never', { timeout: 0 }).method('usual');
    const { made } = connected(module);
    const { signal } = new AbortController();
    await module.send('own', 1, { timeout: 7, signal, key: 'k' });
    await module.send('own');
    await module.send('never');
    await module.send('usual');
    module.requestTimeout(40);
    await module.send('usual');
    expect(made.map(([, { timeout }]) => timeout)).toEqual([7, 5, 0, 30_000, 40]);
    expect(made[0]?.[1]).toMatchObject({ signal, key: 'k' });
  });

  it('tells whether the worker is to hear of a call that is given up', async () => {
    const module = new Module('worker').method('safe', { cancellable: false }).method('usual');
    const { made } = connected(module);
    await module.send('safe');
    await module.send('usual');
    expect(made.map(([{ cancellable }]) => cancellable)).toEqual([false, true]);
  });

  it('gives nothing for a response none, and an empty receipt as it is, whatever the codec', async () => {
    const module = new Module('worker')
      .method('log', { response: 'none', codec: rawCodec })
      .method('job', { response: 'ack', codec: rawCodec });
    const data = Uint8Array.of(1);
    connected(module, ({ name }) => (name === 'log' ? undefined : null));
    expect([await module.send('log', data), await module.send('job', data)]).toEqual([undefined, null]);
    connected(module);
    expect(await module.send('job', data)).toBe(data);
  });

  test.each<[string, (module: Module) => Promise<unknown>, object]>([
    [
      'a method that is not declared',
      (module) => module.send('ad'),
      { code: 'ERR_SYNAPSE_UNKNOWN_METHOD', method: 'ad', available: ['raw', 'rows'] },
    ],
    ['a stream', (module) => module.send('rows'), { code: 'ERR_SYNAPSE_UNSUPPORTED_CALL', response: 'stream' }],
    [
      'data that the codec does not take',
      (module) => module.send('raw', 'text'),
      { code: 'ERR_SYNAPSE_SERIALIZATION', path: 'arguments[0]' },
    ],
    [
      'an answer that the codec does not take',
      (module) => module.send('raw', Uint8Array.of(1)),
      { code: 'ERR_SYNAPSE_SERIALIZATION', path: 'result' },
    ],
    [
      'options of no form',
      (module) => module.send('raw', Uint8Array.of(1), { timeot: 1 } as never),
      { code: 'ERR_SYNAPSE_INVALID_OPTION', option: 'timeot' },
    ],
  ])('refuses %s', async (_, call, fields) => {
    const module = new Module('worker').method('raw', { codec: rawCodec }).method('rows', { response: 'stream' });
    connected(module, () => 'a text');
    expect(await rejection(call(module as unknown as Module))).toMatchObject(fields);
  });

  it('rejects with the stack of the caller', async () => {
    const module = new Module('worker').method('add', { codec: rawCodec });
    connected(module, () => 'a text');
    const theCaller = async () => await module.send('add', Uint8Array.of(1));
    expect((await rejection(theCaller())).stack).toContain('theCaller');
  });

  it('rejects before there is a worker', async () => {
    expect(await rejection(new Module('worker').method('add').send('add'))).toMatchObject({
      code: 'ERR_SYNAPSE_NOT_READY',
      state: 'created',
      message: expect.stringContaining("manager.spawn('worker')"),
    });
  });

  it.each([
    ['provisioning', "The module worker takes no calls, it is provisioning: await manager.spawn('worker') first."],
    ['disconnected', 'The worker of the module worker has ended'],
  ])('rejects by the name of the module while its worker is %s, also at the first pull of a stream', async (state, message) => {
    const module = new Module('worker').method('add').method('count', { response: 'stream' });
    const fail = function* () {
      yield* [];
      throw new NotReadyError(state, 'for a Synapse');
    };
    connected(module, ({ name }) => (name === 'count' ? fail() : fail().next()));
    const refused = { code: 'ERR_SYNAPSE_NOT_READY', state, message: expect.stringContaining(message) };
    expect(await rejection(module.send('add'))).toMatchObject(refused);
    expect(await rejection(module.stream('count').next())).toMatchObject(refused);
  });

  it('lets an error of the worker pass as it is', async () => {
    const module = new Module('worker').method('add', { codec: upper });
    const failure = new SynapseError('below');
    connected(module, () => {
      throw failure;
    });
    expect(await rejection(module.send('add', 'x'))).toBe(failure);
  });
});

describe('stream', () => {
  const rows = () => new Module('worker').method('rows', { requestCodec: rawCodec, responseCodec: upper, response: 'stream', timeout: 9 });

  it('takes the data and each value through the codecs', async () => {
    const module = rows();
    const { made, left } = connected(module, () => [Buffer.from('A'), Buffer.from('B')]);
    const found: string[] = [];
    for await (const value of module.stream('rows', Uint8Array.of(1), { key: 'k' })) found.push(value);
    expect(found).toEqual(['a', 'b']);
    expect(made).toEqual([[expect.objectContaining({ used: 'stream', name: 'rows', args: [Uint8Array.of(1)] }), { timeout: 9, key: 'k' }]]);
    expect(left).toEqual(['end', 'closed']);
  });

  it('is left when its loop is left, and when it is disposed', async () => {
    const module = rows();
    const { left } = connected(module, () => [Buffer.from('A'), Buffer.from('B')]);
    for await (const _ of module.stream('rows', Uint8Array.of(1))) break;
    const stream = module.stream('rows', Uint8Array.of(1));
    await stream.next();
    await stream[Symbol.asyncDispose]();
    expect(left).toEqual(['closed', 'closed']);
    expect(await stream.next()).toEqual({ value: undefined, done: true });
  });

  it('ends with an error at a value that the codec does not take, and is left then', async () => {
    const module = rows();
    const { left } = connected(module, () => [Buffer.from('A'), 'a text', Buffer.from('C')]);
    const stream = module.stream('rows', Uint8Array.of(1));
    expect(await stream.next()).toEqual({ value: 'a', done: false });
    expect(await rejection(stream.next())).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION', path: 'chunk' });
    expect([left, await stream.next()]).toEqual([['closed'], { value: undefined, done: true }]);
  });

  test.each<[string, (module: Module) => unknown, object]>([
    [
      'a method that is none',
      (module) => module.stream('one'),
      { code: 'ERR_SYNAPSE_UNSUPPORTED_CALL', response: 'result', used: 'stream' },
    ],
    ['a method that is not declared', (module) => module.stream('other'), { code: 'ERR_SYNAPSE_UNKNOWN_METHOD' }],
    [
      'data that the codec does not take',
      (module) => module.stream('rows', 1),
      { code: 'ERR_SYNAPSE_SERIALIZATION', path: 'arguments[0]' },
    ],
  ])('refuses %s', (_, call, fields) => {
    const module = rows().method('one');
    connected(module);
    expect(() => call(module as unknown as Module)).toThrow(expect.objectContaining(fields));
  });
});

describe('onEvent', () => {
  it('gives what the worker emits, through the codec of the event, until it is ended', () => {
    const module = new Module('worker').event('text', { codec: upper }).event('other');
    const found: unknown[] = [];
    const end = module.onEvent('text', (data) => found.push(data));
    const { receive } = controlOf(module);
    receive('text', Buffer.from('A'));
    receive('other', 1);
    receive('undeclared', 1);
    end();
    receive('text', Buffer.from('B'));
    expect(found).toEqual(['a']);
  });

  it('refuses an event that is not declared, and what is no function', () => {
    const module = new Module('worker').event('text') as unknown as Module;
    expect(() => module.onEvent('txt', () => undefined)).toThrow(
      expect.objectContaining({ code: 'ERR_SYNAPSE_MODULE_DEFINITION', message: expect.stringContaining('there are text') }),
    );
    expect(() => module.onEvent('text', 1 as never)).toThrow(expect.objectContaining({ option: 'callback' }));
  });

  it('tells of data that the codec does not take as an error of the module, if anybody listens', () => {
    const module = new Module('worker').event('text', { codec: upper });
    controlOf(module).receive('text', 1);
    const errors: Error[] = [];
    module.on(ModuleEvents.ERROR, (error) => errors.push(error));
    controlOf(module).receive('text', 1);
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_SYNAPSE_SERIALIZATION', path: 'text' })]);
  });
});
