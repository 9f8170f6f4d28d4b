/** Which of a module's files says what it needs. Owns the order in which they count, and the reasons. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { InvalidModuleError, InvalidOptionError } from '../errors';
import { readProject, readScriptHeader } from './toml';

/** The forms in which a module can say what it needs. */
export type ManifestKind = 'uv-lock' | 'pylock' | 'requirements' | 'pyproject' | 'script' | 'none';

/** What was chosen, and why. */
export interface Manifest {
  readonly kind: ManifestKind;
  /** Absolute paths: those that an installer is given. */
  readonly files: readonly string[];
  /** Why these count, for a person. */
  readonly reason: string;
  /** Files that are there and do not count, and why. */
  readonly passedOver: readonly { readonly path: string; readonly reason: string }[];
  /** Absolute paths of files whose appearance would change the choice. */
  readonly absent: readonly string[];
}

/** Where to look. */
export interface ManifestSearch {
  /** Absolute path of the module's directory. */
  readonly directory: string;
  /** The option: files relative to the directory. Absent: what is there by its usual name. */
  readonly requirements?: string | readonly string[] | undefined;
  /** Absolute path of the entry, whose own header counts when there is nothing else. */
  readonly entry?: string | undefined;
}

const ORDER = 'the order is uv.lock, pylock.toml, requirements.txt, pyproject.toml, the header of the entry';

/**
 * Chooses the file that says what the module needs.
 *
 * @throws InvalidModuleError there is none (ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND), or it is not of its form (ERR_SYNAPSE_REQUIREMENTS_INVALID)
 * @throws InvalidOptionError `requirements` mixes forms that cannot be installed together (ERR_SYNAPSE_INVALID_OPTION)
 */
export async function chooseManifest(search: ManifestSearch): Promise<Manifest> {
  return search.requirements === undefined ? chooseByName(search) : chooseByOption(search, [search.requirements].flat());
}

/**
 * Gives the usual place of the environment: `.venv`, but `.venv-NAME` for an entry other than `main` whose own header is all that
 * says what it needs: two such entries would else unmake each other's environment.
 *
 * @returns a path relative to the module's directory
 */
export function usualPlace({ directory, requirements, entry }: ManifestSearch): string {
  const inside = entry === undefined ? 'main.py' : relative(directory, entry);
  const name = inside.replace(/([\\/]__main__)?\.py$/, '').replace(/[\\/]/g, '-');
  const shared = ['uv.lock', 'pylock.toml', 'requirements.txt', 'pyproject.toml'];
  const isOwn = name !== 'main' && requirements === undefined && !shared.some((file) => existsSync(join(directory, file)));
  return isOwn ? `.venv-${name}` : '.venv';
}

function chooseByOption({ directory }: ManifestSearch, names: readonly string[]): Manifest {
  const base = { passedOver: [], absent: [] };
  if (names.length === 0) return { ...base, kind: 'none', files: [], reason: 'the option requirements is an empty list' };
  const files = names.map((name) => resolve(directory, name));
  const kinds = files.map(kindOf);
  const kind = kinds[0] as ManifestKind;
  if (kinds.some((each) => each !== 'requirements') && files.length > 1) {
    throw new InvalidOptionError(
      'requirements',
      `The option requirements names ${names.join(', ')}: only requirements.txt files can be several. Name one file.`,
    );
  }
  return { ...base, kind, files, reason: 'the option requirements names it' };
}

function kindOf(path: string): ManifestKind {
  const name = basename(path);
  if (name === 'uv.lock') return 'uv-lock';
  if (name === 'pyproject.toml') return 'pyproject';
  if (/^pylock(\.[^.]+)?\.toml$/.test(name)) return 'pylock';
  return name.endsWith('.py') ? 'script' : 'requirements';
}

async function chooseByName({ directory, entry }: ManifestSearch): Promise<Manifest> {
  const at = (name: string): string => join(directory, name);
  const absent: string[] = [];
  const passedOver: { path: string; reason: string }[] = [];
  const isThere = (path: string): boolean => {
    if (existsSync(path)) return true;
    absent.push(path);
    return false;
  };
  const chosen = (kind: ManifestKind, path: string): Manifest => {
    const order = ['uv.lock', 'pylock.toml', 'requirements.txt', 'pyproject.toml'].map(at);
    const after = order.slice(order.indexOf(path) + 1).filter((each) => existsSync(each) && !(kind === 'uv-lock' && each === project));
    if (kind !== 'script')
      passedOver.push(...after.map((each) => ({ path: each, reason: `${relative(directory, path)} comes before it` })));
    const reason = `${relative(directory, path)} is the first that is there (${ORDER})`;
    return { kind, files: [path], reason, passedOver, absent };
  };
  const project = at('pyproject.toml');
  if (isThere(at('uv.lock'))) {
    if (isThere(project)) return chosen('uv-lock', at('uv.lock'));
    passedOver.push({ path: at('uv.lock'), reason: 'there is no pyproject.toml that it belongs to' });
  }
  if (isThere(at('pylock.toml'))) return chosen('pylock', at('pylock.toml'));
  if (isThere(at('requirements.txt'))) return chosen('requirements', at('requirements.txt'));
  if (isThere(project)) {
    if ((await readProject(project)).hasProject) return chosen('pyproject', project);
    passedOver.push({ path: project, reason: 'it has no [project] table' });
  }
  if (entry) {
    const text = await readFile(entry, 'utf8');
    if (readScriptHeader(text) !== undefined) return chosen('script', entry);
    if (text.includes('# /// script')) passedOver.push({ path: entry, reason: 'its header has no end, which is a line "# ///"' });
  }
  throw notFound(directory, passedOver);
}

function notFound(directory: string, passedOver: Manifest['passedOver']): InvalidModuleError {
  const path = join(directory, 'requirements.txt');
  const others = passedOver.map((each) => ` ${relative(directory, each.path)} does not count: ${each.reason}.`).join('');
  return new InvalidModuleError(
    'ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND',
    path,
    `There is no ${path}: it names the packages that the module needs.${others} Create it; it may be empty.`,
  );
}
