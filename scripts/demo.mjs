/** The demonstration: `npm run demo`. Installs and builds what it lacks, then runs the digits example. */

import { join } from 'node:path';
import { ensureBuild, ensureDependencies, ROOT, run } from './ensure.mjs';

await ensureDependencies();
await ensureBuild();
process.exitCode = await run(process.execPath, [join(ROOT, 'examples', 'digits', 'demo.mjs')]);
