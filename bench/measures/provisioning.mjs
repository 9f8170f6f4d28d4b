/** How long `provision` takes to see that an environment is complete, as the first thing that a program does. */

import { join } from 'node:path';
import { makeModule } from '../modules.mjs';
import { attempt, INSTALL_LIMIT_MS, seriesOf, takeTurns } from '../rounds.mjs';
import { inTemporary } from '../temporary.mjs';
import { findUv } from '../uv.mjs';
import { variables, withUv } from '../variables.mjs';
import { runFresh, timeFresh } from './fresh-process.mjs';

/** What a program for data and the web may need. */
const REQUIREMENTS = [
  ...['pandas', 'scikit-learn', 'matplotlib', 'fastapi', 'uvicorn', 'httpx', 'requests', 'jinja2', 'sqlalchemy', 'rich', 'click'],
  ...['pyyaml', 'tqdm', 'msgpack', 'attrs', 'orjson'],
];
/** What the goal is about; what the packages need in turn is among them. */
const LEAST_DISTRIBUTIONS = 37;

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>} */
export async function provisioning({ quick }) {
  const series = [seriesOf('synapse')];
  await inTemporary(async (folder) => {
    const module = join(folder, 'module');
    const env = variables({ SYNAPSE_CACHE_DIR: join(folder, 'cache') });
    await attempt(series[0], () => install(module, env), INSTALL_LIMIT_MS);
    await takeTurns(series, quick ? 3 : 15, () => runFresh('provision-time', [module], { env }));
  });
  return {
    id: 'provisioning',
    title: `Check of a complete environment, ${LEAST_DISTRIBUTIONS} distributions or more, provision() in a fresh process`,
    unit: 'ms',
    better: 'lower',
    series,
  };
}

async function install(module, variablesOfBoth) {
  await makeModule(module, REQUIREMENTS);
  const env = { ...variablesOfBoth, ...withUv(await findUv()) };
  const { output } = await timeFresh('provision', [module], { env, timeout: INSTALL_LIMIT_MS });
  const { distributions } = JSON.parse(output.trim().split('\n').at(-1));
  if (distributions < LEAST_DISTRIBUTIONS) throw new Error(`not run: there are ${distributions} distributions only`);
}
