/** What a measure is: the form of its result, and the list of measures in the order of the report. */

import { array } from './array.mjs';
import { cancel } from './cancel.mjs';
import { echoLarge } from './echo-large.mjs';
import { memory } from './memory.mjs';
import { pings } from './pings.mjs';
import { provisionFaults } from './provision-faults.mjs';
import { provisionPip } from './provision-pip.mjs';
import { provisionUv } from './provision-uv.mjs';
import { provisioning } from './provisioning.mjs';
import { roundTrip } from './round-trip.mjs';
import { start } from './start.mjs';
import { storeDisk } from './store-disk.mjs';
import { stream } from './stream.mjs';
import { structured } from './structured.mjs';
import { throughput } from './throughput.mjs';

/**
 * What a measure needs to know.
 *
 * @typedef {object} Context
 * @property {string} python the interpreter of the module's environment
 * @property {boolean} quick whether few rounds are enough
 */

/**
 * What a measure found.
 *
 * @typedef {object} Result
 * @property {string} id
 * @property {string} title
 * @property {string} unit
 * @property {'lower' | 'higher'} better
 * @property {import('../rounds.mjs').Series[]} series Synapse's first
 */

/** Takes longer than all other sizes, and no goal hangs on it. */
const longest = echoLarge(64);

/** @type {((context: Context) => Promise<Result | Result[]>)[]} */
const MEASURES = [
  roundTrip('two-cores'),
  roundTrip('one-core'),
  throughput,
  stream,
  echoLarge(1),
  echoLarge(16),
  longest,
  array,
  structured,
  cancel,
  pings,
  start,
  memory,
  provisioning,
  provisionUv('cold'),
  provisionUv('warm'),
  provisionPip,
  provisionFaults,
  storeDisk,
];

/** @param {boolean} quick */
export function measuresFor(quick) {
  return MEASURES.filter((measure) => !quick || measure !== longest);
}
