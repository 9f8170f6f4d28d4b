import { parseExactly, stringifyExactly } from '../../src/cli/json';

const LARGE = 9007199254740993n;

it.each([
  ['9007199254740993', LARGE],
  [' -9007199254740993\n', -LARGE],
  ['{"a": [9007199254740993, {"b": -9007199254740993}], "c": 1}', { a: [LARGE, { b: -LARGE }], c: 1 }],
  ['[9007199254740991, 9007199254740992]', [9007199254740991, 9007199254740992n]],
  ['[9007199254740993, 1234567890.5, 1e30, -0, 1E+2]', [LARGE, 1234567890.5, 1e30, -0, 100]],
  [
    '["9007199254740993", ": 9007199254740993", "\\"9007199254740993", "\\\\", 9007199254740993]',
    ['9007199254740993', ': 9007199254740993', '"9007199254740993', '\\', LARGE],
  ],
  ['{"9007199254740993" : 9007199254740993, "n": "n", "t": "1n"}', { '9007199254740993': LARGE, n: 'n', t: '1n' }],
])('reads %s exactly', (text, value) => {
  expect(parseExactly(text)).toEqual(value);
});

it('reads what JSON.parse reads, and refuses what it refuses', () => {
  expect(Object.keys(parseExactly('{"__proto__": 9007199254740993}') as object)).toEqual(['__proto__']);
  for (const text of ['', '9007199254740993n', '[09007199254740993]', '{"a": 9007199254740993,}', "'9007199254740993'"])
    expect(() => parseExactly(text)).toThrow(SyntaxError);
});

it.each([
  [LARGE, '9007199254740993'],
  [{ n: [-LARGE], '5n': 't', at: ['5n', 't"', '\\', 't', ''] }, '{"n":[-9007199254740993],"5n":"t","at":["5n","t\\"","\\\\","t",""]}'],
  [[new Date(0), LARGE, undefined], '["1970-01-01T00:00:00.000Z",9007199254740993,null]'],
])('writes %p exactly', (value, text) => {
  expect(stringifyExactly(value)).toBe(text);
});

it('writes with an indent, as JSON.stringify does', () => {
  const value = (large: unknown) => ({ 'a t': [large, 'x'], b: { t: '5n' } });
  expect(stringifyExactly(value(LARGE), 2)).toBe(JSON.stringify(value(0), undefined, 2).replace('0', String(LARGE)));
});

it('reads and writes a text of any length', () => {
  const text = JSON.stringify(['x'.repeat(2e7), '\\"\n'.repeat(1e5)]).replace(']', ',9007199254740993]');
  expect(stringifyExactly(parseExactly(text)) === text).toBe(true);
});
