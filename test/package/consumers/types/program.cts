/** The same from a CommonJS module in TypeScript, which gets types of its own. */

import { type Environment, NotReadyError, provision, Synapse, SynapseError } from 'synapse-py';

export async function program(): Promise<number> {
  const environment: Environment = await provision('module');
  const synapse = new Synapse({ python: environment.python, requirements: [] });
  await synapse.spawn('module');
  const answer = await synapse.call<{ number: number }>({ number: 21 }, { timeout: 1000 });
  await synapse[Symbol.asyncDispose]();
  return answer.number;
}

export function explain(error: unknown): string {
  if (error instanceof NotReadyError) return error.state;
  return error instanceof SynapseError ? error.code : 'unknown';
}

export async function mistakes(synapse: Synapse): Promise<void> {
  // @ts-expect-error there is no such option
  new Synapse({ pyhton: 'python3' });
  const answer = await synapse.call('payload');
  // @ts-expect-error an answer is unknown until the program says what it is
  answer.number;
  // @ts-expect-error a directory is a path or a URL
  await synapse.spawn(1);
}
