/** Makes small calls and prints the memory of this process, in bytes, after equal shares of them. Arguments: subject, calls, shares. */

import { SUBJECTS } from '../subjects/subject.mjs';

/** Calls that are outstanding together. */
const BATCH = 64;

const [subject, calls, shares] = process.argv.slice(2);
const peer = await SUBJECTS[subject].open();
const samples = [];
for (let share = 0; share < Number(shares); share += 1) {
  for (let done = 0; done < Number(calls) / Number(shares); done += BATCH)
    await Promise.all(Array.from({ length: BATCH }, () => peer.call()));
  globalThis.gc();
  const { rss, heapUsed } = process.memoryUsage();
  samples.push({ rss, heapUsed });
}
process.stdout.write(JSON.stringify(samples));
await peer.close();
