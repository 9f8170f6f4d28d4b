/** Calls the Python module from an ES module, and tells as JSON what came of it. */

import { Synapse } from 'synapse-py';

const synapse = new Synapse();
const logged = [];
synapse.on('log', ({ stream, line }) => logged.push(`${stream}: ${line}`));
await synapse.spawn(new URL('./module', import.meta.url));
const answers = await Promise.all([1, 2, 3].map((number) => synapse.call({ number, text: 'é🐍\n' })));
await synapse.dispose();
process.stdout.write(JSON.stringify({ node: process.version, answers, logged, state: synapse.state }));
