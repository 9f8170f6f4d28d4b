import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RemoteError } from '../../src/call-errors';
import { PYTHON_DIRECTORY } from '../../src/paths';
import { FIXTURES, temporaryFolder } from '../support/fixture';
import { Program, startProgram } from '../support/program';
import { type RuntimeName, runtimes } from '../support/runtimes';
import { isRunning, rejection, until } from '../support/until';

const MAIN = join(FIXTURES, 'node-worker', 'main.mjs');
const SDK = join(__dirname, '..', '..', 'dist', 'worker.mjs');
const HOST = join(FIXTURES, 'node-worker', 'host.mjs');
const PYTHON = process.env['SYNAPSE_PYTHON'] ?? 'python3';
const MEGABYTE = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe.each(runtimes())('a worker for $name', ({ name, command, args }) => {
  const start = (options = {}): Promise<Program> => startProgram(command, [...args, MAIN], options);

  it('announces itself', async () => {
    const { worker } = await start();
    expect(worker.hello).toMatchObject({
      mode: 'rpc',
      language: 'javascript',
      python: expect.stringMatching(new RegExp(`^${name} \\d+\\.\\d+`)),
      pid: worker.pid,
      events: ['progress', 'stopped'],
      handler: false,
    });
    expect(worker.hello?.methods.get('echo')).toEqual({ response: 'result', concurrent: true, parameters: [], returns: null });
    expect(worker.hello?.methods.get('count')?.response).toBe('stream');
  });

  it('answers by what its handlers return or tell their context, and answers pings', async () => {
    const program = await start();
    const value = { a: [1, 2n ** 70n, 'ä', null, new Date(5)], b: new Map([[1, new Set(['x'])]]) };
    expect(await program.send('echo', value)).toEqual(value);
    expect(await program.send('later', 2)).toBe(2);
    expect(await program.send('respond', 3)).toBe(3);
    expect(await program.send('forget')).toBeNull();
    expect(await Promise.all(Array.from({ length: 50 }, (_, index) => program.send('later', index)))).toEqual([...Array(50).keys()]);
    expect(await program.worker.rpc('ping', '').ping({})).toBeGreaterThan(0);
  });

  it('carries large bytes and arrays both ways, many at once', async () => {
    const program = await start();
    const pieces = [5, 20, 3].map((size, index) => new Uint8Array(size * MEGABYTE).map((_, at) => at * 7 + index));
    const answers = (await Promise.all(
      pieces.map((piece) => program.send('echo', { piece, floats: Float64Array.of(index(piece), 0.5) })),
    )) as {
      piece: Uint8Array;
      floats: { data: Float64Array };
    }[];
    expect(answers.map(({ piece }, at) => Buffer.compare(piece, pieces[at] as Uint8Array))).toEqual([0, 0, 0]);
    expect(answers.map(({ floats }) => [...floats.data])).toEqual(pieces.map((piece) => [index(piece), 0.5]));
  });

  it('streams what generators give and what is sent by chunk()', async () => {
    const program = await start();
    expect(await program.collect('count', 3)).toEqual([0, 1, 2]);
    expect(await program.collect('count', 0)).toEqual([]);
    expect(await program.collect('count', 20_000)).toHaveLength(20_000);
    expect(await program.collect('chunks', ['a', 'b'])).toEqual(['a', 'b']);
    expect(await rejection(program.collect('chunks', 5))).toMatchObject({ name: 'RemoteError(TypeError)' });
  });

  it('holds a generator back while nobody takes its chunks, and closes it when the stream is left', async () => {
    const program = await start();
    const stream = program.stream('parts', { count: 1000, bytes: 100_000 });
    await stream.next();
    const made = (await program.send('made')) as number;
    expect(made).toBeLessThan(20);
    expect(await program.send('made')).toBe(made);
    await stream.return();
    expect(await program.event('stopped')).toBe('parts');
    await until(() => program.cancels.length === 1);
    expect(program.cancels).toEqual([expect.objectContaining({ method: 'parts', rung: 'cooperative' })]);
  });

  it('gives a receipt with data, takes notes without an answer, and emits events', async () => {
    const program = await start();
    expect(await program.send('begin', 7)).toEqual({ job: 7 });
    expect(await program.send('note', 'noted')).toBeUndefined();
    await until(() => program.events.length === 2);
    expect(program.events).toEqual([
      ['progress', 'begun'],
      ['progress', 'noted'],
    ]);
    expect(await rejection(program.send('emit', { name: 'unknown' }))).toMatchObject({
      message: expect.stringContaining('does not declare the event'),
    });
  });

  it('tells a handler that its call was given up', async () => {
    const program = await start();
    const controller = new AbortController();
    const call = rejection(program.send('wait', 'waiting', { signal: controller.signal }));
    expect(await program.event('progress')).toBe('waiting');
    controller.abort(new Error('not needed any more'));
    expect((await call).message).toBe('not needed any more');
    expect(await program.event('stopped')).toEqual(['callback', true, 'ERR_SYNAPSE_CANCELLED']);
    await until(() => program.cancels.length === 1);
    expect(program.cancels).toEqual([expect.objectContaining({ method: 'wait', rung: 'cooperative' })]);
  });

  it('fails calls with what its handlers throw, and with errors of this library', async () => {
    const program = await start();
    const error = await rejection<RemoteError>(program.send('throw', 'too far'));
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ name: 'RemoteError(RangeError)', type: 'RangeError', message: 'too far', code: 'ERR_SYNAPSE_REMOTE' });
    expect(error.remoteStack).toContain('main.mjs');
    expect(error.cause).toMatchObject({ name: 'RemoteError(TypeError)', message: 'the first reason' });
    expect(await rejection(program.send('reject', 'a text'))).toMatchObject({ type: 'string', message: 'a text' });
    expect(await rejection(program.send('nothing'))).toMatchObject({
      code: 'ERR_SYNAPSE_UNKNOWN_METHOD',
      available: expect.arrayContaining(['echo']),
    });
    expect(await rejection(program.send('echo', () => 1))).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION' });
    expect(await program.send('echo', 1)).toBe(1);
  });

  it('calls functions of the host as async functions, many at once', async () => {
    const program = await start();
    const large = new Uint8Array(5 * MEGABYTE).map((_, at) => at * 3);
    expect(await program.send('apply', { callback: (a: number, b: number) => a + b, args: [1, 2] })).toBe(3);
    const [answer] = (await program.send('apply', { callback: async (value: unknown) => [value], args: [large] })) as [Uint8Array];
    expect(Buffer.compare(answer, large)).toBe(0);
    expect(await program.send('each', { callback: async (value: number) => value * 2, count: 1000 })).toEqual(
      Array.from({ length: 1000 }, (_, value) => value * 2),
    );
    expect(await program.send('apply', { callback: () => program.send('echo', 'from within'), args: [] })).toBe('from within');
  });

  it('gets what a function of the host threw, with its message, type and stack', async () => {
    const program = await start();
    const throwing = function throwingCallback() {
      throw new RangeError('too far');
    };
    const told = (await program.send('attempt', throwing)) as Record<string, string>;
    expect(told).toMatchObject({ name: 'CallbackError(RangeError)', message: 'too far', type: 'RangeError', code: 'ERR_SYNAPSE_CALLBACK' });
    expect(told['remoteStack']).toContain('throwingCallback');
    expect(told['stack']).toContain('main.mjs');
    expect(await rejection(program.send('apply', { callback: throwing, args: [] }))).toMatchObject({
      name: 'RemoteError(CallbackError(RangeError))',
      message: 'too far',
    });
    expect(await program.send('attempt', () => Symbol('without a form'))).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION' });
  });

  it('need not look at what its calls of a function of the host become, nor stay for it', async () => {
    const program = await start();
    const answers = [Promise.reject(new Error('for nobody')), Promise.resolve('late')];
    for (const answer of answers) answer.catch(() => undefined);
    let call = 0;
    expect(await program.send('dismiss', () => answers[call++])).toBeNull();
    expect(await program.event('progress')).toBe('late');
    expect(program.stderr).toBe('');
  });

  it('lets go of functions that nobody has any more', async () => {
    const program = await startProgram(command, [...args, ...exposingGarbageCollector(name), MAIN]);
    const callbacks = await callWithNewFunction(program);
    await until(async () => {
      await program.send('collect');
      collectGarbage();
      return callbacks.every((callback) => callback.deref() === undefined);
    });
  });

  it('reads streams of the host as async iterables, and closes them when it leaves', async () => {
    const program = await start();
    const closed: string[] = [];
    let made = 0;
    const numbers = async function* (label: string, count: number) {
      try {
        for (let number = 0; number < count; number++) {
          made = number;
          yield number;
        }
      } finally {
        closed.push(label);
      }
    };
    expect(await program.send('sum', numbers('all', 20_000))).toBe(199_990_000);
    expect(await program.send('first', numbers('left', 1_000_000))).toBe(0);
    await until(() => closed.includes('left'));
    expect(made).toBeLessThan(100_000);
    expect(await program.collect('doubles', numbers('through', 3))).toEqual([0, 2, 4]);
    const failing = async function* () {
      yield 1;
      throw new RangeError('dry');
    };
    expect(await rejection(program.send('sum', failing()))).toMatchObject({
      name: 'RemoteError(CallbackError(RangeError))',
      message: 'dry',
    });
  });

  it('closes streams of the host that it does not read, or not to their end', async () => {
    const program = await startProgram(command, [...args, ...exposingGarbageCollector(name), MAIN]);
    const left: string[] = [];
    const source = (label: string) => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: label }),
        return: async () => {
          left.push(label);
          return { done: true, value: undefined };
        },
      }),
    });
    expect(await program.send('unread', source('unread'))).toBe('not read');
    await until(() => left.includes('unread'));
    expect(await rejection(program.send('nothing', source('refused')))).toMatchObject({ code: 'ERR_SYNAPSE_UNKNOWN_METHOD' });
    await until(() => left.includes('refused'));
    expect(await program.send('next', source('begun'))).toBe('begun');
    await until(async () => {
      await program.send('collect');
      return left.includes('begun');
    });
  });

  it('is told by a stream of the host that its call was given up', async () => {
    const program = await start();
    const controller = new AbortController();
    let isLeft = false;
    const silent = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          controller.abort(new Error('enough'));
          return new Promise<IteratorResult<number>>(() => undefined);
        },
        return: async () => {
          isLeft = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    expect((await rejection(program.send('sum', silent, { signal: controller.signal }))).message).toBe('enough');
    await until(() => isLeft && program.cancels.length === 1);
    expect(program.cancels).toEqual([expect.objectContaining({ method: 'sum', rung: 'cooperative' })]);
  });

  it('keeps the limit of the host', async () => {
    const program = await start({ maxFrameBytes: MEGABYTE });
    expect(await rejection(program.collect('parts', { count: 1, bytes: 2 * MEGABYTE }))).toMatchObject({
      code: 'ERR_SYNAPSE_FRAME_TOO_LARGE',
      limit: MEGABYTE,
    });
    expect(await program.send('echo', 1)).toBe(1);
  });

  it('may print in every way', async () => {
    const program = await start();
    expect(await program.send('print', 'text')).toEqual([null, program.worker.hello?.python.split(' ')[1]]);
    await until(() => program.stdout.includes('by a child\n'));
    expect(program.stdout.split('\n').sort()).toEqual(['', 'text', 'text again', 'text by a child']);
    expect(await program.send('echo', 1)).toBe(1);
  });

  it('is known to have ended when it exits', async () => {
    const program = await start();
    const crash = await rejection(program.send('exit', 3));
    expect(crash).toMatchObject({ code: 'ERR_SYNAPSE_WORKER_CRASHED', exitCode: 3 });
  });

  it('ends at once, with its children, when its host is killed', async () => {
    const host = await startHost('', [command, ...args, MAIN, 'child']);
    expect(host.pids.map(isRunning)).toEqual([true, true]);
    await host.kill();
  });

  it('ends at once, with its children, when its host is killed while a handler computes', async () => {
    const host = await startHost('compute', [command, ...args, MAIN, 'child']);
    expect(await host.nextLine()).toBe('computing');
    expect(host.pids.map(isRunning)).toEqual([true, true]);
    await host.kill();
  });

  it('ends with a word on standard error when what comes is not the protocol', async () => {
    const child = spawn(command, [...args, MAIN], {
      stdio: ['ignore', 'ignore', 'pipe', 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, SYNAPSE_HOST: '1' },
    });
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    (child.stdio as unknown as Duplex[])[5]?.write(Buffer.from([2, 0, 0, 0, 0xa1, 0x32]));
    const [exitCode] = await once(child, 'close');
    expect([exitCode, stderr]).toEqual([1, 'The conversation with the host was broken: it begins with no header\n']);
  });

  it('ends by itself when it is disposed, whatever goes on in it', async () => {
    const program = await start();
    await program.send('linger');
    const call = rejection(program.send('wait', 'waiting'));
    await program.event('progress');
    await program.worker.dispose();
    expect(await call).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
    expect(program.exit).toEqual({ exitCode: 0, signal: null });
    expect([program.stdout, program.stderr]).toEqual(['the conversation is over\n', '']);
  });

  it('does not wait for functions of the host when it is disposed', async () => {
    const program = await start();
    let ask: (value?: unknown) => void = () => undefined;
    const asked = new Promise((resolve) => {
      ask = resolve;
    });
    const call = rejection(
      program.send('ask', () => {
        ask();
        return new Promise(() => undefined);
      }),
    );
    await asked;
    await program.worker.dispose();
    expect(await call).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
    expect(program.stdout).toContain('the question ended: ERR_SYNAPSE_DISCONNECTED\n');
    expect(program.exit).toEqual({ exitCode: 0, signal: null });
  });
});

function index(bytes: Uint8Array): number {
  return bytes[0] as number;
}

/** What lets a program run its garbage collector; Bun needs nothing for that. */
function exposingGarbageCollector(name: RuntimeName): string[] {
  return { node: ['--expose-gc'], bun: [], deno: ['--v8-flags=--expose-gc'] }[name];
}

/** Calls a method with functions of which nothing is left here but what the conversation holds. */
async function callWithNewFunction(program: Program): Promise<WeakRef<() => unknown>[]> {
  const given = () => 1;
  const unused = () => 2;
  expect(await program.send('apply', { callback: given, args: [], unused })).toBe(1);
  return [new WeakRef(given), new WeakRef(unused)];
}

describe('a worker that has this library in another form', () => {
  const computing = (head: string) =>
    `${head}; handle('child', () => process.pid); handle('compute', () => { console.log('computing'); for (;;); }); serve();`;

  it('ends at once when its host is killed while a handler computes, with the CommonJS build', async () => {
    const script = join(await temporaryFolder(), 'worker.cjs');
    await writeFile(script, computing(`const { handle, serve } = require(${JSON.stringify(SDK.replace(/mjs$/, 'cjs'))})`));
    const host = await startHost('compute', [process.execPath, script]);
    expect(await host.nextLine()).toBe('computing');
    await host.kill();
  });

  it('does so when all is bundled into one file', async () => {
    const script = join(await temporaryFolder(), 'bundle.mjs');
    await writeFile(script, computing(readFileSync(SDK, 'utf8').replace(/^export \{.*$/m, '')));
    const host = await startHost('compute', [process.execPath, script]);
    expect(await host.nextLine()).toBe('computing');
    await host.kill();
  });
});

/** Starts host.mjs, which starts a program, calls its method `child` and then another one. */
async function startHost(method: string, program: readonly string[]) {
  const host = spawn(process.execPath, [HOST, method, ...program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: host.stdout })[Symbol.asyncIterator]();
  const pids = JSON.parse((await lines.next()).value) as number[];
  /** Kills the host, and waits until nothing is left of the program. */
  const kill = async (): Promise<void> => {
    host.kill('SIGKILL');
    try {
      await until(() => !pids.some(isRunning));
    } finally {
      for (const pid of pids.filter(isRunning)) process.kill(pid, 'SIGKILL');
    }
  };
  return { pids, nextLine: async (): Promise<unknown> => (await lines.next()).value, kill };
}

describe('a program in Python that calls serve()', () => {
  const start = () => startProgram(PYTHON, [join(FIXTURES, 'python-program', 'worker.py')], {}, { PYTHONPATH: PYTHON_DIRECTORY });

  it('serves over its standard streams, and may print', async () => {
    const program = await start();
    expect(program.worker.hello).toMatchObject({ mode: 'rpc', language: 'python', pid: program.worker.pid });
    expect(await program.send('double', 21)).toBe(42);
    expect(await program.collect('count', 3)).toEqual([0, 1, 2]);
    expect(await rejection(program.send('double', null))).toMatchObject({ name: 'PythonError(TypeError)' });
    await program.worker.dispose();
    expect(program.exit).toEqual({ exitCode: 0, signal: null });
    expect(program.stdout).toContain('printed by a child\n');
  });
});

describe('a program in a language that has no library of ours', () => {
  it('serves what docs/protocol.md tells, over its standard streams', async () => {
    const program = await startProgram(PYTHON, [join(FIXTURES, 'handwritten-worker', 'worker.py')]);
    expect(program.worker.hello).toMatchObject({ language: 'handwritten', events: undefined });
    expect(await program.send('echo', ['text', 300, -5, true, null, { key: [0.5] }])).toEqual([
      'text',
      300,
      -5,
      true,
      null,
      { key: [0.5] },
    ]);
    expect(await program.send('echo', new Uint8Array(100_000).fill(3))).toEqual(new Uint8Array(100_000).fill(3));
    expect(await program.collect('count', 5000)).toHaveLength(5000);
    expect(await rejection(program.send('echo_of_none'))).toMatchObject({ code: 'ERR_SYNAPSE_UNKNOWN_METHOD' });
    expect(await rejection(program.send('fail', 'reason'))).toMatchObject({ name: 'RemoteError(Failure)', message: 'reason' });
    expect(await program.worker.rpc('ping', '').ping({})).toBeGreaterThan(0);
    await until(() => program.stdout === 'printed before the hello\n');
    await program.worker.dispose();
    expect(program.exit).toEqual({ exitCode: 0, signal: null });
  });
});

describe('docs/workers.md', () => {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'workers.md'), 'utf8');
  const block = (language: string) => page.split(`\`\`\`${language}\n`)[1]?.split('```')[0] as string;

  it('has a worker in JavaScript that does what it says', async () => {
    const script = join(await temporaryFolder(), 'worker.mjs');
    await writeFile(script, block('js').replace("'synapse-py/worker'", JSON.stringify(pathToFileURL(SDK).href)));
    const program = await startProgram(process.execPath, [script]);
    expect(await program.send('resize', { width: 64, height: 48 })).toEqual({ width: 32, height: 24 });
    expect(await program.collect('lines', 3)).toEqual(['line 0', 'line 1', 'line 2']);
    expect(program.events).toEqual([0, 1, 2].map((line) => ['progress', line]));
    const totals: number[] = [];
    const prices = (async function* () {
      yield* [5, 7];
    })();
    expect(await program.send('total', { prices, onProgress: (total: number) => totals.push(total) })).toBe(12);
    expect(totals).toEqual([5, 12]);
  });

  it('has a whole worker without a library', async () => {
    const script = join(await temporaryFolder(), 'worker.py');
    await writeFile(script, block('python'));
    const program = await startProgram(PYTHON, [script]);
    expect(await program.send('shout', 'hällo')).toBe('HÄLLO');
    expect(await rejection(program.send('shout', [{ a: 300 }]))).toMatchObject({ type: 'AttributeError' });
    expect(await program.worker.rpc('ping', '').ping({})).toBeGreaterThan(0);
  });
});

it.each(runtimes())('a worker for $name sends what it emitted before serve(), with its data as it was', async ({ command, args }) => {
  const script = join(await temporaryFolder(), 'worker.mjs');
  const code = [
    `import { emitEvent, event, handle, serve } from ${JSON.stringify(pathToFileURL(SDK).href)};`,
    "event('loaded');",
    'const parts = [1];',
    "emitEvent('loaded', parts);",
    'parts.push(2);',
    "emitEvent('loaded', parts);",
    "handle('tell', () => emitEvent('loaded', 'later'));",
    'await serve();',
  ];
  await writeFile(script, code.join('\n'));
  const program = await startProgram(command, [...args, script]);
  await program.send('tell');
  expect(program.events).toEqual([[1], [1, 2], 'later'].map((data) => ['loaded', data]));
});

it('the worker without a library in docs/workers.md ends when its host is killed, also while a method waits', async () => {
  const sample = readFileSync(join(__dirname, '..', '..', 'docs', 'workers.md'), 'utf8')
    .split('```python\n')[1]
    ?.split('```')[0] as string;
  const waiting = sample.replace('text.upper()', '(os.write(2, b"waiting\\n"), threading.Event().wait(600))');
  expect(waiting).not.toBe(sample);
  const script = join(await temporaryFolder(), 'worker.py');
  await writeFile(script, waiting);
  const frames = 'BAAAAJMAAYANAAAAkwECpXNob3V0kZGheA=='; // the host's lines of "An exchange" in docs/protocol.md;
  const host = spawn(
    process.execPath,
    [
      '-e',
      `const { spawn } = require('node:child_process');
      const stdio = ['pipe', 'pipe', 'inherit', 'ignore', 'pipe', 'pipe'];
      const worker = spawn(process.argv[1], [process.argv[2]], { stdio, env: { ...process.env, SYNAPSE_HOST: '1' } });
      worker.stdout.once('data', () => worker.stdin.write(Buffer.from('${frames}', 'base64')));
      console.log(worker.pid);`,
      PYTHON,
      script,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const pid = Number((await createInterface({ input: host.stdout })[Symbol.asyncIterator]().next()).value);
  expect((await createInterface({ input: host.stderr })[Symbol.asyncIterator]().next()).value).toBe('waiting');
  host.kill('SIGKILL');
  try {
    await until(() => !isRunning(pid));
  } finally {
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  }
});

describe('a program that is no worker', () => {
  it('fails the spawn by what it printed', async () => {
    const error = await rejection(new Program().spawn(process.execPath, ['-e', 'console.log("ok"); process.exitCode = 4']));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SPAWN', message: expect.stringContaining('exit code 4'), output: 'ok' });
  });

  it('fails it by the code of the system if it cannot be started', async () => {
    const error = await rejection(new Program().spawn('no-such-program-anywhere', []));
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SPAWN', lastError: expect.objectContaining({ code: 'ENOENT' }) });
  });

  it('says itself how it is started when nobody serves', () => {
    expect(() => execFileSync(process.execPath, [MAIN], { stdio: 'pipe' })).toThrow(/serve\(\) found no host/);
  });
});
