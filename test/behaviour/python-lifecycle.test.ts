import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { programFolder, runIn, startIn } from '../support/python-program';
import { isRunning, until } from '../support/until';

let folder: string;
beforeEach(async () => {
  folder = await programFolder();
});

const COMPUTING = `
const m = await python('./model.py');
say(await m.pid());
m.compute().catch(() => undefined);
`;

describe('a short script', () => {
  it('ends by itself, and its worker with it', async () => {
    const { said, ...end } = await runIn(
      folder,
      "const m = await python('./model.py'); say(await m.pid()); say(await m.predict({ age: 2 }));",
    );
    expect([said[1], end]).toEqual([2.47, { stderr: '', exitCode: 0, signal: undefined }]);
    await until(() => !isRunning(said[0] as number));
  });

  it('stays while a call runs that nobody awaits', async () => {
    const program = "const m = await python('./model.py'); m.sleep(0.3).then(() => say('slept'));";
    expect(await runIn(folder, program)).toEqual({ said: ['slept'], stderr: '', exitCode: 0, signal: undefined });
  });

  it('stays while a module is imported that nobody awaits', async () => {
    const program = "python('./model.py').then((m) => m.predict({ age: 2 })).then(say);";
    expect(await runIn(folder, program)).toMatchObject({ said: [2.47], exitCode: 0 });
  });
});

describe('shutdown()', () => {
  it('settles what is pending, after which python() starts afresh', async () => {
    const program = `
      const m = await python('./model.py');
      const before = await m.pid();
      const stream = (async () => { for await (const _ of m.count(1e9)); })();
      await m.later(1);
      const calls = [stream, m.compute(), m.predict({ age: 1 })].map(failure);
      await shutdown();
      for (const error of await Promise.all(calls)) say(error.code);
      const again = await python('./model.py');
      say([(await again.pid()) === before, await again.VERSION, (await failure(m.pid())).code]);
      await shutdown();
      await shutdown();`;
    const { said, ...end } = await runIn(folder, program);
    expect(said.slice(0, -1)).toEqual(Array(3).fill('ERR_SYNAPSE_DISPOSED'));
    expect(said.at(-1)).toEqual([false, '1.0', 'ERR_SYNAPSE_DISPOSED']);
    expect(end).toMatchObject({ stderr: '', exitCode: 0 });
  });

  it('settles a python() that has not started its worker, or is starting it', async () => {
    const program = `
      const first = failure(python('./model.py'));
      await shutdown();
      say((await first).code);
      const second = failure(python('./model.py'));
      await new Promise((done) => setTimeout(done, 5));
      await shutdown();
      say((await second).code);
      say(await (await python('./model.py')).VERSION);`;
    expect(await runIn(folder, program)).toMatchObject({ said: ['ERR_SYNAPSE_DISPOSED', 'ERR_SYNAPSE_DISPOSED', '1.0'], exitCode: 0 });
  });
});

describe('a crash', () => {
  it('rejects pending calls, and the next call starts a worker that imports the module anew', async () => {
    const program = `
      const m = await python('./model.py');
      const counter = await m.SHARED;
      say(await counter.increment());
      const calls = [m.die(), m.predict({ age: 1 })].map(failure);
      for (const { code, exitCode } of await Promise.all(calls)) say([code, exitCode]);
      say(await (await m.SHARED).increment());
      say((await failure(counter.increment())).code);
      for await (const x of m.count(2)) say(x);`;
    const crash = ['ERR_SYNAPSE_WORKER_CRASHED', 3];
    const end = { stderr: '', exitCode: 0, signal: undefined };
    expect(await runIn(folder, program)).toEqual({ said: [101, crash, crash, 101, 'ERR_SYNAPSE_STALE_HANDLE', 0, 1], ...end });
  });

  it('of an idle worker is mended by the next call, at whatever moment it comes', async () => {
    const program = `
      const m = await python('./model.py');
      for (let round = 0; round < 12; round++) {
        const pid = await m.pid();
        process.kill(pid, 'SIGKILL');
        for (let turn = 0; turn < round * 40; turn++) await new Promise((done) => setImmediate(done));
        const answer = await m.pid().catch((error) => error.code);
        if (answer !== 'ERR_SYNAPSE_WORKER_CRASHED' && answer === pid) say('answered by the dead');
        if (typeof answer === 'string' && answer !== 'ERR_SYNAPSE_WORKER_CRASHED') say(answer);
      }
      say(await m.VERSION);`;
    expect(await runIn(folder, program)).toEqual({ said: ['1.0'], stderr: '', exitCode: 0, signal: undefined });
  });

  it('tells nothing to the worker that came after, when the end of the old one is noticed late', async () => {
    const program = `
      import { spawn } from 'node:child_process';
      const m = await python('./model.py');
      const old = await m.pid();
      const holder = await m.hold_output();
      process.kill(old, 'SIGKILL');
      const isThere = () => { try { return process.kill(old, 0); } catch { return false; } };
      const turn = () => new Promise((done) => setImmediate(done));
      while (isThere()) await turn();
      for (let more = 0; more < 10; more++) await turn(); // its last byte was read; others hold its output, so its end is told later
      const pid = await m.pid();
      const calls = Array.from({ length: 30 }, () => m.sleep(0.03).then(() => m.pid()));
      say(new Set(await Promise.all(calls)).size);
      say((await m.pid()) === pid && pid !== old);`;
    const holding = "import subprocess\ndef hold_output():\n    return subprocess.Popen(['sleep', '1'], start_new_session=True).pid\n";
    await writeFile(join(folder, 'model.py'), `import os, time\n${holding}def pid(): return os.getpid()\ndef sleep(s): time.sleep(s)\n`);
    expect(await runIn(folder, program)).toMatchObject({ said: [1, true], stderr: '', exitCode: 0 });
  });
});

describe('when the program ends', () => {
  it.each([
    ['process.exit(7)', 7],
    ["throw new Error('on purpose')", 1],
    ["Promise.reject(new Error('on purpose'))", 1],
    ['process.exitCode = 9; process.exit()', 9],
  ])('by %s, its worker is gone and the exit code is its own', async (action, exitCode) => {
    const { said, ...end } = await runIn(folder, `${COMPUTING}${action};`);
    expect(end).toMatchObject({ exitCode });
    await until(() => !isRunning(said[0] as number));
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('by %s, its worker is gone and a shell sees %s', async (signal, status) => {
    const program = await startIn(folder, COMPUTING);
    const pid = await program.said<number>();
    program.subprocess.kill(signal);
    expect(await program.subprocess).toMatchObject({ signal });
    await until(() => !isRunning(pid));
    await writeFile(join(folder, 'by-shell.mjs'), `import './program.mjs'; process.kill(process.pid, '${signal}');`);
    const shell = await execa('sh', ['-c', `"${process.execPath}" by-shell.mjs; echo "status $?"`], { cwd: folder, reject: false });
    expect(shell.stdout).toContain(`status ${status}`);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('by %s, a handler of its own decides, and the worker goes on until then', async (signal) => {
    const handler = `
      const m = await python('./model.py');
      process.on('${signal}', async () => {
        say(await m.predict({ age: 2 }));
        process.exit(5);
      });
      process.on('exit', (code) => say({ code }));
      say(await m.pid());
      setInterval(() => undefined, 1 << 30);`;
    const program = await startIn(folder, handler);
    const pid = await program.said<number>();
    program.subprocess.kill(signal);
    expect([await program.said(), await program.said()]).toEqual([2.47, { code: 5 }]);
    expect(await program.subprocess).toMatchObject({ exitCode: 5 });
    await until(() => !isRunning(pid));
  });

  it('a handler decides that takes itself off, for the second signal to end the program at once', async () => {
    const handler = `
      const stop = () => {
        process.off('SIGINT', stop);
        say('stopping');
      };
      process.on('SIGINT', stop);
      const m = await python('./model.py');
      say(await m.pid());
      setInterval(() => undefined, 1 << 30);`;
    const program = await startIn(folder, handler);
    const pid = await program.said<number>();
    program.subprocess.kill('SIGINT');
    expect(await program.said()).toBe('stopping');
    program.subprocess.kill('SIGINT');
    expect(await program.subprocess).toMatchObject({ signal: 'SIGINT' });
    await until(() => !isRunning(pid));
  });

  it('by SIGKILL while Python computes, its worker is gone', async () => {
    const program = await startIn(folder, COMPUTING);
    const pid = await program.said<number>();
    program.subprocess.kill('SIGKILL');
    await program.subprocess;
    await until(() => !isRunning(pid));
  });

  it('its own exit handlers run', async () => {
    const program = `process.on('exit', (code) => say({ code })); await python('./model.py'); process.exit(4);`;
    expect(await runIn(folder, program)).toMatchObject({ said: [{ code: 4 }], exitCode: 4, stderr: '' });
  });
});

it('two python() calls at once start one worker, and import a module once', async () => {
  const program = `
    const [a, b, json] = await Promise.all([python('./model.py'), python('./model'), python('json')]);
    say([await a.pid(), await b.pid()]);
    say(await (await python('os')).getpid());
    say([a === b, await a.same(await a.SHARED, await b.SHARED), await json.dumps([1])]);`;
  const { said } = await runIn(folder, program);
  const [[a, b], os, rest] = said as [[number, number], number, unknown];
  expect([a, b]).toEqual([os, os]);
  expect(rest).toEqual([true, true, '[1]']);
});

it('a first start that fails does not keep its options for later ones', async () => {
  const program = `
    say((await failure(python('json', { cwd: '/nowhere' }))).code);
    say((await failure(python('json', { startupTimeout: 1 }))).code);
    say(await (await python('json')).dumps([1]));`;
  expect(await runIn(folder, program)).toMatchObject({ said: ['ERR_SYNAPSE_INVALID_OPTION', 'ERR_SYNAPSE_SPAWN', '[1]'], exitCode: 0 });
});

it('multiprocessing works, by children that begin anew, too', async () => {
  const code = [
    'import multiprocessing',
    'def square(x): return x * x',
    'def squares(method):',
    '    with multiprocessing.get_context(method).Pool(1) as pool: return pool.map(square, [2, 3])',
  ];
  await writeFile(join(folder, 'heavy.py'), code.join('\n'));
  const program = "const m = await python('./heavy.py'); for (const method of ['spawn', 'forkserver']) say(await m.squares(method));";
  expect(await runIn(folder, program)).toMatchObject({
    said: [
      [4, 9],
      [4, 9],
    ],
    exitCode: 0,
  });
});

it('ensureWorker() starts the worker ahead, which does not keep the program alive', async () => {
  const program = `
    await Promise.all([ensureWorker(), ensureWorker()]);
    const [a, b] = await Promise.all([python('./model.py'), python('os')]);
    say((await a.pid()) === (await b.getpid()));
    say((await failure(ensureWorker({ python: '/nowhere/python3' }))).code);`;
  expect(await runIn(folder, program)).toMatchObject({ said: [true, 'ERR_SYNAPSE_PYTHON_NOT_FOUND'], stderr: '', exitCode: 0 });
});

it('nothing is installed or started by importing the library', async () => {
  const program = `
    say(process.eventNames().map((name) => [String(name), process.listenerCount(name)]));
    say(process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY/.test(name)));`;
  await writeFile(join(folder, 'plain.mjs'), `const say = (value) => console.log(JSON.stringify(value));${program}`);
  const plain = await execa(process.execPath, ['plain.mjs'], { cwd: folder });
  expect(await runIn(folder, program)).toMatchObject({ said: plain.stdout.split('\n').map((line) => JSON.parse(line)), exitCode: 0 });
});

it('a program that imports the library and requires it has the same modules, workers and shutdown', async () => {
  const program = `
    import { createRequire } from 'node:module';
    const required = createRequire(import.meta.url)('synapse-py');
    say(required.python === python);
    const [a, b] = [await python('./model.py'), await required.python('./model.py')];
    say([a === b, (await a.pid()) === (await b.pid()), await b.same(await a.SHARED, await b.SHARED)]);
    say([await a.predict({ age: 2 }, required.kw({ precision: 1 })), await b.predict({ age: 2 }, kw({ precision: 1 }))]);
    const error = await failure(b.fail());
    say([error instanceof PythonError, error instanceof required.PythonError]);
    await required.ensureWorker();
    await required.shutdown();
    say((await failure(a.pid())).code);
    say(await (await required.python('./model.py')).VERSION);
    await shutdown();
    say((await failure(b.pid())).code);`;
  const closed = 'ERR_SYNAPSE_DISPOSED';
  const said = [false, [true, true, true], [2.5, 2.5], [true, true], closed, '1.0', closed];
  expect(await runIn(folder, program)).toMatchObject({ said, stderr: '', exitCode: 0 });
});
