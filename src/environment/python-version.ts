/** Versions of Python and what `requires-python` says of them. Owns the PyPA rules for both, so that no Python is started to decide. */

/** A version in parts that compare as numbers. */
interface Version {
  readonly epoch: number;
  readonly release: readonly number[];
  /** The stage, its number, the post-release, the development release; in the order in which they count. */
  readonly suffix: readonly [stage: number, pre: number, post: number, dev: number];
  /** What follows the plus sign, in small letters; empty if nothing does. */
  readonly local: string;
}

interface Specifier {
  readonly operator: string;
  /** As written, with its wildcard. */
  readonly text: string;
  /** Of `===`, which compares texts, and of nothing else, it can be absent. */
  readonly version: Version | undefined;
}

const STAGES: Readonly<Record<string, number>> = { a: 0, alpha: 0, b: 1, beta: 1, c: 2, rc: 2, pre: 2, preview: 2 };
/** A development release of a final version comes before its first alpha. */
const BEFORE_STAGES = -1;
const FINAL = 3;
const NO_POST = -1;
const NO_DEV = Number.MAX_SAFE_INTEGER;

const RELEASE = String.raw`v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)`;
const PRE = String.raw`(?:[-_.]?(?<stage>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<pre>\d+)?)?`;
const POST = String.raw`(?<post>-(?<post1>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?<post2>\d+)?)?`;
const DEV = String.raw`(?<devs>[-_.]?dev[-_.]?(?<dev>\d+)?)?`;
const LOCAL = String.raw`(?:\+(?<local>[a-z\d]+(?:[-_.][a-z\d]+)*))?`;
const VERSION = new RegExp(`^${RELEASE}${PRE}${POST}${DEV}${LOCAL}$`, 'i');
const WILDCARD = new RegExp(String.raw`^${RELEASE}\.\*$`, 'i');

/**
 * Compares two versions; pre-releases and post-releases stand where PyPA puts them, `3.11` equals `3.11.0`.
 *
 * @returns less than 0, 0 or more than 0, as `sort` wants it; what is no version comes before every version
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  return left && right ? compare(left, right) : order(Number(left !== undefined), Number(right !== undefined));
}

/**
 * Tells whether a Python is one of those that `requires-python` allows. Pre-releases count as any version does: such a Python is in use.
 *
 * @param version such as `3.11.7`, `3.14.0rc1`, or `3.11.2+` as Debian builds name themselves
 * @param specifiers such as `>=3.9, <4`; empty allows every version
 * @returns false also if a specifier is not well formed
 */
export function satisfies(version: string, specifiers: string): boolean {
  const wanted = parseSpecifiers(specifiers);
  const parsed = parseVersion(version);
  return wanted?.every((each) => meets(version.trim(), parsed, each)) ?? false;
}

/** Tells whether a text is a well formed list of version specifiers; an empty one is. */
export function isSpecifier(text: string): boolean {
  return parseSpecifiers(text) !== undefined;
}

function parseVersion(text: string): Version | undefined {
  const plain = text.trim();
  // Debian and builds from a checkout end in a bare plus: a local version without a name.
  const match = VERSION.exec(plain.endsWith('+') ? `${plain}local` : plain);
  return match?.groups && versionOf(match.groups);
}

function versionOf(parts: Partial<Record<string, string>>): Version {
  const post = parts['post'] === undefined ? NO_POST : Number(parts['post1'] ?? parts['post2'] ?? 0);
  const dev = parts['devs'] === undefined ? NO_DEV : Number(parts['dev'] ?? 0);
  const unstaged = post === NO_POST && dev !== NO_DEV ? BEFORE_STAGES : FINAL;
  const stage = STAGES[parts['stage']?.toLowerCase() ?? ''] ?? unstaged;
  return {
    epoch: Number(parts['epoch'] ?? 0),
    release: (parts['release'] ?? '').split('.').map(Number),
    suffix: [stage, Number(parts['pre'] ?? 0), post, dev],
    local: parts['local']?.toLowerCase() ?? '',
  };
}

function parseSpecifiers(text: string): Specifier[] | undefined {
  const parts = text.split(',').map((part) => part.trim());
  const specifiers = parts.filter((part) => part !== '').map(parseSpecifier);
  return specifiers.every((each) => each !== undefined) ? specifiers : undefined;
}

function parseSpecifier(text: string): Specifier | undefined {
  const match = /^(===|[~=!<>]=|[<>])(.*)$/s.exec(text);
  if (!match) return undefined;
  const [operator = '', version = ''] = [match[1], match[2]?.trim()];
  const isEqual = operator === '==' || operator === '!=';
  if (operator === '===') return /[\s;)]/.test(version) ? undefined : { operator, text: version, version: undefined };
  const parts = ((isEqual && WILDCARD.exec(version)) || VERSION.exec(version))?.groups;
  const isWellFormed = parts && (isEqual || !parts['local']) && (operator !== '~=' || parts['release']?.includes('.'));
  return isWellFormed ? { operator, text: version, version: versionOf(parts) } : undefined;
}

function meets(text: string, version: Version | undefined, { operator, text: wantedText, version: wanted }: Specifier): boolean {
  if (!wanted) return text.toLowerCase() === wantedText.toLowerCase();
  if (!version) return false;
  // A specifier without a local version means every build of that version.
  const built = wanted.local ? version : { ...version, local: '' };
  const isEqual = () => (wantedText.endsWith('.*') ? startsWith(version, wanted, wanted.release.length) : compare(built, wanted) === 0);
  switch (operator) {
    case '==':
      return isEqual();
    case '!=':
      return !isEqual();
    case '<=':
      return compare(built, wanted) <= 0;
    case '>=':
      return compare(built, wanted) >= 0;
    case '<':
      return compare(version, firstOf(wanted)) < 0;
    case '>':
      return compare(built, wanted) > 0 && !isPostReleaseOf(version, wanted);
    default:
      return compare(built, wanted) >= 0 && startsWith(version, wanted, wanted.release.length - 1);
  }
}

/** `<3.14` leaves the pre-releases of 3.14 out, `<3.14rc2` means them. */
function firstOf(version: Version): Version {
  const [stage, pre, post, dev] = version.suffix;
  if (dev !== NO_DEV || stage !== FINAL) return version;
  return { ...version, suffix: [post === NO_POST ? BEFORE_STAGES : FINAL, pre, post, 0] };
}

/** `>3.13` leaves the post-releases of 3.13 out, unless it names one. */
function isPostReleaseOf(version: Version, wanted: Version): boolean {
  const [stage, pre, post, dev] = wanted.suffix;
  const isNamed = post !== NO_POST || dev !== NO_DEV;
  const isSame = startsWith(version, wanted, Math.max(version.release.length, wanted.release.length));
  return !isNamed && isSame && version.suffix[0] === stage && version.suffix[1] === pre;
}

function startsWith(version: Version, wanted: Version, length: number): boolean {
  return version.epoch === wanted.epoch && compareParts(version.release.slice(0, length), wanted.release.slice(0, length)) === 0;
}

function compare(a: Version, b: Version): number {
  return (
    order(a.epoch, b.epoch) || compareParts(a.release, b.release) || compareParts(a.suffix, b.suffix) || compareLocals(a.local, b.local)
  );
}

function compareParts(a: readonly number[], b: readonly number[]): number {
  const length = Math.max(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const found = order(a[at] ?? 0, b[at] ?? 0);
    if (found !== 0) return found;
  }
  return 0;
}

/** Part by part: numbers come after words, words after nothing. */
function compareLocals(a: string, b: string): number {
  const [left, right] = [a.split(/[-_.]/), b.split(/[-_.]/)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [one, other] = [left[at] ?? '', right[at] ?? ''];
    const found = order(rank(one), rank(other)) || (rank(one) === 2 ? order(Number(one), Number(other)) : order(one, other));
    if (found !== 0) return found;
  }
  return 0;
}

function rank(part: string): number {
  return part === '' ? 0 : /^\d+$/.test(part) ? 2 : 1;
}

function order<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
