/** Checks a complete environment once and prints how many milliseconds that took; loading the library is not counted. */

import { provision } from '../../dist/index.mjs';
import { moduleDirectory } from '../modules.mjs';

const begin = performance.now();
const { reused } = await provision(moduleDirectory('loop'));
const time = performance.now() - begin;
if (!reused) throw new Error('the environment was not complete');
process.stdout.write(JSON.stringify(time));
