/** pythonia (JSPyBridge): functions of an imported file. An object comes back as a reference, so its value is a second message. */

import { moduleScript } from '../modules.mjs';
import { SMALL } from '../payload.mjs';

/** @type {import('./subject.mjs').Subject} */
export const pythonia = {
  id: 'pythonia',
  title: 'pythonia',
  async open(path) {
    process.env['PYTHON_BIN'] = path; // read when its Python starts
    const { python } = await import('pythonia');
    const module = await python(moduleScript('functions'));
    python.setFastMode(true); // without the texts for console.log that it else sends with each answer
    return {
      call: async () => (await module.echo(SMALL)).valueOf(),
      echo: async (bytes) => Buffer.from(await module.echo_base64(bytes.toString('base64')), 'base64'),
      close: () => python.exit(),
    };
  },
};
