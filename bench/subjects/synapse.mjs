/** Synapse as its users use it: default options, a hand-written loop. */

import { Synapse } from '../../dist/index.mjs';
import { moduleDirectory } from '../modules.mjs';
import { SMALL } from '../payload.mjs';

/** @type {import('./subject.mjs').Subject} */
export const synapse = {
  id: 'synapse',
  title: 'Synapse',
  async open() {
    const module = new Synapse();
    await module.spawn(moduleDirectory('loop'));
    return {
      call: () => module.call(SMALL),
      echo: (bytes) => module.call(bytes),
      close: () => module.dispose(),
    };
  },
};
