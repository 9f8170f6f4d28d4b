/** Routes of Express that are answered by Python. */

import express from 'express';
import { CallTimeoutError, PythonError, QueueFullError, Synapse } from 'synapse-py';

const PORT = Number(process.env.PORT ?? 3000);
/** Milliseconds that Python may work on a request. */
const TIMEOUT = Number(process.env.TIMEOUT ?? 10_000);
/** Requests that wait; one more is told to come back later. */
const MAX_QUEUE = Number(process.env.MAX_QUEUE ?? 1000);

const synapse = new Synapse({ workers: 2, maxQueue: MAX_QUEUE, callTimeout: TIMEOUT, logs: 'inherit' });
synapse.on('cancel', ({ method, rung }) => console.log(`${method} was given up (${rung})`));

/** Gives a signal that aborts when the client goes away before it has its answer. @param {express.Response} response */
function disconnected(response) {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) controller.abort(new Error('The client has disconnected.'));
  });
  return controller.signal;
}

const app = express();
app.use(express.json());

app.post('/summary', async (request, response) => {
  response.json(await synapse.send('summary', request.body?.values ?? null, { signal: disconnected(response) }));
});

app.get('/primes/:below', async (request, response) => {
  const below = Number(request.params.below);
  response.json({ below, count: await synapse.send('count_primes', below, { signal: disconnected(response) }) });
});

// Express 5 brings here what an asynchronous route throws; an error handler is known by its four parameters.
app.use((error, _request, response, next) => {
  if (response.destroyed) return; // nobody is there to be told
  if (response.headersSent) return next(error);
  if (error instanceof PythonError && error.type === 'ValueError') return response.status(400).json({ error: error.message });
  if (error instanceof QueueFullError) return response.status(503).set('Retry-After', '1').json({ error: 'too many requests are waiting' });
  if (error instanceof CallTimeoutError) return response.status(504).json({ error: `no answer within ${error.timeout} ms` });
  if (error.expose) return response.status(error.status).json({ error: error.message }); // of express.json()
  console.error(error);
  response.status(500).json({ error: 'internal error' });
});

await synapse.spawn(new URL('py/', import.meta.url));
const server = app.listen(PORT, () => console.log(`listening on http://localhost:${server.address().port}`));

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close(() => synapse.dispose()));
