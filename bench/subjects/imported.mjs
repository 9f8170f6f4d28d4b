/** Synapse by `python()`: a plain file, imported by the interpreter as it stands. */

import { python, shutdown } from '../../dist/index.mjs';
import { moduleScript } from '../modules.mjs';
import { SMALL } from '../payload.mjs';

/** @type {import('./subject.mjs').Subject} */
export const imported = {
  id: 'imported',
  title: 'Synapse, python()',
  async open(interpreter) {
    const module = await python(moduleScript('imported'), { python: interpreter });
    return { call: () => module.echo(SMALL), close: () => shutdown() };
  },
};
