/** Makes `import tools from 'python:./tools.py'` work in a program: `node --import synapse-py/register program.mjs`. What it does is the hooks'. */

import { register } from 'node:module';

/** As it is called in the build. */
const HOOKS = './register-hooks.mjs';

register(HOOKS, import.meta.url);
