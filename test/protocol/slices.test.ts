import { inSlices } from '../../src/protocol/slices';

function work(name: string, slices: number, order: string[]): Promise<void> {
  let done = 0;
  return new Promise((resolve) => {
    inSlices(() => {
      order.push(name);
      setImmediate(() => order.push('others'));
      if (++done === slices) resolve();
      return done === slices;
    });
  });
}

it('does one slice at a time, of each work in turn, and lets everything else happen between', async () => {
  const order: string[] = [];
  await Promise.all([work('a', 3, order), work('b', 2, order)]);
  expect(order).toEqual(['a', 'others', 'b', 'others', 'a', 'others', 'b', 'others', 'a']);
});

it('begins no work at once, and takes new work when all is done', async () => {
  const order: string[] = [];
  const first = work('a', 1, order);
  expect(order).toEqual([]);
  await first;
  await work('b', 1, order);
  expect(order.filter((name) => name !== 'others')).toEqual(['a', 'b']);
});
