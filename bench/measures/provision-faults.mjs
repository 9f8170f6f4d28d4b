/** How often a module starts without help after whoever made its environment was killed: kills at random moments, alone or with the installer. */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { killHard } from '../kill.mjs';
import { makeModule } from '../modules.mjs';
import { attempt, INSTALL_LIMIT_MS, seriesOf } from '../rounds.mjs';
import { inTemporary } from '../temporary.mjs';
import { findUv } from '../uv.mjs';
import { variables, withUv } from '../variables.mjs';
import { makeWheels, OTHER_FILES } from '../wheels.mjs';
import { startFresh, timeFresh } from './fresh-process.mjs';

const KILLS = { quick: 3, full: 100 };
/** Parts of each package: the first takes long to put into the environment. */
const PACKAGES = { quick: { large: 200, small: 5 }, full: { large: 2000, small: 5 } };
const INSTALLERS = ['uv', 'pip'];
/** The kills go on at the same time on several cores. */
const LANES = Math.min(availableParallelism(), 4);
const WHOLE_LIMIT_MS = 30 * 60_000;

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>} */
export async function provisionFaults({ python, quick }) {
  const series = seriesOf('synapse');
  const mode = quick ? 'quick' : 'full';
  const kills = KILLS[mode];
  const make = (folder) => killAndStart(series, kills, { folder, python, packages: PACKAGES[mode] });
  await attempt(series, () => inTemporary(make), WHOLE_LIMIT_MS);
  return {
    id: 'provision-faults',
    title: `Starts that work after provisioning was killed (kill -9 at ${kills} random moments)`,
    unit: '%',
    better: 'higher',
    series: [series],
  };
}

async function killAndStart(series, kills, { folder, python, packages }) {
  const requirements = await makeWheels(join(folder, 'wheels'), packages, python);
  // Copies take longer than links, and more can be torn.
  const common = { UV_CACHE_DIR: join(folder, 'uv-cache'), SYNAPSE_CACHE_DIR: join(folder, 'cache'), UV_LINK_MODE: 'copy' };
  const own = { uv: withUv(await findUv()), pip: { SYNAPSE_NO_UV: '1' } };
  const jobs = INSTALLERS.map((installer) => ({ installer, packages, requirements, env: variables({ ...common, ...own[installer] }) }));
  // The first of uv fills its cache; the last ones count, and they go on beside others as the kills do.
  await inLanes([...jobs, ...jobs], async (job) => {
    job.duration = await timeUndisturbed(job);
  });
  const outcomes = await inLanes(planOf(kills, jobs), killOnce);
  series.figures.push((outcomes.filter(({ works }) => works).length / kills) * 100);
  series.note = summaryOf(outcomes);
}

/** Random moments, spread so that each part of the build gets its share; installers alternate, and who is killed after both had a turn. */
function planOf(kills, jobs) {
  const slots = Math.ceil(kills / jobs.length);
  return Array.from({ length: kills }, (_, at) => {
    const job = jobs[at % jobs.length];
    const slot = Math.floor(at / jobs.length);
    const withInstaller = process.platform !== 'win32' && slot % 2 === 1;
    return { ...job, withInstaller, moment: ((slot + Math.random()) / slots) * job.duration };
  });
}

/** @returns milliseconds from the first step to the end */
function timeUndisturbed({ requirements, env }) {
  return inTemporary(async (folder) => {
    await makeModule(folder, requirements);
    const { output } = await timeFresh('provision', [folder], { env, timeout: INSTALL_LIMIT_MS });
    const steps = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).ms);
    return steps.at(-1) - steps[0];
  });
}

/** @returns the step that the kill hit, or `end`, and whether the module works afterwards */
function killOnce({ installer, packages, requirements, env, withInstaller, moment }) {
  return inTemporary(async (folder) => {
    await makeModule(folder, requirements, 'whole');
    const phase = await provisionUntil(folder, { env, moment, withInstaller });
    const works = await startsWhole(folder, { env, packages }).catch((error) => complain(error, `${installer}, killed at "${phase}"`));
    return { installer, withInstaller, phase, works };
  });
}

/** The clock runs from the first step: before it, nothing has happened. */
async function provisionUntil(folder, { env, moment, withInstaller }) {
  const child = startFresh('provision', [folder], { env });
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  child.stderr.resume();
  let phase;
  const steps = createInterface(child.stdout).on('line', (line) => {
    ({ phase } = JSON.parse(line));
  });
  await Promise.race([ended, new Promise((resolve) => steps.once('line', resolve))]);
  await Promise.race([ended, delay(moment)]);
  if (child.exitCode === null) killHard(child, withInstaller);
  await ended;
  return phase;
}

async function startsWhole(folder, { env, packages }) {
  const { output } = await timeFresh('call', [folder, JSON.stringify(packages)], { env, timeout: INSTALL_LIMIT_MS });
  const expected = Object.entries(packages).map(([name, parts]) => [name, { parts, files: parts + OTHER_FILES }]);
  if (output === JSON.stringify(Object.fromEntries(expected))) return true;
  throw new Error(`what is there of the packages: ${output}`);
}

function complain(error, where) {
  process.stderr.write(`${where}: ${error.message}\n`);
  return false;
}

/** Gives the results in the order of the items. */
async function inLanes(items, action) {
  const results = [];
  const rest = items.entries();
  const lane = async () => {
    for (const [at, item] of rest) results[at] = await action(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}

function summaryOf(outcomes) {
  const hits = outcomes.filter(({ phase }) => phase !== 'end' && phase !== 'done');
  const steps = [...new Set(hits.map(({ phase }) => phase))];
  const counts = steps.map((step) => `${step} ${hits.filter(({ phase }) => phase === step).length}`).join(', ');
  const withInstaller = hits.filter((each) => each.withInstaller).length;
  return `${hits.length} of ${outcomes.length} kills hit before the end (${counts}), ${withInstaller} of them the installer too`;
}
