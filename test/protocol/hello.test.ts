import { Encoder } from '../../src/protocol/encoder';
import { parseHello } from '../../src/protocol/hello';

const PYTHON = { mode: 'rpc', python: '3.11.7', pid: 42 };
const hello = (details: Record<string, unknown>, version = 1) =>
  parseHello(Uint8Array.from(new Encoder('plain').encode([0, version, details], 'hello').payload));

it('is of a worker in Python that declares no events, if it does not say more', () => {
  expect(hello(PYTHON)).toEqual({
    ...PYTHON,
    language: 'python',
    methods: new Map(),
    classes: [],
    constants: [],
    events: undefined,
    handler: false,
  });
  expect(hello({ ...PYTHON, events: null }).events).toBeUndefined();
});

it('tells language and events', () => {
  expect(hello({ ...PYTHON, language: 'javascript', events: ['progress', 'done'] })).toMatchObject({
    language: 'javascript',
    events: ['progress', 'done'],
  });
  expect(hello({ ...PYTHON, events: [] }).events).toEqual([]);
});

test.each([{ events: 'progress' }, { events: [1] }, { language: 5 }, { language: null }])('is refused with %p', (part) => {
  expect(() => hello({ ...PYTHON, ...part })).toThrow(expect.objectContaining({ code: 'ERR_SYNAPSE_FRAME' }));
});

const shout = { response: 'result', parameters: [] };

test.each([
  ['no mode, which must be', { mode: undefined }],
  ['"pipe" as mode', { mode: 'pipe' }],
  ['no python, which must be a text', { python: undefined }],
  ['no pid, which must be a whole number', { pid: undefined }],
  ['"42" as pid', { pid: '42' }],
  ['["shout"] as methods', { methods: ['shout'] }],
  ['"result" as methods.shout', { methods: { shout: 'result' } }],
  ['no methods.shout.response, which must be one of result, stream, ack, none', { methods: { shout: { ...shout, response: undefined } } }],
  ['"text" as methods.shout.response', { methods: { shout: { ...shout, response: 'text' } } }],
  ['no methods.shout.parameters', { methods: { shout: { ...shout, parameters: undefined } } }],
  ['[["text"]] as methods.shout.parameters', { methods: { shout: { ...shout, parameters: [['text']] } } }],
  ['5 as methods.shout.returns', { methods: { shout: { ...shout, returns: 5 } } }],
])('names the part that is missing or wrong: %s', (what, part) => {
  const details = JSON.parse(JSON.stringify({ ...PYTHON, ...part })); // what is undefined is left out
  expect(() => hello(details)).toThrow(`The worker's hello has ${what}`);
});

it('needs of a method only its response and its parameters', () => {
  const whole = { response: 'result', concurrent: false, parameters: [], returns: null };
  expect(hello({ ...PYTHON, methods: { shout } }).methods).toEqual(new Map([['shout', whole]]));
});

it('is refused in another version, in words for workers with and without a library of Synapse', () => {
  expect(() => hello(PYTHON, 2)).toThrow(
    /version 2 of the protocol and this host version 1: install the same .* says version 1 in its hello/,
  );
});

test.each([
  [new Uint8Array([0xc1]), 'not MessagePack'],
  [new Uint8Array([0xa1, 0x61]), 'no hello'],
])('is no other message: %p', (body, what) => {
  expect(() => parseHello(body)).toThrow(what);
});
