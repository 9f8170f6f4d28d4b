/** Imports a Python file, calls it once and prints the answer. Arguments: file, interpreter, what to send as JSON. */

import { python } from '../../dist/index.mjs';

const [file, interpreter, value] = process.argv.slice(2);
const { echo } = await python(file, { python: interpreter });
process.stdout.write(JSON.stringify(await echo(JSON.parse(value))));
