/** `GET /api/suggest?word=bananna`. With types it is a `route.ts` of Next.js. */

import { join } from 'node:path';
import { PythonError, Synapse } from 'synapse-py';

/** For Next.js: Python needs a Node process, not an edge worker. */
export const runtime = 'nodejs';

/** Hot reload evaluates this file anew, and would start another Python with each change: what globalThis keeps stays. */
const KEY = Symbol.for('next-route.synapse');

/** @returns {Promise<Synapse>} the one of this process, started with the first request */
function spawned() {
  globalThis[KEY] ??= start().catch((error) => {
    globalThis[KEY] = undefined; // the next request tries again
    throw error;
  });
  return globalThis[KEY];
}

async function start() {
  const synapse = new Synapse({ callTimeout: 5000, restart: true, logs: 'inherit' });
  // Not by import.meta.url: a bundler moves this file. Next.js runs in the project's folder.
  await synapse.spawn(join(process.cwd(), 'py'));
  return synapse;
}

/** @param {Request} request @returns {Promise<Response>} */
export async function GET(request) {
  const word = new URL(request.url).searchParams.get('word') ?? '';
  const synapse = await spawned();
  try {
    const suggestions = await synapse.send('suggest', word, { signal: request.signal });
    return Response.json({ word, suggestions }, { headers: { 'x-worker': String(synapse.pid) } });
  } catch (error) {
    if (error instanceof PythonError && error.type === 'ValueError') return Response.json({ error: error.message }, { status: 400 });
    throw error;
  }
}
