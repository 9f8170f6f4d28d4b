/** Synapse as its users use it: a file of plain functions, and default options but for how many workers there are and how they are kept. */

import { Synapse } from '../../dist/index.mjs';
import { moduleDirectory } from '../modules.mjs';
import { NUMBERS, SMALL } from '../payload.mjs';

async function openServed(options) {
  const module = new Synapse(options);
  await module.spawn(moduleDirectory('served'));
  return {
    module,
    call: () => module.send('echo', SMALL),
    echo: (bytes) => module.send('echo', bytes),
    total: () => module.send('total', NUMBERS),
    work: (count, ms) => Promise.all(Array.from({ length: count }, () => module.send('work', ms / 1000))),
    close: () => module.dispose(),
  };
}

/** @type {import('./subject.mjs').Subject} */
export const send = { id: 'send', title: 'Synapse, send()', open: () => openServed() };

/** @type {import('./subject.mjs').Subject} */
export const supervised = {
  id: 'supervised',
  title: 'Synapse, one worker that is restarted',
  open: () => openServed({ workers: { min: 1, max: 1 }, restart: true }),
};

/** @type {import('./subject.mjs').Subject} */
export const poolOfTwo = { id: 'pool-of-two', title: 'Synapse, pool of two workers', open: () => openServed({ workers: 2 }) };

/** As much work without calls between: what this machine lets two processes do at that moment. */
/** @type {import('./subject.mjs').Subject} */
export const undivided = {
  id: 'undivided',
  title: 'the same work as one long call for each of two',
  async open() {
    const peer = await openServed({ workers: 2 });
    return { ...peer, work: (count, ms) => peer.work(2, (count / 2) * ms) };
  },
};

/** The same value as often, each as an item of one stream. */
/** @type {import('./subject.mjs').Subject} */
export const stream = {
  id: 'stream',
  title: 'Synapse, for await over stream()',
  async open() {
    const peer = await openServed();
    return {
      ...peer,
      async callMany(count) {
        let missing = count;
        for await (const item of peer.module.stream('items', count)) missing -= item.id === SMALL.id ? 1 : 0;
        if (missing !== 0) throw new Error(`${missing} of ${count} items are missing`);
      },
    };
  },
};

/** The same numbers as an ordinary Array, which Python gets as a list. */
/** @type {import('./subject.mjs').Subject} */
export const sendList = {
  id: 'send-list',
  title: 'Synapse, send() of the same as a list',
  async open() {
    const peer = await openServed();
    const list = Array.from(NUMBERS);
    return { ...peer, total: () => peer.module.send('total', list) };
  },
};
