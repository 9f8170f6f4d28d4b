/** Finds a Python interpreter and asks it, once, who it is. Owns the order of candidates and the reasons why one was passed over. */

import { ProvisionError } from '../errors';
import { run } from './command';
import { installerVariables } from './variables';

/** The oldest Python that the worker side runs on. */
const MINIMUM_VERSION = [3, 9] as const;

/** A real interpreter, no shim and no virtual environment. */
export interface Interpreter {
  /** Absolute path of the executable behind every link and shim. */
  readonly executable: string;
  /** Such as `3.11.7`. */
  readonly version: string;
  /** Operating system, processor and ABI, such as `linux-x86_64-cpython-311`. */
  readonly platform: string;
}

interface Candidate {
  readonly file: string;
  readonly args: readonly string[];
}

const PROBE = [
  'import json, os, platform, sys',
  'base = getattr(sys, "_base_executable", None) or sys.executable',
  'print(json.dumps({"executable": os.path.realpath(base), "version": platform.python_version(),',
  '  "info": list(sys.version_info[:2]), "platform": "-".join([sys.platform, platform.machine(), str(sys.implementation.cache_tag)])}))',
].join('\n');

/**
 * Finds the interpreter that environments are made from.
 *
 * @param python a path or name that must be taken; else `SYNAPSE_PYTHON`, then `python3`, then `python` (on Windows also `py -3`)
 * @param env where `PATH` and `SYNAPSE_PYTHON` are read
 * @throws ProvisionError step `discover`: nothing usable was found (ERR_SYNAPSE_PYTHON_NOT_FOUND); lists what was tried, and why not
 */
export async function discover(
  python: string | undefined,
  env: NodeJS.ProcessEnv,
  options: { signal?: AbortSignal | undefined; platform?: NodeJS.Platform } = {},
): Promise<Interpreter> {
  const tried: string[] = [];
  for (const candidate of candidates(python ?? env['SYNAPSE_PYTHON'], options.platform ?? process.platform)) {
    const found = await probe(candidate, env, options.signal);
    if (typeof found !== 'string') return found;
    tried.push(`  ${[candidate.file, ...candidate.args].join(' ')}: ${found}`);
  }
  const minimum = MINIMUM_VERSION.join('.');
  const named = python ? 'the python option' : env['SYNAPSE_PYTHON'] ? 'the variable SYNAPSE_PYTHON' : undefined;
  const hint = named
    ? `Correct ${named}: it must be the path or name of a Python ${minimum} or newer.`
    : `Install Python ${minimum} or newer, or name one with the python option or the SYNAPSE_PYTHON variable.`;
  throw new ProvisionError(`No Python ${minimum} or newer was found. Tried:\n${tried.join('\n')}\n${hint}`, {
    code: 'ERR_SYNAPSE_PYTHON_NOT_FOUND',
    step: 'discover',
    output: tried.join('\n'),
    hint,
  });
}

function candidates(named: string | undefined, platform: NodeJS.Platform): Candidate[] {
  if (named) return [{ file: named, args: [] }];
  const names: Candidate[] = [
    { file: 'python3', args: [] },
    { file: 'python', args: [] },
  ];
  return platform === 'win32' ? [...names, { file: 'py', args: ['-3'] }] : names;
}

/** Returns the interpreter, or the reason why the candidate is none. */
async function probe(candidate: Candidate, env: NodeJS.ProcessEnv, signal: AbortSignal | undefined): Promise<Interpreter | string> {
  const result = await run({
    file: candidate.file,
    args: [...candidate.args, '-I', '-S', '-c', PROBE],
    env: installerVariables(env),
    signal,
  });
  if (result.exitCode !== 0) return failureIn(result.output);
  const answer = parse(lastLine(result.output));
  if (!answer) return 'it did not answer like a Python';
  const [major, minor] = answer.info;
  const isNewEnough = major > MINIMUM_VERSION[0] || (major === MINIMUM_VERSION[0] && minor >= MINIMUM_VERSION[1]);
  return isNewEnough ? answer : `it is version ${answer.version}`;
}

function parse(line: string): (Interpreter & { info: [number, number] }) | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The first line says what happened; a program that is not there says it in the system's words. */
function failureIn(output: string): string {
  if (output.includes('ENOENT')) return 'there is no such program';
  if (output.includes('EACCES')) return 'it is not a program that may be executed';
  return output.trim().split('\n')[0] || 'it could not be run';
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
