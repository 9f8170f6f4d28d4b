/** Runs what somebody would type, in a process of its own, with this terminal and exit code. Argument: the line. */

import { spawnSync } from 'node:child_process';

process.exitCode = spawnSync(process.argv[2], { shell: true, stdio: 'inherit' }).status ?? 1;
