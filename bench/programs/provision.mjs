/** Provisions a directory; prints each step with its time since this process started, and the end. Arguments: directory, options as JSON. */

import { provision } from '../../dist/index.mjs';

const [directory, options = '{}'] = process.argv.slice(2);
const tell = (fact) => process.stdout.write(`${JSON.stringify({ ...fact, ms: Math.round(performance.now()) })}\n`);
const { reused, distributions } = await provision(directory, {
  ...JSON.parse(options),
  onProgress: ({ phase, message }) => tell({ phase, message }),
});
tell({ phase: 'end', reused, distributions: distributions.length });
