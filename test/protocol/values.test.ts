import { Complex, Decimal, UUID } from '../../src/protocol/values';

describe('Decimal', () => {
  it('keeps its digits as they are given', () => {
    for (const text of ['1.50', '-0', '1E+10', 'NaN', '.5', '+5.', 'Infinity', 'sNaN12']) expect(String(new Decimal(text))).toBe(text);
    expect(new Decimal(2n ** 70n).text).toBe('1180591620717411303424');
    expect(JSON.stringify([Decimal.from('0.10')])).toBe('["0.10"]');
  });

  test.each([
    ['1.0', '1.00', true],
    ['1E+2', '100', true],
    ['0.00', '-0', true],
    ['00.5', '5e-1', true],
    ['Infinity', 'inf', true],
    ['-Infinity', 'Infinity', false],
    ['1', '-1', false],
    ['0.1', '0.10000000000000001', false],
    ['NaN', 'NaN', false],
  ])('compares by value: %s and %s', (left, right, equal) => {
    expect(new Decimal(left).equals(new Decimal(right))).toBe(equal);
  });

  it('becomes the nearest number', () => {
    expect(['1.50', '-inf', 'Infinity', 'NaN', '-0'].map((text) => new Decimal(text).toNumber())).toEqual([
      1.5,
      -Infinity,
      Infinity,
      Number.NaN,
      -0,
    ]);
  });

  test.each(['', '1,5', '1.2.3', '0x10', ' 1', '1_000', 'abc'])('refuses the text %p', (text) => {
    expect(() => new Decimal(text)).toThrow(/no decimal number/);
  });

  it('refuses a number, whose digits are not what was written', () => {
    expect(() => new Decimal(0.1 as unknown as string)).toThrow(TypeError);
  });
});

describe('UUID', () => {
  const text = '123e4567-e89b-12d3-a456-426614174000';

  it('has one form, whatever it is made of', () => {
    const id = new UUID(text.toUpperCase());
    expect(String(id)).toBe(text);
    expect(new UUID(text.replaceAll('-', ''))).toEqual(id);
    expect(new UUID(id.bytes).equals(id)).toBe(true);
    expect(id.bytes).toHaveLength(16);
    expect(JSON.stringify({ id })).toBe(`{"id":"${text}"}`);
  });

  test.each([text.slice(1), `${text}0`, text.replace('-', ''), 'g'.repeat(32), new Uint8Array(15)])('refuses %p', (value) => {
    expect(() => new UUID(value)).toThrow(/no UUID/);
  });
});

describe('Complex', () => {
  test.each([
    [new Complex(1, 2), '(1+2j)'],
    [new Complex(-0, -0), '(-0-0j)'],
    [new Complex(1.5, -2.5), '(1.5-2.5j)'],
    [new Complex(3), '(3+0j)'],
  ])('is written as in Python: %p', (value, text) => {
    expect(String(value)).toBe(text);
  });

  it('compares by its parts', () => {
    expect(new Complex(0, 1).equals(new Complex(-0, 1))).toBe(true);
    expect(new Complex(1, 1).equals(new Complex(1, 2))).toBe(false);
    expect(new Complex(Number.NaN).equals(new Complex(Number.NaN))).toBe(false);
    expect(JSON.stringify(new Complex(1, 2))).toBe('{"real":1,"imaginary":2}');
    expect(() => new Complex('1' as unknown as number)).toThrow(TypeError);
  });
});
