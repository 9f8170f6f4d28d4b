/**
 * The benchmarks: `npm run bench`, with `-- --quick` for a short look, or with names of measures for these alone; either writes no files.
 * Runs the measures one after another and reports them; ends with exit code 1 if a goal was missed.
 */

import { provision } from '../dist/index.mjs';
import { judge } from './goals.mjs';
import { describeMachine } from './machine.mjs';
import { measuresFor } from './measures/measure.mjs';
import { moduleDirectory } from './modules.mjs';
import { withoutPaths } from './report/paths.mjs';
import { writeResults } from './report/results.mjs';
import { tableOf } from './report/table.mjs';

// Python as it is by default, whatever this shell has set: both change what is measured.
for (const name of ['PYTHONUNBUFFERED', 'PYTHONDONTWRITEBYTECODE']) delete process.env[name];

const quick = process.argv.includes('--quick');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const chosen = measuresFor(quick, wanted);
const onProgress = ({ message }) => process.stderr.write(`${message}\n`);
const environment = await provision(moduleDirectory('loop'), { onProgress });
for (const name of ['served', 'prepared']) await provision(moduleDirectory(name), { onProgress });
const machine = describeMachine(environment);
process.stdout.write(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, Python ${machine.python}\n`);

const measures = [];
for (const measure of chosen) {
  for (const result of [await measure({ python: environment.python, quick })].flat()) {
    for (const series of result.series) if (series.note) series.note = withoutPaths(series.note);
    measures.push({ ...result, goals: judge(result) });
    process.stdout.write(`${tableOf(measures.at(-1))}\n`);
  }
}

const missed = measures.flatMap(({ goals }) => goals).filter(({ met, informational }) => !met && !informational);
process.stdout.write(missed.length === 0 ? '\nAll goals met.\n' : `\nGoals missed: ${missed.length}.\n`);
if (!quick && wanted.length === 0) writeResults({ machine, measures });
process.exit(missed.length === 0 ? 0 : 1); // pythonia keeps a timer
