import type { Member } from '../../src/worker/member';
import { Recycling } from '../../src/worker/recycling';

/** A worker of a pool that is this very process, which surely has more than a byte of memory. */
const member = (heldHandles = 0) => ({ worker: { pid: process.pid, heldHandles }, served: 1, retiring: false }) as Member;

it('looks at the memory of each worker, however many calls end in the others', async () => {
  const replaced: Member[] = [];
  const recycling = new Recycling(
    { maxCalls: 0, maxMemoryBytes: 1 },
    async (each) => void replaced.push(each),
    (error) => {
      throw error;
    },
  );
  const [busy, quiet, held] = [member(), member(), member(1)];
  for (const each of [busy, busy, quiet, held]) await recycling.look(each);
  expect(replaced).toEqual([busy, quiet]);
  expect(replaced[1]).toBe(quiet);
});
