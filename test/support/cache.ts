/** Keeps what tests fetch out of the user's own cache, and fetches it once for all test files. */

import { join } from 'node:path';

process.env['SYNAPSE_CACHE_DIR'] = join(__dirname, '..', '..', 'fixtures', '.cache');
