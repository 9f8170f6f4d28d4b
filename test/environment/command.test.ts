import { once } from 'node:events';
import { run } from '../../src/environment/command';
import { isRunning, rejection, until } from '../support/until';

const env = process.env;

it('gives the exit code and the last lines of both outputs', async () => {
  const lines: string[] = [];
  const script = 'for (let i = 0; i < 100; i++) console.log(i); console.error("bad"); process.exitCode = 3';
  const result = await run({ file: process.execPath, args: ['-e', script], env, onLine: (line) => lines.push(line) });
  expect(result.exitCode).toBe(3);
  expect(lines).toHaveLength(101);
  expect(result.output.split('\n')).toHaveLength(40);
  expect(result.output).toContain('bad');
});

it('takes a program that does not exist as a failure, not as an exception', async () => {
  expect(await run({ file: '/no/such/program', args: [], env })).toMatchObject({
    exitCode: undefined,
    output: expect.stringContaining('ENOENT'),
    command: '/no/such/program',
  });
});

it('ends the program and all that it started when aborted', async () => {
  const abort = new AbortController();
  let grandchild = 0;
  const script = `const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)']);
    console.log(c.pid); setInterval(() => {}, 1e9)`;
  const started = new EventTarget();
  const result = rejection(
    run({
      file: process.execPath,
      args: ['-e', script],
      env,
      signal: abort.signal,
      onLine: (line) => {
        grandchild = Number(line);
        started.dispatchEvent(new Event('started'));
      },
    }),
  );
  await once(started, 'started');
  abort.abort(new Error('enough'));
  expect((await result).message).toBe('enough');
  await until(() => !isRunning(grandchild));
});

it('starts nothing when aborted before', async () => {
  expect(await rejection(run({ file: '/no/such', args: [], env, signal: AbortSignal.abort('no') }))).toBe('no');
});

it('hides credentials in addresses, in the command, the output and the lines', async () => {
  const address = 'https://me:secret@packages.example/simple';
  const lines: string[] = [];
  const script = `console.log('${address}')`;
  const result = await run({ file: process.execPath, args: ['-e', script], env, onLine: (line) => lines.push(line) });
  expect(result.output).toBe('https://***@packages.example/simple');
  expect(JSON.stringify([result, lines])).not.toContain('secret');
});
