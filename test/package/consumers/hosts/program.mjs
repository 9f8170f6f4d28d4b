/** Uses the library in every way that there is, on whatever runs it. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Duration, kw, PythonError, Synapse, SynapseError } from 'synapse-py';
import { errorOf, isThere, step, told } from './steps.mjs';

const module = new URL('./module', import.meta.url);
const large = new Uint8Array(randomBytes(20_000_000));
const isLarge = (bytes) => Buffer.compare(bytes, large) === 0;
const synapse = new Synapse({ progress: false });
const lines = [];
const awake = setInterval(() => undefined, 1 << 30); // waiting for an event keeps no program alive
synapse.on('log', ({ stream, line }) => lines.push(`${stream}: ${line}`));
const heard = (name) => new Promise((resolve) => synapse.onEvent(name, resolve));
const untilLogged = async (line) => {
  while (!lines.includes(line)) await once(synapse, 'log');
};

await step('spawn', async () => {
  const phases = [];
  synapse.on('provision', ({ phase }) => phases.push(phase));
  await synapse.spawn(module);
  return { state: synapse.state, phases, isThere: isThere(synapse.pid) };
});

await step('send', () => Promise.all([synapse.send('add', 3), synapse.send('add', kw({ a: 1, b: 2 }))]));

await step('py', async () => {
  const streamed = [];
  for await (const number of synapse.py.count(3)) streamed.push(number);
  return [await synapse.py.add(1, 2, kw({ negative: true })), await synapse.py.VERSION, streamed];
});

await step('python error', async () => {
  const error = await synapse.send('fails', 'so').catch((reason) => reason);
  return { ...told(error), isOne: [error instanceof PythonError, error instanceof SynapseError, error instanceof Error] };
});

await step('values', async () => {
  const sent = { date: new Date(5), big: 2n ** 80n, map: new Map([[1, 'x']]), set: new Set([1]), floats: new Float64Array([0.5, 2]) };
  const got = await synapse.send('echo', { ...sent, time: new Duration(1, 2, 3) });
  const { date, big, map, set, floats, time } = got;
  return [date.getTime(), String(big), [...map], [...set], [...(floats.data ?? new Float64Array(floats.buffer))], time.days];
});

await step('many calls', async () => {
  const answers = await Promise.all(Array.from({ length: 2000 }, (_, i) => synapse.send('echo', i)));
  return answers.reduce((sum, answer) => sum + answer, 0);
});

await step('large bytes', async () => [isLarge(await synapse.send('echo', large)), isLarge(await synapse.send('echo', large))]);

await step('stream', async () => {
  let sum = 0;
  for await (const number of synapse.stream('count', 10_000)) sum += number;
  return sum;
});

await step('stream left early', async () => {
  const closed = heard('closed');
  for await (const number of synapse.stream('count', 1_000_000_000)) if (number === 10) break;
  return closed;
});

await step('stream in', async () => {
  async function* numbers() {
    for (let i = 0; i < 500; i++) yield i;
  }
  let sum = 0;
  for await (const number of synapse.stream('doubled', numbers())) sum += number;
  return sum;
});

await step('function of the program', () => synapse.py.asks(async (value) => value + 1, 41));

await step('events', async () => {
  const events = [];
  const off = synapse.onEvent('progress', ({ i }) => events.push(i));
  await synapse.send('emits', 3);
  off();
  return events;
});

await step('timeout', async () => [await errorOf(synapse.send('sleeps', undefined, { timeout: 100 })), await synapse.send('add', 1)]);

await step('abort', async () => {
  const abort = new AbortController();
  const begun = heard('begun');
  const call = synapse.send('sleeps', undefined, { signal: abort.signal }).catch((reason) => reason);
  await begun;
  abort.abort('enough');
  return [await call, await synapse.send('add', 1)];
});

await step('ping', async () => typeof (await synapse.ping()));

await step('logs', async () => {
  lines.length = 0;
  await synapse.send('prints', 'é🐍');
  for (const line of ['stdout: é🐍', 'stderr: é🐍', 'stdout: to descriptor 1', 'stdout: by a child']) await untilLogged(line);
  return lines.length;
});

for (const [name, ...call] of [
  ['exit', 'exits', 3],
  ['kill', 'killed'],
]) {
  await step(`crash by ${name}`, async () => {
    const exit = once(synapse, 'exit');
    const calls = [errorOf(synapse.send(...call)), errorOf(synapse.send('add', 1))];
    return { errors: await Promise.all(calls), exit: await exit, state: synapse.state };
  });
  await step(`spawn after ${name}`, async () => {
    await synapse.spawn(module);
    return synapse.send('add', 1);
  });
}

await step('dispose', async () => {
  const pids = await synapse.send('with_a_child');
  const exit = once(synapse, 'exit');
  const call = errorOf(synapse.send('sleeps'));
  await synapse.dispose();
  await synapse.dispose();
  return { state: synapse.state, pids, call: await call, exits: (await exit).length };
});

await step('failed start', async () => {
  const failing = new Synapse({ progress: false });
  const error = await failing.spawn(module, 'broken').catch((reason) => reason);
  await failing.dispose();
  return { ...told(error), isSynapseError: error instanceof SynapseError };
});

await step('loop', async () => {
  const loop = new Synapse({ progress: false });
  const exit = once(loop, 'exit');
  const printed = [];
  loop.on('log', ({ line }) => printed.push(line));
  await loop.spawn(module, 'loop');
  const answers = await Promise.all(Array.from({ length: 500 }, (_, i) => loop.call({ i })));
  const bytes = await loop.call(large);
  await loop.dispose();
  return { sum: answers.reduce((sum, { i }) => sum + i, 0), isLarge: isLarge(bytes), printed: printed.length, exit: await exit };
});

if (!process.argv.includes('--no-using')) {
  await step('await using', async () => (await import('./using.mjs')).use(module));
}

clearInterval(awake);
