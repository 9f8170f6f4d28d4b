/** What makes an environment and puts packages into it. Owns the interface of installers, and the places inside an environment. */

import { type CommandResult, run } from './command';
import type { Interpreter } from './discover';
import type { Inputs } from './inputs';
import { installerVariables } from './variables';

/** Which installer to use: `auto` is uv, fetched if need be, and pip where there can be no uv. */
export type InstallerChoice = 'auto' | 'uv' | 'pip';

/** What an installer works on. */
export interface InstallTarget {
  readonly interpreter: Interpreter;
  /** Absolute path of the environment. */
  readonly venv: string;
  /** Absolute path of the module's directory: relative paths in requirement files start there. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** Whether the network must not be used. */
  readonly offline: boolean;
  /** Absolute path of a directory of wheels that takes the place of the package index. */
  readonly wheelhouse: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** The descriptor of the lock, which every installer process inherits. */
  readonly descriptor: number | undefined;
  readonly onLine: (line: string) => void;
}

/** What an installation would do. */
export interface Rehearsal {
  readonly result: CommandResult;
  /** What it would add, such as `numpy==2.3.0`. */
  readonly additions: readonly string[];
}

/** One way to make an environment. */
export interface Installer {
  /** Name and version, such as `uv 0.9.2`. */
  readonly name: string;
  /** Whether `install` also takes away what the inputs do not name, and commands of its environments survive a move. */
  readonly isExact: boolean;
  /** Makes an empty environment. */
  makeEnvironment(target: InstallTarget): Promise<CommandResult>;
  /** Installs what the inputs name. */
  install(target: InstallTarget, inputs: Inputs): Promise<CommandResult>;
  /** Installs one package more, from where the inputs come from and in a version that goes with them; leaves the rest alone. */
  add(target: InstallTarget, inputs: Inputs, requirement: string): Promise<CommandResult>;
  /** Finds out what `install` would add to the environment, or to an empty one apart; changes nothing. */
  rehearse(target: InstallTarget, inputs: Inputs, place: 'environment' | 'apart'): Promise<Rehearsal>;
}

/**
 * Runs an installer's program on a target.
 *
 * @param own variables that win over the target's
 */
export function runInstaller(
  target: InstallTarget,
  file: string,
  args: readonly string[],
  own: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  const { directory: cwd, env, signal, descriptor, onLine } = target;
  return run({ file, args, cwd, env: { ...installerVariables(env), ...own }, signal, descriptor, onLine });
}
