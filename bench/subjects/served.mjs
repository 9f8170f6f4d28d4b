/** Synapse as its users use it: default options, a file of plain functions. */

import { Synapse } from '../../dist/index.mjs';
import { moduleDirectory } from '../modules.mjs';
import { NUMBERS, SMALL } from '../payload.mjs';

async function openServed() {
  const module = new Synapse();
  await module.spawn(moduleDirectory('served'));
  return {
    module,
    call: () => module.send('echo', SMALL),
    echo: (bytes) => module.send('echo', bytes),
    total: () => module.send('total', NUMBERS),
    close: () => module.dispose(),
  };
}

/** @type {import('./subject.mjs').Subject} */
export const send = { id: 'send', title: 'Synapse, send()', open: openServed };

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
