/** What can be measured: the form that every subject has, and the list of them. */

import { byHand, plain } from './plain.mjs';
import { pythonShell } from './python-shell.mjs';
import { pythonia } from './pythonia.mjs';
import { rawLoop, rawStore, rawStream } from './raw.mjs';
import { synapse } from './synapse.mjs';

/**
 * A running Python that answers.
 *
 * @typedef {object} Peer
 * @property {() => Promise<unknown>} call echoes the small value, or as many bytes; calls may overlap
 * @property {(bytes: Buffer) => Promise<Uint8Array>} echo echoes bytes; one at a time
 * @property {() => Promise<void> | void} close ends it
 */

/**
 * One way to talk to Python.
 *
 * @typedef {object} Subject
 * @property {string} id
 * @property {string} title
 * @property {(python: string) => Promise<Peer> | Peer} open starts Python; the path is the interpreter's
 */

/** @type {Record<string, Subject>} */
export const SUBJECTS = Object.fromEntries(
  [synapse, rawStream, rawLoop, rawStore, plain, byHand, pythonShell, pythonia].map((subject) => [subject.id, subject]),
);
