/** How long `provision` takes from nothing where uv is on PATH, against the same by hand; a fresh Node process starts either. */

import { join } from 'node:path';
import { makeModule, SMALL_SET } from '../modules.mjs';
import { attempt, INSTALL_LIMIT_MS, seriesOf, takeTurns } from '../rounds.mjs';
import { inTemporary } from '../temporary.mjs';
import { findUv } from '../uv.mjs';
import { variables, withUv } from '../variables.mjs';
import { timeFresh } from './fresh-process.mjs';

const LINE = 'uv venv && uv pip install -r requirements.txt';
const ROUNDS = { quick: 1, full: 11 };

/**
 * @param {'cold' | 'warm'} cache whether uv has ever downloaded what it installs
 * @returns {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>}
 */
export function provisionUv(cache) {
  return async ({ quick }) => {
    const series = [seriesOf('synapse'), { ...seriesOf('by-hand'), title: 'uv venv && uv pip install' }];
    await inTemporary(async (folder) => {
      const shared = cache === 'warm' ? join(folder, 'uv-cache') : undefined;
      for (const each of series) await attempt(each, findUv, INSTALL_LIMIT_MS);
      const turn = ({ subject }) => installOnce(subject, shared);
      if (shared) await takeTurns(series, 1, async (each) => void (await turn(each)), INSTALL_LIMIT_MS);
      await takeTurns(series, quick ? ROUNDS.quick : ROUNDS.full, turn, INSTALL_LIMIT_MS);
    });
    const state = cache === 'cold' ? 'with uv and an empty cache' : "from uv's cache";
    return {
      id: `provision-uv-${cache}`,
      title: `New environment ${state} (${SMALL_SET.join(', ')})`,
      unit: 'ms',
      better: 'lower',
      series,
    };
  };
}

async function installOnce(subject, cache) {
  const uv = await findUv();
  return inTemporary(async (folder) => {
    const module = join(folder, 'module');
    await makeModule(module, SMALL_SET);
    const caches = { UV_CACHE_DIR: cache ?? join(folder, 'uv-cache'), SYNAPSE_CACHE_DIR: join(folder, 'cache') };
    const options = { cwd: module, env: variables({ ...withUv(uv), ...caches }), timeout: INSTALL_LIMIT_MS };
    const { time } = subject === 'synapse' ? await timeFresh('provision', ['.'], options) : await timeFresh('shell', [LINE], options);
    return time;
  });
}
