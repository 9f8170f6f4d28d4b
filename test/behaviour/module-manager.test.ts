import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Module } from '../../src/api/module';
import { ManagerEvents, ModuleEvents } from '../../src/api/module-events';
import { ModuleManager } from '../../src/api/module-manager';
import type { Codec } from '../../src/codecs/codec';
import { rawCodec } from '../../src/codecs/raw';
import { rawChunksCodec } from '../../src/codecs/raw-chunks';
import type { SpawnError } from '../../src/errors';
import type { SchemaMismatchError } from '../../src/module-errors';
import { copyFixture, FIXTURES, temporaryFolder } from '../support/fixture';
import { isRunning, rejection, until } from '../support/until';

const OPTIONS = { venv: join(FIXTURES, '.venv'), progress: false };
const AT_ONCE = { retryDelay: 0 };
const managers: ModuleManager[] = [];

function manage(): ModuleManager {
  const manager = new ModuleManager();
  managers.push(manager);
  return manager;
}

/** A module on the fixture that declares its events; nothing else is declared here. */
function declared(name = 'worker', folder = join(FIXTURES, 'declared')) {
  return new Module(name).python(folder, 'main', OPTIONS);
}

afterEach(async () => {
  await Promise.all(managers.splice(0).map((manager) => manager.shutdown()));
});

const text: Codec<string> = {
  name: 'text',
  serialize: (value) => Buffer.from(value, 'utf16le'),
  deserialize: (bytes) => Buffer.from(bytes).toString('utf16le'),
};

it('calls, streams and hears events of a module that is declared and spawned', async () => {
  const module = declared().method('process').method('batch', { response: 'stream' }).event('progress');
  const manager = manage().register(module);
  expect([module.state, module.process, manager.moduleNames]).toEqual(['created', undefined, ['worker']]);
  const states: string[] = [];
  const progress: number[] = [];
  module.on(ModuleEvents.STATE, (state) => states.push(state));
  const unsubscribe = module.onEvent('progress', ({ percent }) => progress.push(percent));
  await manager.spawn();
  expect(states).toEqual(['provisioning', 'initializing', 'connecting', 'ready']);
  expect(await module.send('process', { a: [1, 2] })).toEqual({ input: { a: [1, 2] }, pid: module.process?.pid });
  const values: number[] = [];
  for await (const value of module.stream('batch', [1, 2, 3])) values.push(value);
  expect([values, progress]).toEqual([
    [2, 4, 6],
    [1, 2, 3],
  ]);
  unsubscribe();
  for await (const _ of module.stream('batch', [4]));
  expect(progress).toEqual([1, 2, 3]);
  const pid = module.process?.pid as number;
  const closed = once(manager, ManagerEvents.CLOSED);
  await manager.shutdown('worker');
  expect([await closed, module.state, isRunning(pid)]).toEqual([['worker'], 'closed', false]);
  expect(await rejection(module.send('process'))).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
});

it('a method answers in the way that is declared: a receipt, or nothing', async () => {
  const module = declared().method('begin', { response: 'ack' }).method('forget', { response: 'none' }).event('note');
  await manage().register(module).spawn();
  const notes: unknown[] = [];
  module.onEvent('note', (note) => notes.push(note));
  expect(await module.send('begin', 'one')).toBeNull();
  expect(await module.send('forget', 'two')).toBeUndefined();
  await until(() => notes.length === 2);
  expect(notes).toEqual(['one', 'two']);
});

it('codecs say what the bytes of requests and responses are, each way for itself', async () => {
  const module = declared()
    .method('reverse', { codec: rawCodec })
    .method('join', { requestCodec: rawChunksCodec, responseCodec: rawCodec })
    .method('split', { requestCodec: rawCodec, responseCodec: rawChunksCodec })
    .method('process', { requestCodec: text })
    .method('Model');
  await manage().register(module).spawn();
  const large = new Uint8Array(1_000_000).fill(7);
  large[0] = 1;
  const reversed: Uint8Array = await module.send('reverse', large);
  expect([reversed.length, reversed.at(-1)]).toEqual([1_000_000, 1]);
  expect(Buffer.from(await module.send('join', [Buffer.from('ab'), Buffer.from('c')])).toString()).toBe('abc');
  expect((await module.send('split', Buffer.from('xy'))).map((chunk) => Buffer.from(chunk).toString())).toEqual(['x', 'y']);
  expect(await module.send('process', 'hé')).toMatchObject({ input: new Uint8Array(Buffer.from('hé', 'utf16le')) });
  expect(await rejection(module.send('reverse', 'text' as never))).toMatchObject({ code: 'ERR_SYNAPSE_SERIALIZATION' });
});

it('limits calls to 30 seconds, to what the module says, or to what the method says', async () => {
  const module = declared().method('nap').method('process', { timeout: 20_000 }).requestTimeout(50);
  await manage().register(module).spawn();
  expect(await rejection(module.send('nap', 10))).toMatchObject({ code: 'ERR_SYNAPSE_CALL_TIMEOUT', timeout: 50, method: 'nap' });
  expect(await module.send('process', 1)).toMatchObject({ input: 1 });
  expect(await module.send('nap', 0.1, { timeout: 0 })).toBe('awake');
});

it('an abort stops the function in the worker, unless it is declared as not cancellable', async () => {
  const module = declared('a').method('nap').event('note');
  const stubborn = declared('b').method('nap', { cancellable: false }).event('note');
  const manager = manage().register(module).register(stubborn);
  await manager.spawn();
  const [stopped, goesOn] = [module, stubborn].map((each) => {
    const notes: unknown[] = [];
    each.onEvent('note', (note) => notes.push(note));
    return notes;
  });
  for (const each of [module, stubborn]) {
    const reason = new Error('enough');
    const controller = new AbortController();
    const call = rejection(each.send('nap', 0.3, { signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 50);
    expect(await call).toBe(reason);
    expect(await each.send('nap', 0)).toBe('awake');
  }
  expect([stopped, goesOn]).toEqual([['awake'], ['awake', 'awake']]);
});

describe('what parent and child declare is compared', () => {
  it.each([
    ['a missing method', () => declared().method('unheard'), { kind: 'method', member: 'unheard', actual: undefined }],
    ['another kind of response', () => declared().method('batch'), { member: 'batch', expected: 'result', actual: 'stream' }],
    ['a missing event', () => declared().method('process').event('unheard'), { kind: 'event', member: 'unheard' }],
  ])('%s fails the spawn by its name', async (_, make, mismatch) => {
    const module = make();
    const manager = manage().register(module);
    const failed = once(manager, ManagerEvents.SPAWN_FAILED);
    const error = await rejection<SpawnError>(manager.spawn());
    expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SPAWN', moduleName: 'worker', attempts: 1 });
    expect(error.lastError as SchemaMismatchError).toMatchObject({ code: 'ERR_SYNAPSE_SCHEMA_MISMATCH', module: 'worker', ...mismatch });
    expect(error.message).toContain(mismatch.member);
    expect([await failed, module.state, module.process]).toEqual([['worker', error], 'disconnected', undefined]);
  });

  it('a module of Python that declares no events takes any, and a class counts as a method', async () => {
    const module = new Module('free').python(join(FIXTURES, 'responses'), 'main', OPTIONS).method('labels').event('whatever');
    const model = declared('model').method('Model');
    await manage().register(module).register(model).spawn();
    expect([module.state, model.state]).toEqual(['ready', 'ready']);
    expect(await (await model.send('Model', 'm')).name).toBe('m');
  });
});

describe('a manager', () => {
  it('refuses a name twice, and modules that declare no program or no method', () => {
    const manager = manage().register(declared().method('process'));
    const code = 'ERR_SYNAPSE_MODULE_DEFINITION';
    expect(() => manager.register(declared().method('process'))).toThrow(expect.objectContaining({ code, module: 'worker' }));
    expect(() => manager.register(new Module('none').method('process'))).toThrow(expect.objectContaining({ code, module: 'none' }));
    expect(() => manager.register(declared('empty'))).toThrow(expect.objectContaining({ code, module: 'empty' }));
    expect(() => manager.register({} as never)).toThrow(expect.objectContaining({ code: 'ERR_SYNAPSE_INVALID_OPTION' }));
    expect([manager.has('worker'), manager.has('none'), manager.get('worker')?.name, manager.get('none')]).toEqual([
      true,
      false,
      'worker',
      undefined,
    ]);
  });

  it('spawns all of its modules side by side, and one that fails does not keep the others', async () => {
    const broken = new Module('broken')
      .python(join(FIXTURES, 'dies-at-start'), 'main', OPTIONS)
      .method('process')
      .spawnPolicy({ maxRetries: 0 });
    const whole = declared('whole').method('process');
    const manager = manage().register(broken).register(whole);
    const ready: string[] = [];
    manager.on(ManagerEvents.READY, (name) => ready.push(name));
    expect(await rejection(manager.spawn())).toMatchObject({ code: 'ERR_SYNAPSE_SPAWN', moduleName: 'broken', attempts: 1 });
    expect(ready).toEqual(['whole']);
    expect(await whole.send('process', 1)).toMatchObject({ input: 1 });
  });

  it('refuses to spawn a module that has a worker or is getting one, and an unknown one', async () => {
    const manager = manage().register(declared().method('process'));
    const first = manager.spawn('worker');
    expect(await rejection(manager.spawn('worker'))).toMatchObject({ code: 'ERR_SYNAPSE_ALREADY_SPAWNED' });
    await first;
    expect(await rejection(manager.spawn('worker'))).toMatchObject({ code: 'ERR_SYNAPSE_ALREADY_SPAWNED', state: 'ready' });
    await manager.spawn(); // of all, those that have none: nothing to do
    expect(await rejection(manager.spawn('unknown'))).toMatchObject({ code: 'ERR_SYNAPSE_MODULE_DEFINITION', module: 'unknown' });
    expect(await rejection(manager.shutdown('unknown'))).toMatchObject({ code: 'ERR_SYNAPSE_MODULE_DEFINITION' });
  });

  it('refuses to spawn a module that has a worker of another manager, until that is shut down', async () => {
    const module = declared().method('process');
    const first = manage().register(module);
    const second = manage().register(module);
    await first.spawn();
    const { process } = module;
    expect(await rejection(second.spawn())).toMatchObject({ code: 'ERR_SYNAPSE_ALREADY_SPAWNED', state: 'ready' });
    expect(module.process).toEqual(process);
    await first.shutdown();
    await second.spawn();
    expect(await module.send('process', 1)).toMatchObject({ input: 1 });
  });

  it('tries a start again as often as the policy says, and tells of each attempt', async () => {
    const folder = await copyFixture('declared');
    const flag = join(await temporaryFolder(), 'tries');
    const code = `import os\nwith open(${JSON.stringify(flag)}, "a") as f: f.write("x")\nif os.path.getsize(${JSON.stringify(flag)}) < 3: os._exit(9)\ndef process(x): return x\n`;
    await writeFile(join(folder, 'main.py'), code);
    const module = declared('flaky', folder)
      .method('process')
      .spawnPolicy({ ...AT_ONCE, maxRetries: 3 });
    const manager = manage().register(module);
    const retries: unknown[] = [];
    manager.on(ManagerEvents.RETRYING, (...retry) => retries.push(retry));
    await manager.spawn();
    const failed = expect.objectContaining({ code: 'ERR_SYNAPSE_SPAWN' });
    expect(retries).toEqual([
      ['flaky', 1, failed, 0],
      ['flaky', 2, failed, 0],
    ]);
    expect(await module.send('process', 1)).toBe(1);
  });

  it('gives up after that many attempts, with the last error', async () => {
    const broken = new Module('broken').python(join(FIXTURES, 'dies-at-start'), 'main', OPTIONS).method('process');
    const manager = manage().register(broken.spawnPolicy({ ...AT_ONCE, maxRetries: 2 }));
    const error = await rejection<SpawnError>(manager.spawn());
    expect(error).toMatchObject({ moduleName: 'broken', attempts: 3, lastError: { code: 'ERR_SYNAPSE_SPAWN' } });
  });

  it('starts a worker again that ended by itself, and calls wait for it', async () => {
    const module = declared().method('die').method('process').spawnPolicy(AT_ONCE);
    const manager = manage().register(module);
    const events: string[] = [];
    for (const name of [ManagerEvents.READY, ManagerEvents.RESTARTING, ManagerEvents.ERROR, ManagerEvents.CLOSED] as const) {
      manager.on(name, (who: string) => events.push(`${name} ${who}`));
    }
    module.on(ModuleEvents.DISCONNECTED, () => events.push('disconnected'));
    module.on(ModuleEvents.ERROR, (error) => events.push(error.message.slice(0, 36)));
    await manager.spawn();
    const before = module.process?.pid;
    const deadly = rejection(module.send('die', 3));
    const waiting = module.send('process', 1);
    expect(await deadly).toMatchObject({ code: 'ERR_SYNAPSE_WORKER_CRASHED', exitCode: 3 });
    expect((await waiting).pid).not.toBe(before);
    const restart = ['disconnected', 'The worker of the module worker ende', 'error worker', 'restarting worker', 'ready worker'];
    expect(events).toEqual(['ready worker', ...restart]);
  });

  it('a worker that no longer fits its Module at a restart fails it as a spawn does, for everyone', async () => {
    const folder = await copyFixture('declared');
    const module = declared('worker', folder).method('die').method('process').spawnPolicy(AT_ONCE);
    const manager = manage().register(module);
    await manager.spawn();
    const failed = new Promise<SpawnError>((resolve) => {
      manager.on(ManagerEvents.ERROR, (_, error) => (error as SpawnError).code === 'ERR_SYNAPSE_SPAWN' && resolve(error as SpawnError));
    });
    await writeFile(join(folder, 'main.py'), 'def die(): pass');
    const deadly = rejection(module.send('die'));
    const waiting = rejection(module.send('process', 1));
    await deadly;
    const mismatch = expect.objectContaining({
      code: 'ERR_SYNAPSE_SCHEMA_MISMATCH',
      module: 'worker',
      member: 'process',
      actual: undefined,
    });
    expect(await waiting).toMatchObject({ code: 'ERR_SYNAPSE_SPAWN', attempts: 1, lastError: mismatch });
    expect(await rejection(module.send('process', 1))).toMatchObject({ code: 'ERR_SYNAPSE_SPAWN', lastError: mismatch });
    const error = await failed;
    expect(error).toMatchObject({ moduleName: 'worker', attempts: 1, lastError: mismatch });
    expect(error.message).toMatch(/^The module worker could not be started again: The module worker declares the method process/);
  });

  it('does not start a worker again if the policy says so, and it can be spawned anew', async () => {
    const module = declared().method('die').method('process').spawnPolicy({ restartOnCrash: false });
    const manager = manage().register(module);
    await manager.spawn();
    const lost = once(module, ModuleEvents.DISCONNECTED);
    await rejection(module.send('die'));
    await lost;
    expect(await rejection(module.send('process', 1))).toMatchObject({ code: 'ERR_SYNAPSE_NOT_READY', state: 'disconnected' });
    await manager.spawn('worker');
    expect(await module.send('process', 1)).toMatchObject({ input: 1 });
  });

  it('a module that was shut down can be spawned again, and what is left of the first cannot touch the second', async () => {
    const module = declared().method('process').method('nap').spawnPolicy(AT_ONCE);
    const manager = manage().register(module);
    await manager.spawn();
    const before = module.process?.pid as number;
    const cut = rejection(module.send('nap', 60));
    const ending = manager.shutdown();
    expect(await cut).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
    const states: string[] = [];
    module.on(ModuleEvents.STATE, (state) => states.push(state));
    await manager.spawn();
    await ending;
    expect([module.state, isRunning(before)]).toEqual(['ready', false]);
    expect((await module.send('process', 1)).pid).toBe(module.process?.pid);
    expect(states).toEqual(['provisioning', 'initializing', 'connecting', 'ready']);
  });

  it('a shutdown while modules start ends them, and the spawn says so', async () => {
    const manager = manage().register(declared().method('process'));
    const spawning = rejection(manager.spawn());
    await manager.shutdown();
    expect(await spawning).toMatchObject({ code: 'ERR_SYNAPSE_DISPOSED' });
    expect(manager.get('worker')?.process).toBeUndefined();
  });
});

it('gives what a module prints by line', async () => {
  const module = new Module('printer').python(join(FIXTURES, 'prints-in-calls'), 'main', OPTIONS).method('prints');
  const lines: string[] = [];
  module.on(ModuleEvents.LOG, ({ line }) => lines.push(line));
  await manage().register(module).spawn();
  await module.send('prints', 'inside');
  expect(lines).toEqual(['while loading', 'inside', 'to stderr inside']);
});

it('asks the system for the buffers that the policy names', async () => {
  const folder = await copyFixture('declared');
  const code = [
    'import os, socket, stat',
    'def buffers():',
    '    sizes = []',
    '    for fd in range(3, 20):',
    '        try:',
    '            if stat.S_ISSOCK(os.fstat(fd).st_mode):',
    '                s = socket.socket(fileno=os.dup(fd))',
    '                sizes.append(s.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF))',
    '                s.close()',
    '        except OSError: pass',
    '    return sizes',
  ];
  await writeFile(join(folder, 'main.py'), code.join('\n'));
  const plain = declared('plain', folder).method('buffers');
  const small = declared('small', folder)
    .method('buffers')
    .spawnPolicy({ socketBufferSize: 16 * 1024 });
  await manage().register(plain).register(small).spawn();
  const [usual, asked]: number[][] = [await plain.send('buffers'), await small.send('buffers')];
  expect(new Set(usual).size).toBe(1);
  expect(Math.min(...(asked as number[]))).toBeLessThan(Math.min(...(usual as number[])));
});
