import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { execa } from 'execa';
import { type Ask, readVitals, type Vitals } from '../../src/process/vitals';
import { temporaryFolder } from '../support/fixture';
import { until } from '../support/until';

/** Does what each line says, and tells when it has. */
const PROGRAM = `
import subprocess, sys, threading, time
kept = []
def compute():
    end = time.process_time() + 0.2
    while time.process_time() < end: pass
def thread():
    worker = threading.Thread(target=compute)
    worker.start()
    worker.join()
def allocate(): kept.append(b"x" * (64 << 20))
def child():
    kept.append(subprocess.Popen([sys.executable, "-c", ""]))
    return kept[-1].pid
print("up", flush=True)
for line in sys.stdin: print(globals()[line.strip()](), flush=True)
`;

let program: ChildProcessWithoutNullStreams;
let lines: Interface;

async function start(python: string): Promise<number> {
  program = spawn(python, ['-c', PROGRAM]);
  lines = createInterface({ input: program.stdout });
  await once(lines, 'line');
  return program.pid as number;
}

async function tell(what: string): Promise<string> {
  const answer = once(lines, 'line');
  program.stdin.write(`${what}\n`);
  return (await answer)[0];
}

afterEach(() => void program?.kill('SIGKILL'));

/** macOS and others are asked by ps, which is here as well; it shows whole seconds here. */
describe.each([
  ['/proc', 'linux', 400, 1],
  ['ps', 'darwin', 1000, 3],
] as const)('asked by %s, the system tells of a process', (_way, platform, cpuMs, rounds) => {
  if (process.platform !== 'linux' && platform === 'linux') return test.skip('that runs: there is no /proc here', () => undefined);
  let pid: number;
  const read = async () => (await readVitals(pid, platform)) as Vitals;

  beforeEach(async () => {
    pid = await start('python3');
  });

  test('the time that it has computed, that of its threads included', async () => {
    const before = await read();
    for (let round = 0; round < rounds; round++) {
      await tell('compute');
      await tell('thread');
    }
    expect((await read()).cpuMs - before.cpuMs).toBeGreaterThanOrEqual(cpuMs - 20);
  });

  test('the memory that it has in use', async () => {
    const before = await read();
    expect(before.residentBytes).toBeGreaterThan(1 << 20);
    await tell('allocate');
    const grown = (await read()).residentBytes - before.residentBytes;
    expect(grown).toBeGreaterThan(60 << 20);
    expect(grown).toBeLessThan(80 << 20);
  });

  test('whether a signal has stopped it', async () => {
    expect((await read()).state).not.toBe('stopped');
    process.kill(pid, 'SIGSTOP');
    await until(async () => (await read()).state === 'stopped');
    process.kill(pid, 'SIGCONT');
    await until(async () => (await read()).state !== 'stopped');
  });

  test('nothing when it has ended, also if its parent has not taken notice', async () => {
    const child = Number(await tell('child'));
    await until(async () => (await readVitals(child, platform)) === undefined);
    expect(() => process.kill(child, 0)).not.toThrow();
    program.kill('SIGKILL');
    await once(program, 'exit');
    expect(await read()).toBeUndefined();
  });
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a program may have any name', async () => {
  const { stdout: python } = await execa('python3', ['-c', 'import os, sys; print(os.path.realpath(sys.executable))']);
  const link = join(await temporaryFolder(), 'a) T 9 (b c');
  await symlink(python, link);
  const pid = await start(link);
  expect(await readVitals(pid)).toMatchObject({ state: expect.not.stringMatching('stopped'), residentBytes: expect.any(Number) });
  process.kill(pid, 'SIGSTOP');
  await until(async () => (await readVitals(pid))?.state === 'stopped');
});

onLinux('no program is run where there is /proc', async () => {
  const ask = jest.fn<ReturnType<Ask>, Parameters<Ask>>();
  expect(await readVitals(process.pid, 'linux', ask)).toBeDefined();
  expect(ask).not.toHaveBeenCalled();
});

describe('what ps prints', () => {
  test.each([
    ['  1024   0:00.03 S', { residentBytes: 1 << 20, cpuMs: 30, state: 'waiting' }],
    ['5 123:04.50 T+\n', { residentBytes: 5120, cpuMs: 7_384_500, state: 'stopped' }],
    ['5 01:02:03 t', { residentBytes: 5120, cpuMs: 3_723_000, state: 'stopped' }],
    ['5 2-01:02:03 Rs', { residentBytes: 5120, cpuMs: 176_523_000, state: 'running' }],
    ['0 0:00.00 Z', undefined],
    ['5 - S', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j', async (line, expected) => {
    const ask = jest.fn<ReturnType<Ask>, Parameters<Ask>>().mockResolvedValue(line);
    expect(await readVitals(77, 'freebsd', ask)).toEqual(expected);
    expect(ask).toHaveBeenCalledWith('ps', expect.arrayContaining(['-p', '77']));
  });
});

describe('what PowerShell prints', () => {
  test.each([
    ['52428800 1500\r\n', { residentBytes: 52_428_800, cpuMs: 1500, state: 'waiting' }],
    [' ', undefined],
    [undefined, undefined],
  ])('%j', async (line, expected) => {
    const ask = jest.fn<ReturnType<Ask>, Parameters<Ask>>().mockResolvedValue(line);
    expect(await readVitals(77, 'win32', ask)).toEqual(expected);
    expect(ask).toHaveBeenCalledWith('powershell', ['-NoProfile', '-NonInteractive', '-Command', expect.stringContaining('-Id 77 ')]);
  });
});

test('a system without the program that tells is no error', async () => {
  if (process.platform !== 'win32') expect(await readVitals(process.pid, 'win32')).toBeUndefined();
});
