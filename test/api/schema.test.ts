import { compareSchema, type Declaration, declareEvent, declareMethod } from '../../src/api/schema';
import type { ResponseKind } from '../../src/call-errors';
import { msgpackCodec } from '../../src/codecs/msgpack';
import { rawCodec } from '../../src/codecs/raw';
import { rawChunksCodec } from '../../src/codecs/raw-chunks';

describe('the config of a method', () => {
  it('has its defaults', () => {
    expect(declareMethod({})).toEqual({
      requestCodec: msgpackCodec,
      responseCodec: msgpackCodec,
      response: 'result',
      timeout: undefined,
      cancellable: true,
    });
    expect(declareEvent({})).toEqual({ codec: msgpackCodec });
  });

  it('takes one codec for both directions, or one for each', () => {
    expect(declareMethod({ codec: rawCodec })).toMatchObject({ requestCodec: rawCodec, responseCodec: rawCodec });
    expect(declareMethod({ responseCodec: rawCodec })).toMatchObject({ requestCodec: msgpackCodec, responseCodec: rawCodec });
    expect(declareMethod({ codec: rawCodec, responseCodec: rawChunksCodec })).toMatchObject({
      requestCodec: rawCodec,
      responseCodec: rawChunksCodec,
    });
  });

  it('takes an object with name, serialize and deserialize for a codec', () => {
    const codec = { name: 'own', serialize: () => new Uint8Array(), deserialize: () => 1 };
    expect(declareMethod({ codec }).requestCodec).toBe(codec);
  });

  test.each([
    ['codec', 'msgpack'],
    ['codec', null],
    ['requestCodec', {}],
    ['responseCodec', { name: 'x', serialize: () => 1 }],
    ['response', 'chunks'],
    ['timeout', -1],
    ['timeout', 1.5],
    ['timeout', 2 ** 31],
    ['cancellable', 'yes'],
    ['retries', 3],
  ])('refuses %s: %p, and names it', (option, value) => {
    expect(() => declareMethod({ [option]: value } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_SYNAPSE_INVALID_OPTION', option, message: expect.stringContaining(option) }),
    );
  });

  it('of an event is a codec only', () => {
    expect(() => declareEvent({ codec: 1 } as never)).toThrow(expect.objectContaining({ option: 'codec' }));
    expect(() => declareEvent({ response: 'stream' } as never)).toThrow(expect.objectContaining({ option: 'response' }));
  });
});

describe('compared with what the worker serves', () => {
  const declared = (methods: Record<string, ResponseKind>, events: string[] = []): Declaration => ({
    methods: new Map(Object.entries(methods).map(([name, response]) => [name, { response }])),
    events: new Map(events.map((name) => [name, {}])),
  });
  const hello = (methods: Record<string, ResponseKind>, classes: string[] = [], events?: string[]) => ({
    methods: declared(methods).methods,
    classes,
    events,
  });

  it('what is declared may be less than what is served', () => {
    const served = hello({ add: 'result', numbers: 'stream', log: 'none' }, ['Model'], ['progress', 'done']);
    expect(() => compareSchema('worker', declared({ add: 'result', numbers: 'stream' }, ['done']), served)).not.toThrow();
  });

  it('a class is a method that gives a result, and what lies within one is not compared', () => {
    const served = hello({}, ['Model']);
    expect(() =>
      compareSchema('worker', declared({ Model: 'result', 'Model.load': 'result', 'Model.rows': 'stream' }), served),
    ).not.toThrow();
    expect(() => compareSchema('worker', declared({ Model: 'stream' }), served)).toThrow(expect.objectContaining({ actual: 'result' }));
  });

  test.each<[string, Declaration, ReturnType<typeof hello>, object]>([
    [
      'method',
      declared({ ad: 'result' }),
      hello({ add: 'result' }, ['Model']),
      { kind: 'method', member: 'ad', expected: 'result', actual: undefined },
    ],
    [
      'kind of response',
      declared({ add: 'stream' }),
      hello({ add: 'result' }),
      { kind: 'method', member: 'add', expected: 'stream', actual: 'result' },
    ],
    ['event', declared({}, ['progres']), hello({}, [], ['progress']), { kind: 'event', member: 'progres', actual: undefined }],
    ['event of a worker that has none', declared({}, ['progress']), hello({}, [], []), { kind: 'event', member: 'progress' }],
  ])('a %s that the worker does not have is told by name', (_, ours, theirs, fields) => {
    expect(() => compareSchema('worker', ours, theirs)).toThrow(
      expect.objectContaining({ code: 'ERR_SYNAPSE_SCHEMA_MISMATCH', module: 'worker', ...fields }),
    );
  });

  it('a missing method is told with those that there are', () => {
    expect(() => compareSchema('worker', declared({ ad: 'result' }), hello({ add: 'result' }, ['Model']))).toThrow(/there are add, Model/);
  });

  it('events are compared only if the worker declares its own', () => {
    expect(() => compareSchema('worker', declared({}, ['progress']), hello({}))).not.toThrow();
  });
});
