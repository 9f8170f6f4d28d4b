/** A Python file, and a package of Python's own, imported as if they were modules of JavaScript. */

import { kw, python } from 'synapse-py';

const { predict, countdown, Counter, VERSION } = await python('./model.py'); // relative to the working directory

console.log(await predict({ age: 22 }));
for await (const number of countdown(3)) console.log(number);

const counter = await new Counter(4); // also without new
await counter.increment();
console.log(await counter.value);
console.log(await VERSION);

const statistics = await python('statistics');
console.log(await statistics.quantiles([1, 2, 4, 8, 16], kw({ n: 4 })));

// What Python raises is a PythonError: its frames tell where, its pythonTraceback is what Python would have printed.
await predict({}).catch(({ name, message, frames }) => console.log(`${name}: ${message}, at ${frames.at(-1).code}`));
