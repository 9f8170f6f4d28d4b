/** pip's requirement file format. Owns what a file's text asks for and leans on; leaves files, values and mistakes to others. */

import { unescape as decodePercents } from 'node:querystring';

/** What a requirement file says. A `file:` URL is told as its path, wherever it stands. */
export interface RequirementLines {
  /** What `-r` and `-c` name, unless it is elsewhere than on this machine. */
  readonly includes: readonly string[];
  /** Directories and archives that are installed; without markers, extras and fragments. */
  readonly localPaths: readonly { readonly path: string; readonly editable: boolean }[];
  /** What `-f` names, unless it is elsewhere than on this machine. */
  readonly findLinks: readonly string[];
  /** The variables whose values decide what is installed. */
  readonly variables: readonly string[];
  /** The variables that occur only as a credential: in the user part or in the query of a URL. */
  readonly secretVariables: readonly string[];
  /** Whether there is `--require-hashes` or any `--hash`. */
  readonly hashed: boolean;
  /** One for each requirement, without options, hashes, comments and values; `-e` stands before an editable one. */
  readonly requirements: readonly string[];
  /** Whether the installer has anything to do: options alone ask for nothing, a line that is not understood may ask for something. */
  readonly asksForSomething: boolean;
}

interface ReadingOptions {
  /** Where the values of `${VARIABLES}` are found; one without a value stands as written. */
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
}

interface Line {
  /** Empty if the line has options alone. */
  readonly requirement: string;
  readonly editable: boolean;
  readonly options: ReadonlyMap<string, string>;
  readonly isUnderstood: boolean;
}

const VALUE_OPTIONS: readonly string[] = [
  ...['requirement', 'constraint', 'editable', 'find-links', 'index-url', 'pypi-url', 'extra-index-url', 'no-binary', 'only-binary'],
  ...['trusted-host', 'use-feature', 'hash', 'global-option', 'config-setting', 'config-settings', 'all-releases', 'only-final'],
];
const FLAGS: readonly string[] = ['no-index', 'require-hashes', 'no-require-hashes', 'pre', 'prefer-binary'];
const SHORT_OPTIONS: ReadonlyMap<string, string> = new Map([
  ['r', 'requirement'],
  ['c', 'constraint'],
  ['e', 'editable'],
  ['f', 'find-links'],
  ['i', 'index-url'],
  ['C', 'config-settings'],
]);
const LINE_END = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
const VARIABLE = /\$\{([A-Z0-9_]+)\}/g;
/** The user part and the query of a URL; the rest of it is kept. */
const CREDENTIALS = /:\/\/(?:[^\s"'/?#]*@)?([^\s"'?#]*)(?:\?[^\s"'#]*)?/g;
/** pip takes `file:` without slashes too; of others the slashes tell a URL from a path with a colon. */
const SCHEME = /^(?:file:|[a-z][a-z\d+.-]+:\/\/)/i;
const ARCHIVE = /.\.(?:zip|whl|tbz|txz|tlz|tgz|tar|tar\.(?:gz|bz2|xz|lz|lzma))$/i;
const FRAGMENT = /#(?:egg|name|subdirectory|md5|sha\d+)=.*$/;

/**
 * Reads the text of a requirement file as pip does. It never throws: a line it does not understand is left to the installer.
 *
 * Unquoted words that follow the value of an option belong to it, as with uv; pip drops them.
 *
 * @param text the text of the file
 * @param options whose values stand in paths; and the platform: on Windows a backslash parts directories, and does not quote
 */
export function parseRequirementFile(text: string, { env = {}, platform = process.platform }: ReadingOptions = {}): RequirementLines {
  const written = logicalLines(text);
  const told = written.map((line) => parseLine(line, platform));
  const names = variablesOf(written);
  const hasVariables = names.variables.length + names.secretVariables.length > 0;
  const lines = hasVariables ? written.map((line) => parseLine(withValues(line, env), platform)) : told;
  const asking = lines.filter(({ requirement }) => requirement !== '');
  const options = lines.filter(({ requirement }) => requirement === '').map((line) => line.options);
  const includes = options.map((each) => each.get('requirement') ?? each.get('constraint'));
  const findLinks = options.map((each) => (each.has('requirement') || each.has('constraint') ? undefined : each.get('find-links')));
  return {
    includes: includes.flatMap((target) => pathOfTarget(target, platform) ?? []),
    localPaths: asking.flatMap((line) => localPathOf(line, platform) ?? []),
    findLinks: findLinks.flatMap((target) => pathOfTarget(target, platform) ?? []),
    ...names,
    hashed: lines.some((line) => line.options.has('hash') || line.options.has('require-hashes')),
    requirements: told.flatMap(requirementIn),
    asksForSomething: asking.length > 0 || lines.some((line) => !line.isUnderstood || line.options.has('requirement')),
  };
}

/** Gives the lines as an installer sees them: continued ones joined, without comments and blank lines. */
function logicalLines(text: string): string[] {
  const found: string[] = [];
  let parts: string[] = [];
  const finish = () => {
    const line = parts
      .join('')
      .replace(/(?:^|\s)#.*$/, '')
      .trim();
    if (line !== '') found.push(line);
    parts = [];
  };
  for (const line of text.split(LINE_END)) {
    const isComment = /^\s*#/.test(line);
    const isContinued = line.endsWith('\\') && !isComment;
    parts.push(isContinued ? withoutBackslashes(line) : isComment ? ` ${line}` : line);
    if (!isContinued) finish();
  }
  finish();
  return found;
}

/** At both ends, as pip does. */
function withoutBackslashes(line: string): string {
  let [start, end] = [0, line.length];
  while (line[end - 1] === '\\') end -= 1;
  while (start < end && line[start] === '\\') start += 1;
  return line.slice(start, end);
}

function parseLine(line: string, platform: NodeJS.Platform): Line {
  const at = line.search(/(?<!\S)-/);
  if (at < 0) return { requirement: line, editable: false, options: new Map(), isUnderstood: true };
  const requirement = line.slice(0, at).trim();
  const words = splitWords(line.slice(at), platform);
  const { options, isUnderstood } = words ? readOptions(words) : { options: new Map<string, string>(), isUnderstood: false };
  const target = options.get('editable');
  const editable = requirement === '' && target !== undefined;
  return { requirement: editable ? target : requirement, editable, options, isUnderstood };
}

function requirementIn({ requirement, editable }: Line): string[] {
  return requirement === '' ? [] : [editable ? `-e ${requirement}` : requirement];
}

/** Splits as a shell does; undefined if a quote is left open. */
function splitWords(text: string, platform: NodeJS.Platform): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\\' && quote !== "'" && platform !== 'win32') {
      at += 1;
      const next = text.charAt(at);
      if (next === '') return undefined;
      word = (word ?? '') + (quote === '' || next === quote || next === '\\' ? next : char + next);
    } else if (char === quote) quote = '';
    else if (quote !== '') word += char;
    else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (!/\s/.test(char)) word = (word ?? '') + char;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (word !== undefined) words.push(word);
  return quote === '' ? words : undefined;
}

/** Gives the first value of each option, as pip takes only that one. */
function readOptions(words: readonly string[]): Pick<Line, 'options' | 'isUnderstood'> {
  const options = new Map<string, string>();
  const rest = words.values();
  let latest: string | undefined;
  for (const word of rest) {
    if (word === '--') break;
    if (/^-./.test(word)) {
      const option = optionOf(word);
      const value = option?.value ?? rest.next().value;
      if (!option || value === undefined) return { options, isUnderstood: false };
      latest = options.has(option.name) ? undefined : option.name;
      if (latest !== undefined) options.set(latest, value);
    } else if (word.startsWith(';')) latest = undefined;
    else if (latest !== undefined) options.set(latest, `${options.get(latest)} ${word}`);
  }
  return { options, isUnderstood: true };
}

/** Gives an option and its value, if that is joined to it; undefined if there is no such option. A long one may be cut short. */
function optionOf(word: string): { name: string; value: string | undefined } | undefined {
  const short = SHORT_OPTIONS.get(word.charAt(1));
  // uv takes `-r=file` for `-r file`, where pip looks for a file named `=file`.
  if (short !== undefined) return { name: short, value: word.slice(2).replace(/^=/, '') || undefined };
  const [, given = '', value] = /^--([^=]+)(?:=(.+))?$/s.exec(word) ?? [];
  const names = [...VALUE_OPTIONS, ...FLAGS];
  const meant = names.includes(given) ? [given] : names.filter((name) => given !== '' && name.startsWith(given));
  const [name] = meant;
  if (name === undefined || meant.length > 1) return undefined;
  if (!FLAGS.includes(name)) return { name, value };
  return value === undefined ? { name, value: '' } : undefined;
}

function localPathOf({ requirement, editable }: Line, platform: NodeJS.Platform): { path: string; editable: boolean } | undefined {
  const whole = withoutMarker(requirement);
  const target = withoutName(whole);
  const path = withoutExtras((pathOfTarget(target, platform) ?? '').replace(FRAGMENT, ''));
  const isPath = editable || target !== whole || SCHEME.test(target) || looksLikePath(path, platform);
  return isPath && path !== '' ? { path, editable } : undefined;
}

/** Gives the path that a path or `file:` URL names; undefined if it is elsewhere than on this machine. */
function pathOfTarget(target: string | undefined, platform: NodeJS.Platform): string | undefined {
  if (!target || !SCHEME.test(target)) return target || undefined;
  const [, root = '', path = ''] = /^file:(?:\/\/(?:localhost(?=\/))?)?(\/?)([^?#]*)/i.exec(target) ?? [];
  const decoded = decodePercents(path);
  const isFromDrive = platform === 'win32' && /^[a-z]:/i.test(decoded);
  return isFromDrive ? decoded : `${root}${decoded}` || undefined;
}

/** In a URL, a semicolon belongs to a marker only beside a blank. */
function withoutMarker(requirement: string): string {
  const at = requirement.search(SCHEME.test(requirement) ? /\s;|;(?=\s|$)/ : /;/);
  return (at < 0 ? requirement : requirement.slice(0, at)).trim();
}

/** Takes `name @` off; a path may hold an @ too. */
function withoutName(requirement: string): string {
  const at = requirement.indexOf('@');
  const target = requirement.slice(at + 1);
  const isNamed = /^[a-z\d][\w.-]*$/i.test(withoutExtras(requirement.slice(0, Math.max(at, 0)).trim()));
  return isNamed && (/^[\s./]/.test(target) || SCHEME.test(target)) ? target.trim() : requirement;
}

function withoutExtras(text: string): string {
  const at = text.lastIndexOf('[');
  return at > 0 && text.endsWith(']') ? text.slice(0, at).trimEnd() : text;
}

/** Whether pip takes a bare word for a path and not for a name. */
function looksLikePath(text: string, platform: NodeJS.Platform): boolean {
  return text.startsWith('.') || text.includes('/') || (platform === 'win32' && text.includes('\\')) || ARCHIVE.test(text);
}

function variablesOf(lines: readonly string[]): Pick<RequirementLines, 'variables' | 'secretVariables'> {
  const names = (texts: readonly string[]) =>
    new Set(texts.flatMap((text) => Array.from(text.matchAll(VARIABLE), ([, name = '']) => name)));
  const deciding = names(lines.map((line) => line.replace(CREDENTIALS, '://$1')));
  return { variables: [...deciding], secretVariables: [...names(lines)].filter((name) => !deciding.has(name)) };
}

function withValues(line: string, env: NodeJS.ProcessEnv): string {
  return line.replace(VARIABLE, (written, name: string) => env[name] || written);
}
