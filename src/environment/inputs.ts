/** All that decides what an environment must hold: the manifest, what it includes, what lies beside it. Owns reading it, once per build. */

import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { InvalidModuleError } from '../errors';
import { type CountingPart, type DigestedFile, digest, portable, readText, sha256 } from './digest';
import type { Manifest } from './manifest';
import { type PythonRequest, readPin } from './python-request';
import { parseRequirementFile } from './requirement-lines';
import { demandInStep, parseScriptHeader, readLockedPython, readProject, readScriptHeader } from './toml';

/** A package that lies on this disk. */
interface LocalPackage {
  /** Absolute path of its directory, wheel or archive. */
  readonly path: string;
  readonly editable: boolean;
  /** Whether a copy of it is built, which must be done again when it changes. */
  readonly isBuilt: boolean;
  /** As far as it can be read without building it. */
  readonly name: string | undefined;
}

/** What an environment is made from. */
export interface Inputs {
  readonly manifest: Manifest;
  /** Every file that counts, as it is now. */
  readonly files: readonly DigestedFile[];
  /** Files that are not there and would count, relative to the directory. */
  readonly absent: readonly string[];
  /** Variables that the manifest uses, with the digest of their values. */
  readonly variables: Readonly<Record<string, string>>;
  /** One digest of all that counts; two modules with the same one need the same environment. */
  readonly essence: string;
  readonly packages: readonly LocalPackage[];
  /** Requirement lines, for installers that cannot read a manifest of this kind; undefined: only its own installer can. */
  readonly lines: readonly string[] | undefined;
  readonly asksForSomething: boolean;
  /** Whether a requirement file names the package index, which then counts before what is configured. */
  readonly namesIndex: boolean;
  /** Whether a requirement file has `--pre`. */
  readonly allowsPrereleases: boolean;
  /** Whether a requirement has a digest, which then all must have, and which is only checked on what is installed anew. */
  readonly hashed: boolean;
  readonly python: Pick<PythonRequest, 'pinned' | 'required'>;
}

/** What is collected while reading. */
interface Reading {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly files: Map<string, DigestedFile>;
  readonly absent: Set<string>;
  readonly variables: Set<string>;
  readonly packages: Pick<LocalPackage, 'path' | 'editable'>[];
  /** What counts of files of which only a part does, by name. */
  readonly facts: Record<string, unknown>;
  readonly required: { specifiers: string; path: string }[];
  lines: string[] | undefined;
  asksForSomething: boolean;
  hashed: boolean;
  namesIndex: boolean;
  allowsPrereleases: boolean;
}

/**
 * Reads all that a manifest stands for.
 *
 * @param directory absolute path of the module's directory
 * @param env where the values of `${VARIABLES}` are read
 * @throws InvalidModuleError a file is missing (ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND) or not valid (ERR_SYNAPSE_REQUIREMENTS_INVALID)
 */
export async function readInputs(directory: string, manifest: Manifest, env: NodeJS.ProcessEnv): Promise<Inputs> {
  const reading: Reading = {
    ...{ directory, env, files: new Map(), absent: new Set(manifest.absent), variables: new Set(), packages: [] },
    ...{
      facts: { kind: manifest.kind },
      required: [],
      lines: undefined,
      asksForSomething: false,
      hashed: false,
      namesIndex: false,
      allowsPrereleases: false,
    },
  };
  await readManifest(reading, manifest);
  const pinned = await readSurroundings(reading, manifest);
  for (const each of reading.packages) addLocalPackage(reading, each);
  const files = [...reading.files.values()];
  const variables = Object.fromEntries([...reading.variables].sort().map((name) => [name, sha256(env[name] ?? '')]));
  return {
    manifest,
    files,
    absent: [...reading.absent].map((path) => portable(directory, path)),
    variables,
    essence: essenceOf(reading, files, variables),
    packages: await Promise.all(reading.packages.map(describePackage)),
    lines: reading.lines,
    asksForSomething: reading.asksForSomething,
    hashed: reading.hashed,
    namesIndex: reading.namesIndex,
    allowsPrereleases: reading.allowsPrereleases,
    python: { pinned, required: reading.required },
  };
}

async function readManifest(reading: Reading, manifest: Manifest): Promise<void> {
  const [path = ''] = manifest.files;
  switch (manifest.kind) {
    case 'requirements':
      return readRequirements(reading, manifest.files);
    case 'pyproject':
      return readProjectManifest(reading, path);
    case 'script':
      return readScript(reading, path);
    case 'uv-lock':
      await demandInStep(join(dirname(path), 'pyproject.toml'), path);
      return readLock(reading, path);
    case 'pylock':
      return readLock(reading, path);
    case 'none':
      reading.lines = [];
  }
}

async function readLock(reading: Reading, path: string): Promise<void> {
  add(reading, path, 'whole');
  demandPython(reading, path, await readable(path, readLockedPython));
  reading.asksForSomething = true;
}

async function readRequirements(reading: Reading, files: readonly string[]): Promise<void> {
  const wanted = files.map((path) => ({ path, from: '' }));
  for (let next = wanted.shift(); next; next = wanted.shift()) {
    const { path, from } = next;
    if (reading.files.has(path)) continue;
    if (!existsSync(path)) throw missing(path, from);
    add(reading, path, 'lines');
    const text = readText(path);
    const found = parseRequirementFile(text, { env: reading.env });
    reading.asksForSomething ||= found.asksForSomething;
    reading.hashed ||= found.hashed;
    reading.allowsPrereleases ||= /^\s*--pre\b/m.test(text);
    reading.namesIndex ||= /^\s*(?:-i|--index-url)\b/m.test(text);
    for (const name of found.variables) reading.variables.add(name);
    for (const include of found.includes) wanted.push({ path: resolve(dirname(path), include), from: path });
    for (const local of found.localPaths) {
      reading.packages.push({ path: fromEither(reading, dirname(path), local.path), editable: local.editable });
    }
  }
  reading.lines = files.map((path) => `-r ${path}`);
}

async function readProjectManifest(reading: Reading, path: string): Promise<void> {
  const { dependencies = [], dynamic, hasOwnSources } = await readable(path, readProject);
  reading.asksForSomething = dependencies.length > 0 || dynamic;
  if (!dynamic && !hasOwnSources) reading.lines = [...dependencies];
  reading.facts['dependencies'] = dependencies;
}

async function readScript(reading: Reading, path: string): Promise<void> {
  if (!existsSync(path)) throw missing(path, '');
  add(reading, path, 'header');
  const text = await readFile(path, 'utf8');
  const header = await parseScriptHeader(readScriptHeader(text) ?? '', path);
  reading.lines = [...header.dependencies];
  reading.asksForSomething = header.dependencies.length > 0;
  demandPython(reading, path, header.requiresPython);
}

/** Files that change how a manifest is understood: which Python, and uv's own settings. */
async function readSurroundings(reading: Reading, manifest: Manifest): Promise<PythonRequest['pinned']> {
  const at = (name: string): string => join(reading.directory, name);
  const isThere = (path: string, part: CountingPart): boolean => {
    const there = existsSync(path);
    if (there) add(reading, path, part);
    else reading.absent.add(path);
    return there;
  };
  const project = manifest.kind === 'pyproject' ? (manifest.files[0] as string) : at('pyproject.toml');
  if (isThere(project, 'whole')) {
    const { requiresPython, uv, localSources } = await readProject(project);
    demandPython(reading, project, requiresPython);
    Object.assign(reading.facts, { requiresPython, uv });
    if (manifest.kind !== 'requirements')
      reading.packages.push(...localSources.map((each) => ({ ...each, path: resolve(dirname(project), each.path) })));
  }
  if (isThere(at('uv.toml'), 'whole')) reading.facts['uvToml'] = await readFile(at('uv.toml'), 'utf8');
  if (!isThere(at('.python-version'), 'whole')) return undefined;
  const version = readPin(await readFile(at('.python-version'), 'utf8'));
  reading.facts['pinned'] = version;
  return version === undefined ? undefined : { version, path: at('.python-version') };
}

/** An editable package's code is read where it lies; only what is known of it is copied. */
function addLocalPackage(reading: Reading, { path, editable }: Pick<LocalPackage, 'path' | 'editable'>): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) {
    reading.absent.add(path); // it may be for another system: the installer knows
    return;
  }
  if (!editable) {
    add(reading, path, stats.isDirectory() ? 'tree' : 'whole');
    return;
  }
  for (const name of ['pyproject.toml', 'setup.cfg', 'setup.py']) {
    const file = join(path, name);
    if (existsSync(file)) add(reading, file, 'whole');
    else reading.absent.add(file);
  }
}

function add(reading: Reading, path: string, part: CountingPart): void {
  if (reading.files.has(path)) return;
  const file = digest(reading.directory, path, part);
  if (!file) throw missing(path, '');
  reading.files.set(path, file); // before it is read: a change in between is then seen the next time
}

function demandPython(reading: Reading, path: string, specifiers: string | undefined): void {
  if (specifiers) reading.required.push({ specifiers, path });
}

/** Parts of files count by what was read of them, so that a comment or a linter's setting changes nothing. */
function essenceOf(reading: Reading, files: readonly DigestedFile[], variables: Inputs['variables']): string {
  const partial = new Set(
    ['pyproject.toml', 'uv.toml', '.python-version'].map((name) => portable(reading.directory, join(reading.directory, name))),
  );
  const whole = files.filter(({ path }) => !partial.has(path)).map(({ path, sha256: digest }) => [path, digest]);
  return sha256(JSON.stringify([reading.facts, whole, variables]));
}

/** Installers resolve paths from their working directory, some from the file that holds them. */
function fromEither(reading: Reading, folder: string, path: string): string {
  if (isAbsolute(path)) return path;
  const fromDirectory = resolve(reading.directory, path);
  return existsSync(fromDirectory) ? fromDirectory : resolve(folder, path);
}

async function describePackage({ path, editable }: Pick<LocalPackage, 'path' | 'editable'>): Promise<LocalPackage> {
  const text = await readFile(join(path, 'pyproject.toml'), 'utf8').catch(() => '');
  const written = /^\[project\][^[]*?^name\s*=\s*["']([A-Za-z0-9][\w.-]*)["']/ms.exec(text)?.[1];
  const name = written ?? /^([A-Za-z0-9][\w.]*)-\d.*\.(?:zip|tar\.\w+|tgz)$/.exec(basename(path))?.[1];
  return { path, editable, isBuilt: !editable && !path.endsWith('.whl'), name };
}

async function readable<T>(path: string, read: (path: string) => Promise<T>): Promise<T> {
  if (!existsSync(path)) throw missing(path, '');
  return read(path);
}

function missing(path: string, from: string): InvalidModuleError {
  const why = from ? `${from} names it` : 'it says what the module needs';
  return new InvalidModuleError(
    'ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND',
    path,
    `There is no ${path}: ${why}. ${from ? 'Correct that line, or create it' : 'Create it'}.`,
  );
}
