/** What can be measured: the form that every subject has, and the list of them. */

import { imported } from './imported.mjs';
import { byHand, plain } from './plain.mjs';
import { pythonShell } from './python-shell.mjs';
import { pythonia } from './pythonia.mjs';
import { rawLoop, rawStore, rawStream, rawTake } from './raw.mjs';
import { poolOfTwo, send, sendList, stream, supervised, undivided } from './served.mjs';
import { plainDecode, sendStructured } from './structured.mjs';
import { synapse } from './synapse.mjs';

/**
 * A running Python that answers. It has what the measures that it takes part in ask for.
 *
 * @typedef {object} Peer
 * @property {() => Promise<unknown>} [call] echoes the small value, or as many bytes; calls may overlap
 * @property {(count: number) => Promise<void>} [callMany] the same so many times, in a way of its own
 * @property {(bytes: Buffer) => Promise<Uint8Array>} [echo] echoes bytes; one at a time
 * @property {() => Promise<number>} [total] sends the large array, of which Python gives the sum, or only its length in bytes
 * @property {(count: number, ms: number) => Promise<unknown>} [work] computes so many times for so many milliseconds of processor time
 * @property {() => Promise<unknown>} [receive] gives the structured answer
 * @property {import('../../dist/index.mjs').Synapse} [module] what is behind it, for what nothing else can do
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
  [
    ...[synapse, send, imported, supervised, poolOfTwo, undivided, stream, sendList, sendStructured],
    ...[rawStream, rawLoop, rawStore, rawTake, plain, plainDecode, byHand],
    ...[pythonShell, pythonia],
  ].map((subject) => [subject.id, subject]),
);
