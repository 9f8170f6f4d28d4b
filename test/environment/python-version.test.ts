import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { compareVersions, isSpecifier, satisfies } from '../../src/environment/python-version';

const PYTHON_FOLDER = join(__dirname, '..', '..', 'python', '.venv');
const PYTHON = process.platform === 'win32' ? join(PYTHON_FOLDER, 'Scripts', 'python.exe') : join(PYTHON_FOLDER, 'bin', 'python');
/** Gives, for each pair of a version and specifiers, whether the one satisfies the other; null if the specifiers are ill formed. */
const JUDGE = [
  'import json, sys',
  'from packaging.specifiers import InvalidSpecifier, SpecifierSet',
  'from packaging.version import Version',
  'def judge(version, specifiers):',
  '    try: return SpecifierSet(specifiers).contains(version, prereleases=True)',
  '    except InvalidSpecifier: return None',
  'def compare(a, b): return (Version(a) > Version(b)) - (Version(a) < Version(b))',
  'task = json.load(sys.stdin)',
  'json.dump([{"judge": judge, "compare": compare}[task["name"]](*pair) for pair in task["pairs"]], sys.stdout)',
].join('\n');
const PAIRS = 4000;

/** Asks Python's `packaging` about all pairs at once. */
async function ask<T>(name: 'judge' | 'compare', pairs: readonly (readonly [string, string])[]): Promise<T[]> {
  const { stdout } = await execa(PYTHON, ['-I', '-c', JUDGE], { input: JSON.stringify({ name, pairs }) });
  return JSON.parse(stdout);
}

/** Few and small numbers, so that versions often meet. */
const number = fc.constantFrom('0', '1', '2', '3', '10', '11', '011');
const numberOrNone = fc.option(number, { nil: '' });
const separator = fc.constantFrom('', '', '.', '-', '_');
const blank = fc.constantFrom('', '', ' ', '\t');
const joined = (...texts: fc.Arbitrary<string>[]) => fc.tuple(...texts).map((parts) => parts.join(''));
const rarely = (text: fc.Arbitrary<string>) => fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: text });
const label = (...names: string[]) => joined(separator, fc.constantFrom(...names), separator, numberOrNone);
const list = (of: fc.Arbitrary<string>, between: string, maxLength: number) =>
  fc.array(of, { minLength: 1, maxLength }).map((parts) => parts.join(between));

const release = joined(rarely(fc.constantFrom('v', '0!', '1!')), list(number, '.', 4));
const suffix = joined(
  rarely(label('a', 'alpha', 'b', 'beta', 'c', 'rc', 'RC', 'pre', 'preview')),
  rarely(fc.oneof(label('post', 'rev', 'r'), joined(fc.constant('-'), number))),
  rarely(label('dev')),
);
const local = joined(fc.constant('+'), list(fc.constantFrom('1', '2', '11', 'a', 'B', 'ab'), '.', 3));

/** Versions near a release: most are of it, with or without a suffix. */
const near = (common: string) =>
  joined(fc.oneof({ weight: 3, arbitrary: fc.constant(common) }, { weight: 1, arbitrary: release }), rarely(fc.constant('.0')), suffix);
const versionNear = (common: string) => joined(near(common), rarely(local));
const specifierNear = (common: string) =>
  fc.oneof(
    { weight: 3, arbitrary: joined(blank, fc.constantFrom('>=', '<=', '<', '>', '==', '!=', '~='), blank, near(common), blank) },
    { weight: 1, arbitrary: joined(fc.constantFrom('==', '!='), blank, fc.oneof(fc.constant(common), release), fc.constant('.*')) },
    { weight: 1, arbitrary: joined(fc.constantFrom('==', '!=', '==='), blank, versionNear(common)) },
  );
const specifiersNear = (common: string) => fc.array(specifierNear(common), { maxLength: 3 }).map((parts) => parts.join(','));
const judged = release.chain((common) => fc.tuple(versionNear(common), specifiersNear(common)));
const compared = release.chain((common) => fc.tuple(versionNear(common), versionNear(common)));
/** Well formed and not, as a slip of the hand makes it. */
const slip = fc
  .tuple(release.chain(specifiersNear), fc.nat({ max: 30 }), fc.constantFrom('', ',', '*', '.', '=', '<', ';', ' ', '+', 'x', '-', '!'))
  .map(([text, at, char]) => text.slice(0, at) + char + text.slice(at + 1));

it('judges versions as the packaging library does', async () => {
  const pairs = fc.sample(judged, PAIRS);
  const expected = await ask<boolean | null>('judge', pairs);
  const differing = pairs.filter(([each, wanted], at) => satisfies(each, wanted) !== (expected[at] ?? false));
  expect(differing).toEqual([]);
  expect(new Set(expected)).toEqual(new Set([true, false, null]));
});

it('knows well formed specifiers as the packaging library does', async () => {
  const pairs = fc.sample(slip, PAIRS).map((text) => ['3.11', text] as const);
  const expected = await ask<boolean | null>('judge', pairs);
  expect(pairs.filter(([, text], at) => isSpecifier(text) !== (expected[at] !== null))).toEqual([]);
});

it('orders versions as the packaging library does', async () => {
  const pairs = fc.sample(compared, PAIRS);
  const expected = await ask<number>('compare', pairs);
  expect(pairs.filter(([a, b], at) => Math.sign(compareVersions(a, b)) !== expected[at])).toEqual([]);
});

it.each([
  ['3.11.7', '>=3.9', true],
  ['3.11.7', '>=3.9, <3.11', false],
  ['3.11', '==3.11.0', true],
  ['3.11.7', '==3.11.*', true],
  ['3.11.7', '~=3.9', true],
  ['3.11.7', '~=3.9.0', false],
  ['3.14.0rc1', '>=3.13', true],
  ['3.14.0rc1', '>=3.14', false],
  ['3.14.0rc1', '<3.14', false],
  ['3.11.2+', '>=3.11.2', true],
  ['3.11.2+', '==3.11.2', true],
  ['3.11.2+', '<3.11.2', false],
  ['3.11.7', '', true],
  ['3.11.7', '>=three', false],
  ['no version', '>=3.9', false],
])('tells whether Python %s satisfies %p', (python, wanted, expected) => {
  expect(satisfies(python, wanted)).toBe(expected);
});

it('sorts what is no version before every version', () => {
  expect(['3.12.1', 'pypy', '3.9.18', '3.12.0rc1', '3.12'].sort(compareVersions)).toEqual([
    'pypy',
    '3.9.18',
    '3.12.0rc1',
    '3.12',
    '3.12.1',
  ]);
});

it('reads a long text in time that grows with its length alone', () => {
  const long = 1_000_000;
  for (const text of ['1'.repeat(long), '1.'.repeat(long), `1a${'1'.repeat(long)}`, `1+${'a.'.repeat(long)}`, '>=1,'.repeat(long / 4)]) {
    expect(satisfies(`${text}!`, `==${text}!`)).toBe(false);
  }
});
