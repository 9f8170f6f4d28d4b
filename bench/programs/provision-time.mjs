/** Checks a complete environment once and prints how many milliseconds that took; loading the library is not counted. Argument: directory. */

import { provision } from '../../dist/index.mjs';

const begin = performance.now();
const { reused } = await provision(process.argv[2]);
const time = performance.now() - begin;
if (!reused) throw new Error('the environment was not complete');
process.stdout.write(JSON.stringify(time));
