/** How long `provision` takes from nothing on a machine without uv, which is then fetched, against venv and pip by hand. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeModule, SMALL_SET } from '../modules.mjs';
import { INSTALL_LIMIT_MS, seriesOf, takeTurns } from '../rounds.mjs';
import { inTemporary } from '../temporary.mjs';
import { variables, withoutUv } from '../variables.mjs';
import { timeFresh } from './fresh-process.mjs';

const LINE =
  process.platform === 'win32'
    ? 'python -m venv .venv && .venv\\Scripts\\pip install -r requirements.txt'
    : 'python3 -m venv .venv && .venv/bin/pip install -r requirements.txt';

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result[]>} */
export async function provisionPip({ quick }) {
  const synapse = seriesOf('synapse');
  const alone = { ...seriesOf('synapse'), title: 'Synapse, SYNAPSE_NO_UV=1' };
  const byHand = { ...seriesOf('by-hand'), title: 'python -m venv && pip install' };
  const turns = new Map([[synapse, provisionFetchingUv], [byHand, installByHand], ...(quick ? [] : [[alone, provisionByPip]])]);
  await takeTurns([...turns.keys()], quick ? 1 : 4, (each) => onBareMachine(turns.get(each)), INSTALL_LIMIT_MS);
  const result = (id, state, series) => ({
    ...{ id, title: `New environment ${state} (${SMALL_SET.join(', ')})`, unit: 'ms', better: 'lower' },
    series: [series, byHand],
  });
  const results = [result('provision-pip', 'without uv, which is fetched', synapse)];
  return quick ? results : [...results, result('provision-pip-alone', 'by pip alone', alone)];
}

/** Gives each turn a module, no uv, an empty home and empty caches. */
function onBareMachine(turn) {
  return inTemporary(async (folder) => {
    const [module, home] = [join(folder, 'module'), join(folder, 'home')];
    await makeModule(module, SMALL_SET);
    await mkdir(home);
    const env = variables({ ...withoutUv(home), SYNAPSE_CACHE_DIR: join(folder, 'cache') });
    return turn({ cwd: module, env, timeout: INSTALL_LIMIT_MS });
  });
}

async function provisionFetchingUv(options) {
  const { time, output } = await timeFresh('provision', ['.'], options);
  if (!output.includes('"phase":"installer"')) throw new Error('not run: there is a uv that cannot be hidden, beside this Python');
  return time;
}

async function provisionByPip({ env, ...options }) {
  return (await timeFresh('provision', ['.'], { ...options, env: { ...env, SYNAPSE_NO_UV: '1' } })).time;
}

async function installByHand(options) {
  return (await timeFresh('shell', [LINE], options)).time;
}
