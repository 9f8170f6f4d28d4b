/** Calls the Python module from a CommonJS program, and tells as JSON what came of it. */

const { join } = require('node:path');
const { Synapse } = require('synapse-py');

async function main() {
  const synapse = new Synapse();
  const logged = [];
  synapse.on('log', ({ stream, line }) => logged.push(`${stream}: ${line}`));
  await synapse.spawn(join(__dirname, 'module'));
  const answers = await Promise.all([1, 2, 3].map((number) => synapse.call({ number, text: 'é🐍\n' })));
  await synapse.dispose();
  process.stdout.write(JSON.stringify({ node: process.version, answers, logged, state: synapse.state }));
}

main();
