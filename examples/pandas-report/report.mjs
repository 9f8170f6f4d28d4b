/** Groups a CSV file in pandas, and prints the table that comes back. */

import { fileURLToPath } from 'node:url';
import { Synapse } from 'synapse-py';

const synapse = new Synapse();
await synapse.spawn(new URL('py/', import.meta.url));

/** A table comes as its columns: texts as a list, numbers as an NDArray. @type {Record<string, any>} */
const columns = await synapse.send('by_continent', fileURLToPath(new URL('zones.csv', import.meta.url)));
await synapse.dispose();

const names = Object.keys(columns);
const values = Object.values(columns).map((column) => (Array.isArray(column) ? column : column.toArray()));
const rows = values[0].map((_, row) => Object.fromEntries(names.map((name, column) => [name, values[column][row]])));
console.log('continent   zones  countries   north   south');
for (const { continent, zones, countries, north, south } of rows) {
  const cells = [String(zones).padStart(7), String(countries).padStart(11), north.toFixed(1).padStart(8), south.toFixed(1).padStart(8)];
  console.log(continent.padEnd(10) + cells.join(''));
}
