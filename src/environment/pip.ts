/** pip as an installer, working from outside on environments that have none. Owns its command lines, and finding one that can do that. */

import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InvalidModuleError } from '../errors';
import { run } from './command';
import type { Interpreter, PassedOver } from './discover';
import type { Inputs } from './inputs';
import { type Installer, type InstallTarget, type Rehearsal, runInstaller } from './installer';
import { environmentPython } from './layout';
import { compareVersions } from './python-version';
import { installerVariables } from './variables';

/** The first pip that can work on another environment, which then needs no pip of its own (seconds less). */
const MINIMUM_VERSION = '22.3';
/** Milliseconds are lost, not minutes, where nothing can be reached. */
const RETRIES = ['--retries', '1'];
/** Where requirement lines are put that come from another kind of file. */
const LINES_NAME = '.synapse-requirements.txt';

/** A pip that can be run. */
export interface FoundPip {
  /** Arguments for the interpreter that start it. */
  readonly start: readonly string[];
  readonly version: string;
}

/**
 * Finds a pip: the interpreter's own, else the one that its `ensurepip` keeps to install from.
 *
 * @returns `pip` can work on other environments; `old` cannot, and can only fetch a newer one
 */
export async function findPip(
  interpreter: Interpreter,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal | undefined,
): Promise<{ pip?: FoundPip; old?: FoundPip; passedOver: PassedOver[] }> {
  const own = await ownPip(interpreter, env, signal);
  if (own && isNewEnough(own.version)) return { pip: own, passedOver: [] };
  const candidate = `${interpreter.executable} -m pip`;
  const reason = own ? `it is version ${own.version}, and ${MINIMUM_VERSION} or newer is needed` : 'this Python has no pip';
  const passedOver = [{ candidate, reason }];
  const bundled = bundledPip(interpreter);
  if (bundled && isNewEnough(bundled.version)) return { pip: bundled, passedOver };
  return {
    ...(own ? { old: own } : {}),
    passedOver: [...passedOver, { candidate: 'ensurepip', reason: 'this Python has none that is new enough' }],
  };
}

/** Asks Python, not pip: pip alone takes half a second to tell its version. */
async function ownPip(interpreter: Interpreter, env: NodeJS.ProcessEnv, signal: AbortSignal | undefined): Promise<FoundPip | undefined> {
  const args = ['-I', '-c', 'import pip; print(pip.__version__)'];
  const { exitCode, output } = await run({ file: interpreter.executable, args, env: installerVariables(env), signal });
  const version = /^\d+(?:\.\d+)+/.exec(output.split('\n').at(-1) ?? '')?.[0];
  return exitCode === 0 && version ? { start: ['-I', '-m', 'pip'], version } : undefined;
}

function bundledPip({ bundledPip: path }: Interpreter): FoundPip | undefined {
  const version = path && /^pip-(\d+(?:\.\d+)+)/.exec(basename(path))?.[1];
  return version ? { start: ['-I', join(path, 'pip')], version } : undefined;
}

function isNewEnough(version: string): boolean {
  return compareVersions(version, MINIMUM_VERSION) >= 0;
}

/** Overrules a configuration file that sends packages into the user's own folder. */
const NOWHERE_ELSE = { PIP_USER: '0' };

/** Options of every pip that is run here. */
export const PIP_INSTALL = ['install', '--no-input', '--disable-pip-version-check', '--no-color', '--progress-bar', 'off', ...RETRIES];

/** Makes an installer of a pip. */
export function pipInstaller({ start, version }: FoundPip): Installer {
  const apply = async (target: InstallTarget, inputs: Inputs, python: string, flags: readonly string[], more: readonly string[] = []) =>
    runInstaller(
      target,
      target.interpreter.executable,
      [
        ...[...start, '--python', python, ...PIP_INSTALL],
        ...[...flags, ...sourceArguments(target), ...(await requirementArguments(target, inputs)), ...more],
      ],
      NOWHERE_ELSE,
    );
  return {
    name: `pip ${version}`,
    isExact: false,
    makeEnvironment: (target) => runInstaller(target, target.interpreter.executable, ['-I', '-m', 'venv', '--without-pip', target.venv]),
    install: (target, inputs) => apply(target, inputs, environmentPython(target.venv), ['--no-compile']),
    add: (target, inputs, requirement) => apply(target, inputs, environmentPython(target.venv), ['--no-compile'], [requirement]),
    rehearse: async (target, inputs, place) => {
      const apart = ['--ignore-installed', '--target', join(target.venv, '.synapse-rehearsal')];
      const [python, flags] = place === 'environment' ? [environmentPython(target.venv), []] : [target.interpreter.executable, apart];
      return rehearsal(await apply(target, inputs, python, ['--dry-run', ...flags]));
    },
  };
}

function sourceArguments({ offline, wheelhouse }: InstallTarget): string[] {
  if (wheelhouse) return ['--no-index', '--find-links', wheelhouse];
  return offline ? ['--no-index'] : [];
}

async function requirementArguments({ venv }: InstallTarget, { manifest, lines }: Inputs): Promise<string[]> {
  if (manifest.kind === 'requirements') return manifest.files.flatMap((path) => ['-r', path]);
  const [path = ''] = manifest.files;
  if (lines === undefined) {
    throw new InvalidModuleError(
      'ERR_SYNAPSE_REQUIREMENTS_INVALID',
      path,
      `${path} can only be installed by uv, and pip is to be used: remove the option installer or the variable SYNAPSE_NO_UV, install uv, or name a requirements.txt by the option requirements.`,
    );
  }
  const file = join(venv, LINES_NAME);
  await writeFile(file, `${lines.join('\n')}\n`);
  return ['-r', file];
}

function rehearsal(result: Rehearsal['result']): Rehearsal {
  const names = /^Would install (.+)/m.exec(result.output)?.[1] ?? '';
  return { result, additions: names.split(' ').filter(Boolean) };
}
