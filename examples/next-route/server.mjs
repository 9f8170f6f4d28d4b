/** Stands for Next.js: calls route handlers with a Request, and evaluates one anew when its file has changed. */

import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';

const server = createServer(async ({ url, method = 'GET' }, response) => {
  const { pathname, href } = new URL(url ?? '/', 'http://localhost');
  const file = /^(\/[\w-]+)+$/.test(pathname) ? new URL(`app${pathname}/route.mjs`, import.meta.url) : undefined;
  const handlers = file && existsSync(file) ? await import(`${file}?changed=${statSync(file).mtimeMs}`) : {};
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  const request = new Request(href, { method, signal: controller.signal });
  const answer = await Promise.resolve(handlers[method]?.(request) ?? new Response(null, { status: 404 })).catch((error) => {
    console.error(error);
    return new Response(null, { status: 500 });
  });
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
});
server.listen(Number(process.env.PORT ?? 3000), () => console.log(`listening on http://localhost:${server.address().port}`));
