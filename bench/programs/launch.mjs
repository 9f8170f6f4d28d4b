/** Runs another script in a process of its own, with this terminal and exit code. Owns nothing, so that it is small. */

import { spawnSync } from 'node:child_process';

process.exitCode = spawnSync(process.execPath, process.argv.slice(2), { stdio: 'inherit' }).status ?? 1;
