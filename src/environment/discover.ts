/** Finds a Python interpreter and asks it, once, who it is. Owns the order of candidates and the reasons why one was passed over. */

import { lstatSync, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { ProvisionError } from '../errors';
import { run } from './command';
import { findBrokenLink, findProgram, findPrograms } from './program';
import type { PythonRequest } from './python-request';
import { compareVersions, satisfies } from './python-version';
import { installerVariables } from './variables';

/** The oldest Python that the worker side runs on. */
const MINIMUM_VERSION = '3.9';
/** The newest minor version whose own name (`python3.30`) is looked for. */
const NEWEST_MINOR = 30;
const OLDEST_MINOR = 9;

/** A real interpreter, no shim and no virtual environment. */
export interface Interpreter {
  /** Absolute path of the executable behind every link and shim. */
  readonly executable: string;
  /** Such as `3.11.7`. */
  readonly version: string;
  /** Operating system, processor and ABI, such as `linux-x86_64-cpython-311`. */
  readonly platform: string;
  /** Absolute path of the folder of its own commands. */
  readonly scripts: string;
  /** Absolute path of the pip that its `ensurepip` brings, if it brings one. */
  readonly bundledPip: string | null;
}

/** A candidate that was not taken, and why. */
export interface PassedOver {
  readonly candidate: string;
  readonly reason: string;
}

/** Where and how to look. */
export interface DiscoverOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Absolute path of the module's directory: version managers look for their files there. */
  readonly directory?: string;
  readonly signal?: AbortSignal | undefined;
  readonly platform?: NodeJS.Platform;
}

/** What was found. */
export interface Discovery {
  readonly interpreter: Interpreter;
  /** What the interpreter was found as, such as `python3`. */
  readonly candidate: string;
  readonly passedOver: readonly PassedOver[];
}

interface Candidate {
  readonly file: string;
  readonly args: readonly string[];
}

/** Runs on any Python, however old, so that an unusable one can still tell its version. */
const PROBE = [
  'import json, os, platform, sys, sysconfig',
  'base = getattr(sys, "_base_executable", None) or sys.executable',
  'bundled = os.path.join(os.path.dirname(os.__file__), "ensurepip", "_bundled")',
  'pips = [n for n in (os.listdir(bundled) if os.path.isdir(bundled) else []) if n.startswith("pip-")]',
  'print(json.dumps({"executable": os.path.realpath(base), "version": platform.python_version(),',
  '  "platform": "-".join([sys.platform, platform.machine(), str(sys.implementation.cache_tag) + getattr(sys, "abiflags", "")]),',
  '  "scripts": sysconfig.get_path("scripts", vars={"base": getattr(sys, "base_prefix", sys.prefix)}),',
  '  "bundledPip": os.path.join(bundled, pips[0]) if pips else None}))',
].join('\n');

/**
 * Finds the interpreter that environments are made from.
 *
 * A named one must be taken. Else the version of `.python-version` comes first, then `python3` and `python`, then `python3.30` down to
 * `python3.9`, on Windows the `py` launcher, and what uv knows of; the first one that the module's files allow is taken.
 *
 * @param request what the interpreter must be
 * @throws ProvisionError step `discover`: nothing usable was found (ERR_SYNAPSE_PYTHON_NOT_FOUND); lists what was tried, and why not
 * @throws the signal's reason if aborted
 */
export async function discover(request: PythonRequest, options: DiscoverOptions): Promise<Discovery> {
  const passedOver: PassedOver[] = [];
  for await (const candidate of candidates(request, options)) {
    const name = [candidate.file, ...candidate.args].join(' ');
    const found = await probe(candidate, options);
    const reason = typeof found === 'string' ? found : objection(found.version, request);
    if (reason === undefined) return { interpreter: found as Interpreter, candidate: name, passedOver };
    passedOver.push({ candidate: name, reason });
  }
  throw notFound(request, passedOver);
}

async function* candidates(request: PythonRequest, options: DiscoverOptions): AsyncGenerator<Candidate> {
  if (request.named) {
    yield { file: request.named.python, args: [] };
    return;
  }
  const { env, platform = process.platform } = options;
  const minor = request.pinned?.version.split('.').slice(0, 2).join('.');
  const names = [...(minor ? [`python${minor}`] : []), 'python3', 'python'];
  for (const name of names) yield { file: name, args: [] };
  if (platform === 'win32') yield { file: 'py', args: [minor ? `-${minor}` : '-3'] };
  for (let at = NEWEST_MINOR; at >= OLDEST_MINOR; at -= 1) {
    const name = `python3.${at}`;
    if (!names.includes(name) && findProgram(name, { env, platform })) yield { file: name, args: [] };
  }
  const known = await askUv(request, options);
  if (known) yield { file: known, args: [] };
}

/** Gives an interpreter that uv has installed or knows of, if there is a uv. */
async function askUv(request: PythonRequest, { env, signal, platform }: DiscoverOptions): Promise<string | undefined> {
  const uv = findProgram('uv', { env, ...(platform ? { platform } : {}) });
  if (!uv) return undefined;
  const wanted = request.pinned?.version ?? [`>=${MINIMUM_VERSION}`, ...request.required.map(({ specifiers }) => specifiers)].join(',');
  const args = ['python', 'find', '--no-project', '--no-config', '--system', wanted];
  const { exitCode, output } = await run({ file: uv, args, env: installerVariables(env), signal });
  const path = lastLine(output);
  return exitCode === 0 && isAbsolute(path) ? path : undefined;
}

/** Says why a version may not be taken, or nothing. */
function objection(version: string, { named, pinned, required }: PythonRequest): string | undefined {
  if (compareVersions(version, MINIMUM_VERSION) < 0) return `it is version ${version}`;
  const excluding = required.find(({ specifiers }) => !satisfies(version, specifiers));
  if (excluding) return `it is version ${version}, and ${excluding.path} requires ${excluding.specifiers}`;
  if (named || !pinned || sameMinor(version, pinned.version)) return undefined;
  return `it is version ${version}, and ${pinned.path} asks for ${pinned.version}`;
}

/** Patch releases are as good as each other: a project's pin should not fail because of a newer bug fix. */
function sameMinor(version: string, other: string): boolean {
  return satisfies(version, `==${other.split('.').slice(0, 2).join('.')}.*`);
}

/** Returns the interpreter, or the reason why the candidate is none. */
async function probe(candidate: Candidate, options: DiscoverOptions): Promise<Interpreter | string> {
  const { env, directory, signal, platform = process.platform } = options;
  const file = locate(candidate.file, { env, platform });
  if (file === undefined) {
    const link = findBrokenLink(candidate.file, { env, platform });
    return link ? `${link} is a link to something that is not there` : 'there is no such program';
  }
  if (isStoreStub(file, platform)) return 'it is the placeholder of the Microsoft Store, not a Python';
  const result = await run({
    file,
    args: [...candidate.args, '-I', '-S', '-c', PROBE],
    env: installerVariables(env),
    signal,
    ...(directory === undefined ? {} : { cwd: directory }),
  });
  if (result.exitCode !== 0) return failureIn(result.output);
  return parse(lastLine(result.output)) ?? 'it did not answer like a Python';
}

/** The path of a candidate; a bare name is searched here, since the system's own search may look into the module's directory first. */
function locate(name: string, search: { env: NodeJS.ProcessEnv; platform: NodeJS.Platform }): string | undefined {
  const isPath = name.includes('/') || (search.platform === 'win32' && name.includes('\\'));
  if (!isPath) return firstReal(findPrograms(name, search), search.platform);
  const path = resolve(name);
  return statSync(path, { throwIfNoEntry: false }) ? path : undefined;
}

/** A real program behind a placeholder counts. */
function firstReal(paths: readonly string[], platform: NodeJS.Platform): string | undefined {
  return paths.find((path) => !isStoreStub(path, platform)) ?? paths[0];
}

/** Windows puts empty files on PATH that open the Store instead of running anything. */
function isStoreStub(path: string, platform: NodeJS.Platform): boolean {
  return platform === 'win32' && /[\\/]WindowsApps[\\/]/i.test(path) && lstatSync(path, { throwIfNoEntry: false })?.size === 0;
}

function parse(line: string): Interpreter | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The first line says what happened; a program that is not there says it in the system's words. */
function failureIn(output: string): string {
  if (output.includes('ENOENT')) return 'there is no such program';
  if (output.includes('Unknown option: -I')) return 'it is older than Python 3.4';
  if (output.includes('EACCES')) return 'it is not a program that may be executed';
  return output.trim().split('\n')[0] || 'it could not be run';
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}

function notFound(request: PythonRequest, passedOver: readonly PassedOver[]): ProvisionError {
  const { named, pinned, required } = request;
  const wanted =
    required.length > 0 ? `Python ${required.map(({ specifiers }) => specifiers).join(', ')}` : `Python ${MINIMUM_VERSION} or newer`;
  const tried = passedOver.map(({ candidate, reason }) => `  ${candidate}: ${reason}`).join('\n');
  const hint = named
    ? `Correct ${named.by}: it must be the path or name of a ${wanted}.`
    : pinned
      ? `Install Python ${pinned.version} (for instance with "uv python install ${pinned.version}" or pyenv), name one with the python option, or change ${pinned.path}.`
      : `Install ${wanted}, or name one with the python option or the SYNAPSE_PYTHON variable.`;
  return new ProvisionError(`No ${wanted} was found. Tried:\n${tried}\n${hint}`, {
    code: 'ERR_SYNAPSE_PYTHON_NOT_FOUND',
    step: 'discover',
    output: tried,
    hint,
  });
}
