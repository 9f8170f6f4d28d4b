/** The examples that serve requests, from the packed library and as their READMEs say: many requests at once, errors, the end. */

import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { request as ask } from 'node:http';
import { join } from 'node:path';
import { isRunning, until } from '../support/until';
import { begin, get, post } from './client';
import { CLONE_TIMEOUT_MS, INSTALL_TIMEOUT_MS, makeClone, removeClone } from './clone';
import { Example } from './example';

/** Requests made at once. */
const MANY = 200;

let root: string | undefined;

beforeAll(async () => {
  root = await makeClone();
}, CLONE_TIMEOUT_MS);

afterAll(() => removeClone(root));

describe('model-server', () => {
  interface Sample {
    pixels: number[];
    digit: number;
  }
  let example: Example;

  beforeAll(async () => {
    example = await Example.of(root ?? '', 'model-server');
  });

  test(
    'answers 200 requests at once, each with what its own image shows, and refuses what is no image',
    async () => {
      const { address } = await example.serve();
      const [, { samples }] = (await get(`${address}/samples?count=${MANY}`)) as [number, { samples: Sample[] }];
      const [, { predictions }] = (await post(`${address}/predict`, { images: samples.map(({ pixels }) => pixels) })) as [
        number,
        { predictions: { digit: number }[] },
      ];
      const answers = await Promise.all(samples.map(({ pixels }) => post(`${address}/predict`, { images: [pixels] })));
      expect(answers).toEqual(predictions.map((prediction) => [200, { predictions: [prediction] }]));
      const right = predictions.filter(({ digit }, index) => digit === samples[index]?.digit);
      expect(right.length).toBeGreaterThan(0.85 * MANY);

      expect(await post(`${address}/predict`, { images: [[1, 2]] })).toEqual([400, { error: expect.stringContaining('64 numbers') }]);
      expect(await post(`${address}/predict`, {})).toEqual([400, { error: expect.any(String) }]);
      expect(await post(`${address}/predict`, 'no JSON')).toEqual([400, { error: expect.any(String) }]);
      expect(await post(`${address}/predict`, JSON.stringify('x'.repeat(1e6)))).toEqual([413, { error: expect.any(String) }]);
      expect(await get(`${address}/nothing`)).toEqual([404, { error: expect.any(String) }]);
      expect(await get(`${address}/health`)).toEqual([200, expect.objectContaining({ state: 'ready', workers: 2, queued: 0 })]);
    },
    INSTALL_TIMEOUT_MS,
  );

  test(
    'at SIGTERM answers what has come, takes no more, and leaves nothing behind',
    async () => {
      const { address, program } = await example.serve();
      const [, { samples }] = (await get(`${address}/samples?count=1`)) as [number, { samples: Sample[] }];
      const [, { pids }] = (await get(`${address}/health`)) as [number, { pids: number[] }];
      const finish = await begin(`${address}/predict`, JSON.stringify({ images: samples.map(({ pixels }) => pixels) }));
      program.kill('SIGTERM');
      await until(() =>
        fetch(address).then(
          () => false,
          () => true,
        ),
      );
      const { status, text } = await finish();
      expect([status, JSON.parse(text)]).toEqual([200, { predictions: [{ digit: samples[0]?.digit, probability: expect.any(Number) }] }]);
      expect(await program).toMatchObject({ exitCode: 0 });
      expect(pids.filter(isRunning)).toEqual([]);
    },
    INSTALL_TIMEOUT_MS,
  );

  test(
    'tells when there is no answer in time',
    async () => {
      const { address } = await example.serve({ REQUEST_TIMEOUT: '1' });
      const image = new Array(64).fill(0);
      expect(await post(`${address}/predict`, { images: new Array(2000).fill(image) })).toEqual([504, { error: expect.any(String) }]);
    },
    INSTALL_TIMEOUT_MS,
  );
});

describe('express-route', () => {
  let example: Example;

  beforeAll(async () => {
    example = await Example.of(root ?? '', 'express-route');
  }, INSTALL_TIMEOUT_MS);

  test('answers 200 requests at once, each with its own numbers described', async () => {
    const { address } = await example.serve();
    const all = Array.from({ length: MANY }, (_, index) => [index, index + 1, index + 5]);
    const answers = await Promise.all(all.map((values) => post(`${address}/summary`, { values })));
    expect(answers).toEqual(all.map(([first = 0]) => [200, { count: 3, mean: first + 2, median: first + 1, stdev: Math.sqrt(7) }]));
    expect(await get(`${address}/primes/1000`)).toEqual([200, { below: 1000, count: 168 }]);
  });

  test('maps errors to answers: what Python refuses, what takes too long, what would wait in vain', async () => {
    const { address } = await example.serve({ TIMEOUT: '500', MAX_QUEUE: '1' });
    expect(await post(`${address}/summary`, { values: ['one', 2] })).toEqual([400, { error: 'values must be numbers' }]);
    expect(await post(`${address}/summary`, '{')).toEqual([400, { error: expect.any(String) }]);
    const statuses = await Promise.all(
      Array.from({ length: 20 }, () =>
        fetch(`${address}/primes/100000000`).then(({ status, headers }) => [status, headers.get('retry-after')]),
      ),
    );
    expect(statuses).toContainEqual([504, null]);
    expect(statuses).toContainEqual([503, '1']);
    expect(statuses.filter(([status]) => status !== 504 && status !== 503)).toEqual([]);
    expect(await get(`${address}/primes/100`)).toEqual([200, { below: 100, count: 25 }]);
  });

  test('stops the function in Python when the client disconnects', async () => {
    const { address, printed } = await example.serve({ TIMEOUT: '0' }); // no other end
    const client = ask(`${address}/primes/100000000`, { agent: false }).on('error', () => undefined);
    const sent = once(client, 'finish');
    client.end();
    await sent;
    client.destroy();
    await until(() => /count_primes was given up \((?:queue|injected)\)/.test(printed()));
    expect(await get(`${address}/primes/100`)).toEqual([200, { below: 100, count: 25 }]);
  });
});

test('next-route answers 200 requests at once, and goes on with the same Python when its file has changed', async () => {
  const example = await Example.of(root ?? '', 'next-route');
  const { address } = await example.serve();
  const words: [string, string][] = [
    ['bananna', 'banana'],
    ['aple', 'apple'],
    ['chery', 'cherry'],
    ['Mellon', 'melon'],
  ];
  const suggest = async (word: string) => {
    const response = await fetch(`${address}/api/suggest?word=${word}`);
    return { worker: response.headers.get('x-worker'), body: (await response.json()) as { word: string; suggestions: string[] } };
  };
  const answers = await Promise.all(Array.from({ length: MANY }, (_, index) => suggest(words[index % words.length]?.[0] ?? '')));
  expect(answers.map(({ body }) => [body.word, body.suggestions[0]])).toEqual(answers.map((_, index) => words[index % words.length]));
  expect(new Set(answers.map(({ worker }) => worker)).size).toBe(1);

  const route = join(example.folder, 'app', 'api', 'suggest', 'route.mjs');
  await writeFile(route, (await readFile(route, 'utf8')).replace('{ word, suggestions }', '{ word, suggestions, edited: true }'));
  expect(await suggest('aple')).toEqual({ worker: answers[0]?.worker, body: expect.objectContaining({ edited: true }) });
  expect((await fetch(`${address}/api/suggest`)).status).toBe(400);
  expect((await fetch(`${address}/api/nothing`)).status).toBe(404);
});
