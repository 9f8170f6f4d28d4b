import { Encoder } from '../../src/protocol/encoder';
import { Decimal } from '../../src/protocol/values';

/** The same class as another build of this package has it. */
function otherBuild(): { Decimal: typeof Decimal } {
  let other: { Decimal: typeof Decimal } | undefined;
  jest.isolateModules(() => {
    other = require('../../src/protocol/values');
  });
  return other as { Decimal: typeof Decimal };
}

it('knows a value that another build of this package has made', () => {
  const { Decimal: Other } = otherBuild();
  const foreign = new Other('1.5');
  expect(Other).not.toBe(Decimal);
  expect(foreign).toBeInstanceOf(Decimal);
  const hex = (value: unknown) => Buffer.from(new Encoder('rich').encode(value, 'payload').payload).toString('hex');
  expect(hex(foreign)).toBe(hex(new Decimal('1.5')));
});

it('does not take other values for its own, nor its own for those of a subclass', () => {
  class Price extends Decimal {}
  expect(new Price('1')).toBeInstanceOf(Price);
  expect(new Price('1')).toBeInstanceOf(Decimal);
  expect(new Decimal('1')).not.toBeInstanceOf(Price);
  for (const value of [{}, null, undefined, 1, '1', new Map()]) expect(value instanceof Decimal).toBe(false);
});
