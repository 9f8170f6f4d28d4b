import { invocationOf } from '../../src/channel/invocation';
import { kw } from '../../src/channel/keywords';

test.each([
  ['nothing', [], [], undefined],
  ['undefined alone', [undefined], [], undefined],
  ['undefined at the end', [1, undefined, undefined], [1], undefined],
  ['undefined before the end', [undefined, 1], [undefined, 1], undefined],
  ['null', [null], [null], undefined],
  ['keywords after it', [1, undefined, kw({ a: 1, b: undefined })], [1], { a: 1 }],
  ['keywords alone', [kw({ a: 1 })], [], { a: 1 }],
  ['a plain object', [{ a: 1 }], [{ a: 1 }], undefined],
])('takes %s as Python would', (_, given, args, kwargs) => {
  expect(invocationOf('py', 'f', given)).toEqual({ used: 'py', name: 'f', args, kwargs });
});

it('refuses keywords that are no object', () => {
  expect(() => kw(1 as never)).toThrow(TypeError);
});
