/** The programs that make an environment and put packages into it: uv when there is one, else venv and pip. Owns their command lines. */

import { join } from 'node:path';
import { InvalidOptionError } from '../errors';
import { type CommandResult, run } from './command';
import type { Interpreter } from './discover';
import { installerVariables } from './variables';

/** Which installer to use: `auto` is uv if it is on PATH, else pip. */
export type InstallerChoice = 'auto' | 'uv' | 'pip';

/** What an installer works on. */
export interface InstallTarget {
  readonly interpreter: Interpreter;
  /** Absolute path of the environment. */
  readonly venv: string;
  /** Absolute path of the module's directory: relative paths in requirement files start there. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
  /** The descriptor of the lock, which every installer process inherits. */
  readonly descriptor: number | undefined;
  readonly onLine: (line: string) => void;
}

/** One way to make an environment. */
export interface Installer {
  /** Name and version, such as `uv 0.9.2`. */
  readonly name: string;
  /** Makes an empty environment. */
  makeEnvironment(target: InstallTarget): Promise<CommandResult>;
  /** Installs what requirement files name. */
  install(target: InstallTarget, files: readonly string[]): Promise<CommandResult>;
}

/** The executables of an environment. */
export function scriptsDirectory(venv: string, platform: NodeJS.Platform = process.platform): string {
  return join(venv, platform === 'win32' ? 'Scripts' : 'bin');
}

/** The interpreter of an environment. */
export function environmentPython(venv: string, platform: NodeJS.Platform = process.platform): string {
  return join(scriptsDirectory(venv, platform), platform === 'win32' ? 'python.exe' : 'python');
}

/**
 * Picks the installer.
 *
 * @throws InvalidOptionError uv was asked for and is not on PATH (ERR_SYNAPSE_INVALID_OPTION)
 */
export async function pickInstaller(choice: InstallerChoice, interpreter: Interpreter, env: NodeJS.ProcessEnv): Promise<Installer> {
  const variables = installerVariables(env);
  if (choice !== 'pip') {
    const version = versionIn(await run({ file: 'uv', args: ['--version'], env: variables }));
    if (version) return uv(version);
    if (choice === 'uv') {
      throw new InvalidOptionError('installer', 'The option installer is "uv", but there is no uv on PATH: install uv, or use "auto".');
    }
  }
  const version = versionIn(await run({ file: interpreter.executable, args: ['-I', '-m', 'pip', '--version'], env: variables }));
  return version !== undefined && reachesOtherEnvironments(version) ? outerPip(version) : innerPip();
}

/** Since 22.3 pip can install into another environment, which then needs no pip of its own (seconds less). */
function reachesOtherEnvironments(pipVersion: string): boolean {
  const [major = 0, minor = 0] = pipVersion.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 3);
}

function versionIn(result: CommandResult): string | undefined {
  return result.exitCode === 0 ? /\d+(\.\d+)+/.exec(result.output)?.[0] : undefined;
}

function start(target: InstallTarget, file: string, args: readonly string[]): Promise<CommandResult> {
  const { directory: cwd, env, signal, descriptor, onLine } = target;
  return run({ file, args, cwd, env: installerVariables(env), signal, descriptor, onLine });
}

function fileArguments(files: readonly string[]): string[] {
  return files.flatMap((file) => ['-r', file]);
}

const PIP_INSTALL = ['install', '--no-input', '--disable-pip-version-check', '--no-color', '--progress-bar', 'off'];

function uv(version: string): Installer {
  return {
    name: `uv ${version}`,
    makeEnvironment: (target) =>
      start(target, 'uv', ['venv', '--no-project', '--allow-existing', '--python', target.interpreter.executable, target.venv]),
    install: (target, files) =>
      start(target, 'uv', ['pip', 'install', '--python', environmentPython(target.venv), ...fileArguments(files)]),
  };
}

/** The base interpreter's pip, working on an environment without one. */
function outerPip(version: string): Installer {
  return {
    name: `pip ${version}`,
    makeEnvironment: (target) => start(target, target.interpreter.executable, ['-I', '-m', 'venv', '--without-pip', target.venv]),
    install: (target, files) =>
      start(target, target.interpreter.executable, [
        ...['-I', '-m', 'pip', '--python', environmentPython(target.venv)],
        ...PIP_INSTALL,
        ...fileArguments(files),
      ]),
  };
}

/** The pip that Python's own venv puts into each environment: for a base interpreter without a usable one. */
function innerPip(): Installer {
  return {
    name: 'pip of venv',
    makeEnvironment: (target) => start(target, target.interpreter.executable, ['-I', '-m', 'venv', target.venv]),
    install: (target, files) => start(target, environmentPython(target.venv), ['-I', '-m', 'pip', ...PIP_INSTALL, ...fileArguments(files)]),
  };
}
