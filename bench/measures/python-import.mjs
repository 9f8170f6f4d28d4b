/** What `python()` costs: the first call of a program that was just started, and every later one. */

import { moduleScript } from '../modules.mjs';
import { SMALL } from '../payload.mjs';
import { seriesOf, takeTurns } from '../rounds.mjs';
import { variables } from '../variables.mjs';
import { timeFresh } from './fresh-process.mjs';
import { takeRoundTrips } from './round-trip.mjs';

const PROGRAMS = {
  imported: ['import-python', moduleScript('imported')],
  'by-hand': ['import-by-hand', moduleScript('imported', 'lines.py')],
};

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result[]>} */
export async function pythonImport(context) {
  return [await firstCall(context), await laterCalls(context)];
}

async function firstCall({ python, quick }) {
  const series = [seriesOf('imported'), { ...seriesOf('by-hand'), title: 'node and Python started by hand' }];
  const env = variables({});
  const runOnce = async ({ subject }) => {
    const [program, script] = PROGRAMS[subject];
    const value = JSON.stringify(SMALL);
    const { time, output } = await timeFresh(program, [script, python, value], { env });
    if (output !== value) throw new Error(`it answered ${output}`);
    return time;
  };
  await takeTurns(series, quick ? 1 : 3, async (each) => void (await runOnce(each)));
  await takeTurns(series, quick ? 8 : 40, runOnce);
  const title = "First call by python('./f.py'), from the start of Node to its end";
  return { id: 'python-import', title, unit: 'ms', better: 'lower', series };
}

async function laterCalls(context) {
  const series = ['imported', 'send'].map(seriesOf);
  const where = await takeRoundTrips(series, 'two-cores', context);
  return { id: 'python-call', title: `Later call by python(), one after another (p50), ${where}`, unit: 'µs', better: 'lower', series };
}
