/** What an ES module in TypeScript may write, and what it may not: were a type missing, it would be `any` and take everything. */

import { type CallOptions, kw, NotReadyError, python, type StateChange, Synapse, SynapseError, type SynapseOptions } from 'synapse-py';

const options: SynapseOptions = { python: 'python3', callTimeout: 1000, logs: process.stderr };
const limits: CallOptions = { timeout: 1000, signal: AbortSignal.timeout(1000) };
const changes: StateChange[] = [];

export async function program(): Promise<number> {
  const synapse = new Synapse(options);
  synapse.on('state', (change) => changes.push(change));
  synapse.on('log', ({ stream, line }) => line.length > 0 && stream === 'stdout');
  await synapse.spawn(new URL('./module', import.meta.url), 'main', { signal: AbortSignal.timeout(1000) });
  const answer = await synapse.call<{ number: number }>({ number: 21 }, limits);
  await synapse.dispose();
  return answer.number;
}

export async function declared(): Promise<[string, number, number]> {
  const model = await python<typeof import('./model.js')>('./model.py');
  return Promise.all([model.VERSION, model.total(1, 2, kw({ start: 3 })), model.linalg.norm([1])]);
}

export function explain(error: unknown): string {
  if (error instanceof NotReadyError) return error.state;
  return error instanceof SynapseError ? error.code : 'unknown';
}

export async function mistakes(synapse: Synapse): Promise<void> {
  // @ts-expect-error there is no such option
  new Synapse({ pyhton: 'python3' });
  // @ts-expect-error there is no such event
  synapse.on('sate', () => undefined);
  const answer = await synapse.call('payload');
  // @ts-expect-error an answer is unknown until the program says what it is
  answer.number;
  // @ts-expect-error a directory is a path or a URL
  await synapse.spawn(1);
}
