/**
 * A program that owns a worker, for tests of how programs end: node host.mjs FIXTURE ACTION [PAYLOAD-JSON [OPTIONS-JSON]].
 * Prints one JSON line with the numbers of all processes of the worker, then does what ACTION says.
 */

import { join, resolve } from 'node:path';
import { Synapse } from '../../dist/index.mjs';

const [fixture, action, payload = 'null', options = '{}'] = process.argv.slice(2);
const fixtures = resolve(import.meta.dirname, '..', '..', 'fixtures');
const { entrypoint, ...synapseOptions } = JSON.parse(options);
if (action === 'handle SIGTERM once') process.once('SIGTERM', () => setTimeout(() => process.exit(5), 20));
const synapse = new Synapse({ venv: join(fixtures, '.venv'), progress: false, ...synapseOptions });
await synapse.spawn(join(fixtures, fixture), entrypoint);

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const computing = new Promise((done) => synapse.on('log', ({ line }) => line === 'computing' && done()));
const answer = synapse.call(JSON.parse(payload));
if (fixture === 'never-answers') {
  answer.catch(() => undefined);
  await computing;
  say([synapse.pid]);
} else if (action !== 'end without waiting') {
  const pids = await answer;
  say(Array.isArray(pids) ? pids : [synapse.pid]);
} else {
  answer.then((value) => say([synapse.pid, value]));
}

const actions = {
  'end without waiting': () => undefined,
  'end without disposing': () => undefined,
  exit: () => process.exit(0),
  throw: () => {
    throw new Error('on purpose');
  },
  wait: () => setInterval(() => undefined, 1 << 30),
  'handle SIGTERM once': () => actions.wait(),
};
actions[action]();
