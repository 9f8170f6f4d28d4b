/** The main job on real input: a model in Python, its environment made on the first run, questions asked from Node. */

import { Synapse } from 'synapse-py';

const BATCH = 50;

/** @param {{ pixels: number[][], labels: number[] }} images @param {number[]} predictions */
function confusionTable({ labels }, predictions) {
  const table = Array.from({ length: 10 }, () => new Array(10).fill(0));
  for (const [i, label] of labels.entries()) table[label][predictions[i]]++;
  const rows = table.map((counts, label) => `  ${label} |${counts.map((count) => String(count || '.').padStart(4)).join('')}`);
  return ['  is | seen as', `    |${[...table.keys()].map((digit) => String(digit).padStart(4)).join('')}`, ...rows].join('\n');
}

const started = performance.now();
const synapse = new Synapse();
synapse.on('log', ({ line }) => console.log(`python: ${line}`));
await synapse.spawn(new URL('module/', import.meta.url));
console.log(`ready after ${((performance.now() - started) / 1000).toFixed(2)} s`);

const images = await synapse.call({ ask: 'images' });
const batches = [];
for (let at = 0; at < images.pixels.length; at += BATCH) batches.push(images.pixels.slice(at, at + BATCH));
const asked = performance.now();
const predictions = (await Promise.all(batches.map((pixels) => synapse.call({ ask: 'digits', pixels })))).flat();
const right = predictions.filter((digit, i) => digit === images.labels[i]).length;

console.log(`\n${confusionTable(images, predictions)}\n`);
console.log(
  `${right} of ${predictions.length} digits recognised, in ${batches.length} calls and ${(performance.now() - asked).toFixed(0)} ms`,
);
await synapse.dispose();
