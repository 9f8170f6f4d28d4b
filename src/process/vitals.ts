/** How a process is doing, as the system sees it: its memory, the time it has computed, whether it was stopped. Owns how each system is asked. */

import { readFile, readlink } from 'node:fs/promises';

/** A tick of the processor times in /proc: the kernel shows 100 a second on all architectures that Node runs on. */
const TICK_MS = 10;
/** Milliseconds for a program that tells: a busy Windows takes seconds to start PowerShell. */
const ASK_TIMEOUT_MS = 20_000;

/** What the system says of a running process. */
export interface Vitals {
  /** Bytes of memory that it has in use now, shared ones included. */
  readonly residentBytes: number;
  /** Milliseconds of processor time that all its threads have used so far. Grows in steps: 10 ms on Linux and macOS, 16 ms on Windows. */
  readonly cpuMs: number;
  /** `running`: it computes, or would if a processor were free. `stopped`: a signal or a debugger keeps it. On Windows always `waiting`. */
  readonly state: 'running' | 'waiting' | 'stopped';
}

/** Runs a program and gives what it prints; undefined if it fails. */
export type Ask = (file: string, args: readonly string[]) => Promise<string | undefined>;

/**
 * Looks how a process is doing. On Linux no program is started for that.
 *
 * @param pid its number
 * @param platform whose ways to use
 * @param ask how to run the system's program, where there is no /proc
 * @returns undefined if it has ended, or the system does not tell
 */
export async function readVitals(
  pid: number,
  platform: NodeJS.Platform = process.platform,
  ask: Ask = askProgram,
): Promise<Vitals | undefined> {
  if (platform === 'win32') return fromPowerShell(pid, ask);
  if (platform !== 'linux') return fromPs(pid, ask);
  const self = await readlink('/proc/self').catch(() => undefined);
  if (self === undefined) return fromPs(pid, ask);
  return self === String(process.pid) ? fromProc(pid) : undefined; // else it shows the numbers of another container
}

async function fromProc(pid: number): Promise<Vitals | undefined> {
  const files = ['status', 'stat'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8'));
  const [status = '', stat = ''] = await Promise.all(files).catch(() => []);
  const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]; // a process that has ended has none
  // The second field is the program's name in parentheses and may hold anything; the third is the state, the 14th and 15th are the times.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return vitals(Number(kilobytes) * 1024, ticks * TICK_MS, fields[0]);
}

/** One option for each column: after an equals sign, all that follows in the same option is a heading. */
async function fromPs(pid: number, ask: Ask): Promise<Vitals | undefined> {
  const line = await ask('ps', ['-o', 'rss=', '-o', 'time=', '-o', 'state=', '-p', String(pid)]);
  const [kilobytes, time = '', state] = (line ?? '').trim().split(/\s+/);
  return vitals(Number(kilobytes) * 1024, milliseconds(time), state);
}

async function fromPowerShell(pid: number, ask: Ask): Promise<Vitals | undefined> {
  const script = `$p = Get-Process -Id ${pid} -ErrorAction Stop; "$($p.WorkingSet64) $([long]$p.TotalProcessorTime.TotalMilliseconds)"`;
  const line = await ask('powershell', ['-NoProfile', '-NonInteractive', '-Command', script]);
  const [, bytes, cpuMs] = /^\s*(\d+) (\d+)\s*$/.exec(line ?? '') ?? [];
  return vitals(Number(bytes), Number(cpuMs), 'S');
}

/** `Z` and `X`: it has ended, and only its number is left. `D` and `U`: it waits for a disk, which no program can hasten. */
function vitals(residentBytes: number, cpuMs: number, state: string | undefined): Vitals | undefined {
  if (!Number.isFinite(residentBytes) || !Number.isFinite(cpuMs) || !state || /^[ZXx]/.test(state)) return undefined;
  return { residentBytes, cpuMs, state: /^[Tt]/.test(state) ? 'stopped' : /^[RDU]/.test(state) ? 'running' : 'waiting' };
}

/** Reads `[[dd-]hh:]mm:ss[.cc]`; NaN if it is something else. Minutes may be more than 59: macOS shows no hours. */
function milliseconds(time: string): number {
  const [, days = 0, hours = 0, minutes, seconds] = /^(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(time) ?? [];
  return Math.round((((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000);
}

async function askProgram(file: string, args: readonly string[]): Promise<string | undefined> {
  const { execa } = await import('execa'); // a program that starts is not to wait for it
  const { exitCode, stdout } = await execa(file, args, {
    env: { LC_ALL: 'C' },
    stdin: 'ignore',
    stderr: 'ignore',
    reject: false,
    timeout: ASK_TIMEOUT_MS,
    windowsHide: true,
  });
  return exitCode === 0 ? stdout : undefined;
}
