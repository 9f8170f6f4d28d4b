/** Starts a Python script, asks it once and prints the answer: no library. Arguments: script, interpreter, what to send as JSON. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';

const [script, interpreter, value] = process.argv.slice(2);
const child = spawn(interpreter, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
child.stdin.write(`${value}\n`);
const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
process.stdout.write(JSON.stringify(JSON.parse(line)));
child.stdin.end();
