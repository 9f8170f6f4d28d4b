/** What a measure is: the form of its result, and the list of measures in the order of the report. */

import { array } from './array.mjs';
import { cancel } from './cancel.mjs';
import { crashes } from './crashes.mjs';
import { dispatch } from './dispatch.mjs';
import { echoLarge } from './echo-large.mjs';
import { flatMemory } from './flat-memory.mjs';
import { memory } from './memory.mjs';
import { pings } from './pings.mjs';
import { pool } from './pool.mjs';
import { provisionFaults } from './provision-faults.mjs';
import { provisionPip } from './provision-pip.mjs';
import { provisionUv } from './provision-uv.mjs';
import { provisioning } from './provisioning.mjs';
import { pythonImport } from './python-import.mjs';
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

/** @type {Record<string, (context: Context) => Promise<Result | Result[]>>} by the name under which one is asked for */
const MEASURES = {
  'round-trip-two-cores': roundTrip('two-cores'),
  'round-trip-one-core': roundTrip('one-core'),
  throughput,
  stream,
  'echo-1': echoLarge(1),
  'echo-16': echoLarge(16),
  'echo-64': echoLarge(64),
  array,
  structured,
  cancel,
  pings,
  start,
  'python-import': pythonImport,
  memory,
  pool,
  'dispatch-two-cores': dispatch('two-cores'),
  'dispatch-one-core': dispatch('one-core'),
  crashes,
  'flat-memory': flatMemory,
  provisioning,
  'provision-uv-cold': provisionUv('cold'),
  'provision-uv-warm': provisionUv('warm'),
  'provision-pip': provisionPip,
  'provision-faults': provisionFaults,
  'store-disk': storeDisk,
};

/** Takes longer than all other sizes, and no goal hangs on it. */
const LONGEST = 'echo-64';

/**
 * @param {boolean} quick
 * @param {string[]} wanted names of measures; all without one
 * @throws there is no measure of such a name
 */
export function measuresFor(quick, wanted) {
  const unknown = wanted.find((name) => !(name in MEASURES));
  if (unknown !== undefined) throw new Error(`There is no measure "${unknown}": the measures are ${Object.keys(MEASURES).join(', ')}.`);
  if (wanted.length > 0) return wanted.map((name) => MEASURES[name]);
  return Object.keys(MEASURES).flatMap((name) => (quick && name === LONGEST ? [] : [MEASURES[name]]));
}
