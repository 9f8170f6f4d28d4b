/** Has a figure drawn from numbers of this program, and writes it to a file: `node draw.mjs [file]`. */

import { writeFile } from 'node:fs/promises';
import { kw, Synapse } from 'synapse-py';

const file = process.argv[2] ?? 'figure.png';
const synapse = new Synapse();
await synapse.spawn(new URL('py/', import.meta.url));

const x = Float64Array.from({ length: 200 }, (_, index) => index / 20);
const series = { sine: x.map(Math.sin), 'damped sine': x.map((value) => Math.exp(-value / 4) * Math.sin(value)) };
const png = await synapse.py.line_chart(x, series, 'Two waves', kw({ width: 900 })); // a Uint8Array
await synapse.dispose();

await writeFile(file, png);
console.log(`${file}: ${png.length} bytes`);
