/** A CommonJS program that leaves in the way that is named: leave.cjs WAY. Prints the numbers of the worker's processes first. */

const { join } = require('node:path');
const { Synapse } = require('synapse-py');

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const synapse = new Synapse({ progress: false });

/** Resolves when a function computes that never ends. */
function computing() {
  const begun = new Promise((resolve) => synapse.onEvent('begun', resolve));
  synapse.send('computes').catch(() => undefined);
  return begun;
}

const ways = {
  idle: () => undefined,
  'call outstanding': () => synapse.send('echo', 'answered').then(say),
  dispose: () => synapse.dispose().then(() => say(synapse.state)),
  exit: () => computing().then(() => process.exit(4)),
  throw: () =>
    computing().then(() => {
      throw new Error('on purpose');
    }),
  wait: () => computing().then(() => say('computing')),
};

async function main() {
  await synapse.spawn(join(__dirname, 'module'));
  say(await synapse.send('with_a_child'));
  await ways[process.argv[2]]();
}

main(); // not awaited: what is outstanding must keep the program alive by itself
