/** A program that provisions a directory: node provision.mjs DIRECTORY [OPTIONS-JSON]. Prints each event and the end as JSON lines. */

import { provision } from '../../dist/index.mjs';

const [directory, options = '{}'] = process.argv.slice(2);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const environment = await provision(directory, { ...JSON.parse(options), onProgress: say });
say({ phase: 'end', reused: environment.reused, distributions: environment.distributions });
