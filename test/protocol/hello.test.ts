import { Encoder } from '../../src/protocol/encoder';
import { parseHello } from '../../src/protocol/hello';

const PYTHON = { mode: 'rpc', python: '3.11.7', pid: 42 };
const hello = (details: Record<string, unknown>) =>
  parseHello(Uint8Array.from(new Encoder('plain').encode([0, 1, details], 'hello').payload));

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
