/** Picks the installer: a uv that is here, else one that is fetched, else pip. Owns the order, and what is told when there is none at all. */

import { InvalidOptionError, ProvisionError } from '../errors';
import { cacheDirectory } from './cache-directory';
import type { CommandResult } from './command';
import type { Interpreter, PassedOver } from './discover';
import { VENV_ALONE } from './fingerprint';
import { hintFor } from './hints';
import type { Installer, InstallerChoice } from './installer';
import { type FoundPip, findPip, pipInstaller } from './pip';
import { type UvSettings, uvSettingsOf } from './pip-configuration';
import type { ProvisionEvent } from './progress';
import { fetchTool, toolProgram, toolVersion } from './tools';
import { type FoundUv, findUv, uvInstaller } from './uv';

/** What the choice depends on. */
export interface InstallerSearch {
  readonly choice: InstallerChoice;
  /** Absolute path of the module's directory: relative paths in the configuration start there. */
  readonly directory: string;
  readonly interpreter: Interpreter;
  readonly env: NodeJS.ProcessEnv;
  /** Whether there is anything to install. */
  readonly asksForSomething: boolean;
  readonly offline: boolean;
  readonly wheelhouse: string | undefined;
  /** Whether uv may be fetched; without, what would be taken is told. */
  readonly mayFetch: boolean;
  readonly signal: AbortSignal | undefined;
  readonly report: (event: ProvisionEvent) => void;
}

/** What was picked. */
export interface PickedInstaller {
  readonly installer: Installer;
  /** What was not taken, and why. */
  readonly passedOver: readonly PassedOver[];
}

/**
 * Picks the installer.
 *
 * @param look what `lookForUv` gave for the same search, if that was asked before
 * @throws ProvisionError step `install`: there is neither uv nor pip, and none could be fetched (ERR_SYNAPSE_PROVISION)
 * @throws InvalidOptionError uv is asked for and forbidden at once, or `SYNAPSE_UV` names none (ERR_SYNAPSE_INVALID_OPTION)
 * @throws the signal's reason if aborted
 */
export async function pickInstaller(search: InstallerSearch, look = lookForUv(search)): Promise<PickedInstaller> {
  const passedOver: PassedOver[] = [];
  const here = await look;
  if (here) {
    passedOver.push(...here.passedOver);
    if (here.uv) return { installer: configured(here.uv, here.settings, search), passedOver };
  }
  if (!search.asksForSomething) return { installer: { ...pipInstaller({ start: [], version: '' }), name: VENV_ALONE }, passedOver };
  const pips = await findPip(search.interpreter, search.env, search.signal);
  passedOver.push(...pips.passedOver);
  const fetcher = pips.pip ?? pips.old;
  if (here && fetcher) {
    const fetched = await fetchUv(fetcher, search);
    if ('version' in fetched) return { installer: configured(fetched, here.settings, search), passedOver };
    passedOver.push(fetched);
  }
  const pip = search.choice === 'uv' ? undefined : (pips.pip ?? (pips.old && (await fetchPip(pips.old, search))));
  if (pip) return { installer: pipInstaller(pip), passedOver };
  throw noInstaller(search, passedOver);
}

/** A uv of this machine, if there is one, and what it is to be told of pip's configuration. */
interface UvHere extends Awaited<ReturnType<typeof findUv>> {
  readonly settings: UvSettings;
}

/**
 * Looks for uv, and reads pip's configuration beside it; can go on while something else is waited for.
 *
 * @returns nothing if uv must not be used
 * @throws InvalidOptionError as `pickInstaller`
 * @throws the signal's reason if aborted
 */
export async function lookForUv(search: InstallerSearch): Promise<UvHere | undefined> {
  if (!allowsUv(search)) return undefined;
  const { interpreter, directory, env, signal } = search;
  const [here, settings] = await Promise.all([findUv(search), uvSettingsOf(interpreter.executable, env, { signal, directory })]);
  return { ...here, settings };
}

function allowsUv({ choice, env }: InstallerSearch): boolean {
  const forbidden = !['', '0', undefined].includes(env['SYNAPSE_NO_UV']);
  if (forbidden && choice === 'uv') {
    throw new InvalidOptionError(
      'installer',
      'The option installer is "uv", and the variable SYNAPSE_NO_UV forbids uv: remove one of them.',
    );
  }
  return choice !== 'pip' && !forbidden;
}

function configured(uv: FoundUv, settings: UvSettings, { report }: InstallerSearch): Installer {
  for (const problem of settings.problems) report({ phase: 'installer', message: `pip's configuration: ${problem}` });
  return uvInstaller(uv, settings);
}

async function fetchUv(pip: FoundPip, search: InstallerSearch): Promise<FoundUv | PassedOver> {
  const { env, offline, wheelhouse, mayFetch, report } = search;
  const version = toolVersion('uv');
  const candidate = `uv ${version} from the package index`;
  if (offline && !wheelhouse) return { candidate, reason: 'the option offline forbids to fetch it' };
  const uv = { file: toolProgram('uv', cacheDirectory(env)), version };
  if (!mayFetch) return uv;
  report({ phase: 'installer', message: `Fetching uv ${version}, which installs packages fast; this is done once`, package: 'uv' });
  const failure = await fetch('uv', pip, search);
  if (failure) return { candidate, reason: lastLine(failure) };
  const { uv: found, passedOver } = await findUv(search);
  return found ?? passedOver.at(-1) ?? { candidate, reason: 'it is not where it was put' };
}

async function fetchPip(old: FoundPip, search: InstallerSearch): Promise<FoundPip | undefined> {
  const version = toolVersion('pip');
  const pip = { start: ['-I', toolProgram('pip', cacheDirectory(search.env))], version };
  if (!search.mayFetch) return pip;
  search.report({ phase: 'installer', message: `Fetching pip ${version}: this Python has only ${old.version}`, package: 'pip' });
  return (await fetch('pip', old, search)) === undefined ? pip : undefined;
}

function fetch(name: 'uv' | 'pip', pip: FoundPip, search: InstallerSearch): Promise<CommandResult | undefined> {
  const { interpreter, env, wheelhouse, signal } = search;
  return fetchTool(name, { python: interpreter.executable, pip, cache: cacheDirectory(env), env, wheelhouse, signal });
}

function lastLine({ output }: CommandResult): string {
  const lines = output.trim().split('\n');
  return `it could not be fetched (${lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'no reason was given'})`;
}

function noInstaller({ choice, interpreter }: InstallerSearch, passedOver: readonly PassedOver[]): ProvisionError {
  const tried = passedOver.map(({ candidate, reason }) => `  ${candidate}: ${reason}`).join('\n');
  const output = tried || '  nothing';
  const hint = choice === 'uv' ? 'Install uv, or use the installer "auto".' : hintFor(`${interpreter.executable}: No module named pip`);
  return new ProvisionError(`There is nothing to install packages with. Tried:\n${output}\n${hint}`, { step: 'install', output, hint });
}
