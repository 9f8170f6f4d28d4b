/** Finds the sentences that are nearest in meaning to a question: `node search.mjs "how do I get my money back"`. */

import { Synapse } from 'synapse-py';

const SENTENCES = [
  'You can return any item within thirty days for a full refund.',
  'We ship to all countries of the European Union.',
  'Your parcel usually arrives within three working days.',
  'Reset your password from the login page.',
  'We accept credit cards, bank transfers and gift cards.',
  'The battery lasts for about ten hours of music.',
  'The headphones connect to your phone by Bluetooth.',
  'Clean the ear pads with a damp cloth.',
  'The warranty covers faults in manufacture for two years.',
  'Our support team answers the telephone on weekdays.',
  'Students and teachers get a discount of ten percent.',
  'You can delete your account in the settings.',
  'We never sell your personal data to anybody.',
  'The invoice is sent to you by email.',
  'The charging cable is included in the box.',
  'These headphones are not waterproof.',
  'Press and hold the button for five seconds to pair.',
  'Spare parts can be ordered in our shop.',
  'The packaging is made from recycled cardboard.',
  'We are looking for new colleagues in Vienna.',
];

/** The rows of a matrix, as views of its memory. @param {import('synapse-py').NDArray<Float32Array>} matrix @returns {Float32Array[]} */
function rowsOf({ data, shape: [count, width] }) {
  return Array.from({ length: count }, (_, row) => data.subarray(row * width, (row + 1) * width));
}

/** @param {Float32Array} a @param {Float32Array} b @returns {number} 1 for the same direction, 0 for none in common */
function cosine(a, b) {
  let product = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let at = 0; at < a.length; at++) {
    product += a[at] * b[at];
    squaresA += a[at] ** 2;
    squaresB += b[at] ** 2;
  }
  return product / Math.sqrt(squaresA * squaresB);
}

const questions = process.argv.length > 2 ? process.argv.slice(2) : ['How do I get my money back?'];
const synapse = new Synapse();
await synapse.spawn(new URL('py/', import.meta.url));

/** @type {import('synapse-py').NDArray<Float32Array>} */
const matrix = await synapse.send('embed', [...SENTENCES, ...questions]);
const vectors = rowsOf(matrix);
const known = vectors.slice(0, SENTENCES.length);
for (const [index, question] of questions.entries()) {
  const asked = vectors[SENTENCES.length + index];
  const hits = known.map((vector, at) => ({ sentence: SENTENCES[at], likeness: cosine(asked, vector) }));
  hits.sort((one, other) => other.likeness - one.likeness);
  console.log(question);
  for (const { sentence, likeness } of hits.slice(0, 3)) console.log(`  ${likeness.toFixed(3)}  ${sentence}`);
}

await synapse.dispose();
