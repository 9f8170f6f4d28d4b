/** A model in Python behind an HTTP server: JSON in, JSON out. Two processes hold the model, and share the requests. */

import { createServer } from 'node:http';
import { CallTimeoutError, PythonError, QueueFullError, Synapse } from 'synapse-py';

const PORT = Number(process.env.PORT ?? 3000);
/** Milliseconds that a request may take, waiting included. */
const REQUEST_TIMEOUT = Number(process.env.REQUEST_TIMEOUT ?? 10_000);
/** Bytes of a request's body. */
const LARGEST_BODY = 1_000_000;

class RequestError extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const synapse = new Synapse({ workers: 2, maxQueue: 1000, callTimeout: REQUEST_TIMEOUT, logs: 'inherit' });

/** @param {import('node:http').IncomingMessage} request */
async function readJson(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new RequestError(413, `a body has at most ${LARGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new RequestError(400, 'the body is not JSON');
  }
}

/** @type {Record<string, (request: import('node:http').IncomingMessage, url: URL) => Promise<unknown>>} */
const routes = {
  'POST /predict': async (request) => {
    const { images } = (await readJson(request)) ?? {};
    return { predictions: await synapse.send('predict', images ?? null) };
  },
  'GET /samples': async (_, url) => ({ samples: await synapse.send('samples', Number(url.searchParams.get('count') ?? 10) || 0) }),
  'GET /health': async () => ({ state: synapse.state, pids: synapse.pids, ...synapse.stats() }),
};

/** What an error is to a client. @param {unknown} error @returns {[status: number, message: string]} */
function failure(error) {
  if (error instanceof RequestError) return [error.status, error.message];
  if (error instanceof PythonError && error.type === 'ValueError') return [400, error.message];
  if (error instanceof QueueFullError) return [503, 'too many requests are waiting'];
  if (error instanceof CallTimeoutError) return [504, `no answer within ${error.timeout} ms`];
  console.error(error);
  return [500, 'internal error'];
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const route = routes[`${request.method} ${url.pathname}`];
  let status = 200;
  /** @type {unknown} */
  let body;
  try {
    if (!route) throw new RequestError(404, 'there is no such route');
    body = await route(request, url);
  } catch (error) {
    const [code, message] = failure(error);
    status = code;
    body = { error: message };
  }
  // When the server is about to end, or leaves a body unread, the connection is of no further use.
  if (!server.listening || !request.complete) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});

await synapse.spawn(new URL('py/', import.meta.url));
server.listen(PORT, () => console.log(`listening on http://localhost:${server.address().port}`));

// Takes no new connections, answers what has come, then ends the workers: the program ends by itself.
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close(() => synapse.dispose()));
