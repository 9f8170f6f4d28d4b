/** The benchmarks: `npm run bench`, or `npm run bench -- --quick`. Installs what it lacks, also the libraries that they compare with. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuild, ensureDependencies, npm, ROOT, run } from './ensure.mjs';

const BENCH = join(ROOT, 'bench');

await ensureDependencies();
await ensureBuild();
if (!existsSync(join(BENCH, 'node_modules', '.package-lock.json'))) await npm(['ci'], { cwd: BENCH });
process.exitCode = await run(process.execPath, ['--expose-gc', join(BENCH, 'main.mjs'), ...process.argv.slice(2)]);
