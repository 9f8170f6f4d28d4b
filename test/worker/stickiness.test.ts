import { stickTo } from '../../src/worker/stickiness';

const members = (count: number) => Array.from({ length: count }, (_, slot) => ({ slot }));
const keys = Array.from({ length: 1000 }, (_, index) => `user ${index}`);
const slots = (count: number) => keys.map((key) => stickTo(key, members(count))?.slot);

it('gives a key the same place each time, in whatever order the places are asked', () => {
  expect(slots(5)).toEqual(keys.map((key) => stickTo(key, members(5).reverse())?.slot));
});

it('spreads keys evenly', () => {
  const found = slots(4);
  for (let slot = 0; slot < 4; slot++) expect(found.filter((each) => each === slot).length).toBeGreaterThan(200);
});

it('moves only the keys of a place that goes, and only keys to a place that comes', () => {
  const [four, five] = [slots(4), slots(5)];
  for (const [index, slot] of five.entries()) if (slot !== 4) expect(four[index]).toBe(slot);
});

it('gives nothing where there is no place', () => {
  expect(stickTo('a', [])).toBeUndefined();
});
