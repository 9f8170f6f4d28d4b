/** Requests to the servers of the examples. */

import { request as ask, type IncomingMessage } from 'node:http';

/** Sends JSON, or a text as it stands; gives the status and the JSON of the answer. */
export async function post(address: string, body: unknown): Promise<[number, unknown]> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(address, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
  return [response.status, await response.json()];
}

/** Gives the status and the JSON of an answer. */
export async function get(address: string): Promise<[number, unknown]> {
  const response = await fetch(address);
  return [response.status, await response.json()];
}

/** Begins a request, and gives what sends its body and waits for the answer, once the server has the request. */
export async function begin(address: string, body: string): Promise<() => Promise<{ status: number | undefined; text: string }>> {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), expect: '100-continue' };
  const request = ask(address, { method: 'POST', headers, agent: false });
  const answered = new Promise<IncomingMessage>((done, fail) => request.once('response', done).once('error', fail));
  request.flushHeaders();
  await new Promise<void>((done, fail) => request.once('continue', done).once('error', fail));
  return async () => {
    request.end(body);
    const answer = await answered;
    let text = '';
    for await (const chunk of answer) text += chunk;
    return { status: answer.statusCode, text };
  };
}
