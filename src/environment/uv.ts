/** uv as an installer. Owns its command lines, and finding it on this machine. */

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InvalidOptionError, ProvisionError } from '../errors';
import { cacheDirectory, substituteUvCache } from './cache-directory';
import { run } from './command';
import type { Interpreter, PassedOver } from './discover';
import type { Inputs } from './inputs';
import { type Installer, type InstallTarget, type Rehearsal, runInstaller } from './installer';
import { environmentPython } from './layout';
import type { UvSettings } from './pip-configuration';
import { findProgram } from './program';
import { compareVersions } from './python-version';
import { toolProgram } from './tools';
import { installerVariables } from './variables';

/** The first version with all that is used here. */
const MINIMUM_VERSION = '0.8';
/** A host that cannot be reached is told in a second, not ten; a fault in between is still tried again. */
const HTTP_RETRIES = '1';

/** A uv that works. */
export interface FoundUv {
  readonly file: string;
  readonly version: string;
}

/** Where to look. */
export interface UvSearch {
  readonly env: NodeJS.ProcessEnv;
  readonly interpreter: Interpreter;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds uv: the one that `SYNAPSE_UV` names, else on PATH, where its own installer puts it, beside the interpreter, or fetched before.
 *
 * @returns it, or the reasons why there is none
 * @throws InvalidOptionError `SYNAPSE_UV` names something that is no usable uv (ERR_SYNAPSE_INVALID_OPTION)
 */
export async function findUv(search: UvSearch): Promise<{ uv?: FoundUv; passedOver: PassedOver[] }> {
  const named = search.env['SYNAPSE_UV'];
  if (named) return { uv: await demandUv(named, search), passedOver: [] };
  const passedOver: PassedOver[] = [];
  for (const file of usualPlaces(search)) {
    const found = await probe(file, search);
    if (typeof found !== 'string') return { uv: found, passedOver };
    passedOver.push({ candidate: file, reason: found });
  }
  return { passedOver };
}

function usualPlaces({ env, interpreter }: UvSearch): string[] {
  const home = env['HOME'] || env['USERPROFILE'] || '';
  const name = process.platform === 'win32' ? 'uv.exe' : 'uv';
  const folders = [...(home ? [join(home, '.local', 'bin'), join(home, '.cargo', 'bin')] : []), interpreter.scripts];
  const own = toolProgram('uv', cacheDirectory(env));
  const found = [findProgram('uv', { env }), ...folders.map((folder) => join(folder, name)), own];
  return [...new Set(found)].filter((path) => path !== undefined && existsSync(path)) as string[];
}

async function demandUv(named: string, search: UvSearch): Promise<FoundUv> {
  const file = /[\\/]/.test(named) ? resolve(named) : (findProgram(named, search) ?? named);
  const found = await probe(file, search);
  if (typeof found !== 'string') return found;
  throw new InvalidOptionError('SYNAPSE_UV', `The variable SYNAPSE_UV names ${named}: ${found}. Correct it, or remove it.`);
}

/** Returns uv, or the reason why it is none that can be used. */
async function probe(file: string, { env, signal }: UvSearch): Promise<FoundUv | string> {
  const { exitCode, output } = await run({ file, args: ['--version'], env: installerVariables(env), signal });
  const version = /^uv (\d+(?:\.\d+)+)/m.exec(output)?.[1];
  if (exitCode !== 0 || version === undefined) return output.includes('ENOENT') ? 'there is no such program' : 'it is no uv that runs here';
  return compareVersions(version, MINIMUM_VERSION) < 0
    ? `it is version ${version}, and ${MINIMUM_VERSION} or newer is needed`
    : { file, version };
}

/** Options that pip allows in a requirement file, and forms of them, at which uv stops. */
const ONLY_READ_BY_PIP = /^error: (?:Expected '=' or whitespace|Expected `--hash`|Unexpected '-')/m;

/** Whether uv failed at a line that pip may be able to read. */
export function isOnlyReadByPip(error: unknown): boolean {
  return error instanceof ProvisionError && ONLY_READ_BY_PIP.test(error.output);
}

/**
 * Makes an installer of a uv.
 *
 * @param settings what pip is configured to: uv itself reads nothing of it
 */
export function uvInstaller({ file, version }: FoundUv, settings: UvSettings): Installer {
  const start = (target: InstallTarget, args: readonly string[], own: NodeJS.ProcessEnv) =>
    runInstaller(target, file, [...args, '--color', 'never', '--no-progress'], own);
  const apply = (target: InstallTarget, inputs: Inputs, how: How) => {
    const { args, own = {} } = commandFor(target, inputs, how);
    const all = variables(target.env, indexFor(inputs, settings));
    return start(target, [...args, ...sourceArguments(target, settings)], { ...all, ...own });
  };
  return {
    name: `uv ${version}`,
    isExact: true,
    makeEnvironment: (target) =>
      start(
        target,
        ['venv', '--no-project', '--allow-existing', '--relocatable', '--python', target.interpreter.executable, target.venv],
        variables(target.env, settings),
      ),
    install: (target, inputs) =>
      apply(target, inputs, {
        python: environmentPython(target.venv),
        project: target.venv,
        exact: true,
        flags: [
          ...rebuilds(inputs),
          ...(inputs.hashed ? ['--require-hashes'] : []),
          ...(inputs.allowsPrereleases ? ['--prerelease', 'allow'] : []),
        ],
      }),
    add: (target, inputs, requirement) => {
      const files = inputs.manifest.kind === 'requirements' ? inputs.manifest.files.flatMap((path) => ['-r', path]) : [];
      const args = ['pip', 'install', '--python', environmentPython(target.venv), ...files, requirement];
      return start(target, [...args, ...sourceArguments(target, settings)], variables(target.env, indexFor(inputs, settings)));
    },
    rehearse: async (target, inputs, place) => rehearsal(await apply(target, inputs, howToRehearse(target, place))),
  };
}

/** How packages are to be installed. */
interface How {
  /** Absolute path of the interpreter of the environment. */
  readonly python: string;
  /** Absolute path of the environment. */
  readonly project: string;
  /** Whether packages that nobody asked for are removed. */
  readonly exact: boolean;
  /** Absolute path of a directory to install into, in place of an environment. */
  readonly apart?: string;
  readonly flags: readonly string[];
}

function howToRehearse(target: InstallTarget, place: 'environment' | 'apart'): How {
  const apart = join(target.venv, '.synapse-rehearsal');
  return place === 'environment'
    ? { python: environmentPython(target.venv), project: target.venv, exact: false, flags: ['--dry-run'] }
    : { python: target.interpreter.executable, project: apart, exact: true, apart, flags: ['--dry-run'] };
}

function commandFor(target: InstallTarget, { manifest }: Inputs, how: How): { args: string[]; own?: NodeJS.ProcessEnv } {
  const where = ['--python', how.python, ...(how.apart ? ['--target', how.apart] : [])];
  switch (manifest.kind) {
    case 'uv-lock':
      return {
        args: [
          ...['sync', '--frozen', '--no-default-groups', '--no-install-project', '--python', target.interpreter.executable],
          ...['--project', dirname(manifest.files[0] as string), ...(how.exact ? [] : ['--inexact']), ...how.flags],
        ],
        own: { UV_PROJECT_ENVIRONMENT: how.project },
      };
    case 'pylock':
      return { args: ['pip', how.exact ? 'sync' : 'install', ...where, ...how.flags, ...(how.exact ? [] : ['-r']), ...manifest.files] };
    default: {
      const files = manifest.files.flatMap((path) => ['-r', path]);
      return { args: ['pip', 'install', ...where, ...(how.exact && !how.apart ? ['--exact'] : []), ...how.flags, ...files] };
    }
  }
}

/** uv keeps what it built of a local package, and looks only at a few of its files to see whether it changed. */
function rebuilds({ packages }: Inputs): string[] {
  const names = packages.filter(({ isBuilt }) => isBuilt).map(({ name }) => name);
  if (names.includes(undefined)) return ['--refresh', '--reinstall'];
  return names.flatMap((name) => ['--refresh-package', name as string, '--reinstall-package', name as string]);
}

function sourceArguments({ offline, wheelhouse }: InstallTarget, settings: UvSettings): string[] {
  return [...(offline ? ['--offline'] : []), ...(wheelhouse ? ['--no-index', '--find-links', listed(wheelhouse)] : settings.arguments)];
}

/** A comma would begin another entry of the list. */
function listed(path: string): string {
  return path.includes(',') ? pathToFileURL(path).href.replaceAll(',', '%2C') : path;
}

function variables(env: NodeJS.ProcessEnv, settings: UvSettings): NodeJS.ProcessEnv {
  const cache = substituteUvCache(env);
  return {
    ...(env['UV_HTTP_RETRIES'] === undefined ? { UV_HTTP_RETRIES: HTTP_RETRIES } : {}),
    ...settings.variables,
    ...(cache === undefined ? {} : { UV_CACHE_DIR: cache }),
  };
}

/** For pip the index that a requirement file names counts, whatever is configured; for uv a variable wins over the file. */
function indexFor(inputs: Inputs, settings: UvSettings): UvSettings {
  if (!inputs.namesIndex) return settings;
  const { UV_DEFAULT_INDEX: _, ...variables } = settings.variables;
  return { ...settings, variables };
}

function rehearsal(result: Rehearsal['result']): Rehearsal {
  const additions = [...result.output.matchAll(/^ \+ (\S+)/gm)].map(([, name]) => name as string);
  return { result, additions };
}
