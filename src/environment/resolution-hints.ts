/** The advice where no set of packages fulfils the requirements. Owns how the names, the versions and the Pythons are read from the output. */

import { firstGroup, type HintRule } from './hint-rule';
import { isStandardLibrary, packageOfImport } from './package-names';

const ANOTHER_PYTHON = 'make the environment with such a Python (option python or SYNAPSE_PYTHON)';

interface Demand {
  readonly who: string;
  readonly name: string;
  readonly versions: string;
}

function demand(who: string, what: string): Demand {
  const [, name = what, versions = ''] = /^([\w.-]+)(?:\[[^\]]*\])?(.*?)[,.;]?$/.exec(what) ?? [];
  return { who, name, versions };
}

const VERSIONS = '[<>=!~][^\\s,]*(?:,[<>=!~][^\\s,]*)*';
const DEPENDS = new RegExp(
  `(?:all versions of )?([\\w.-]+(?:==\\S+| \\d[^\\s]*)?) depends? on ([\\w.-]+(?:\\[[^\\]]*\\])?(?:${VERSIONS})?(?: and [<>=!~]\\S+)*)`,
  'g',
);
const REQUIRES = /you require (\S+(?: and \S+)*)|The user requested (?:\(constraint\) )?(\S+(?: and [<>=!~]\S+)*)/g;

function demandsIn(output: string): Demand[] {
  const others = [...output.matchAll(DEPENDS)].map(([, who = '', what = '']) => demand(who, what));
  const own = [...output.matchAll(REQUIRES)].flatMap(([, several, one]) =>
    (one === undefined ? (several ?? '').split(' and ') : [one]).map((what) => demand('the requirements', what)),
  );
  return [...others, ...own].filter(({ name, versions }) => versions !== '' && name !== 'Python');
}

/** The first two that want different versions of one package. */
function opponentsIn(output: string): [Demand, Demand] | undefined {
  const demands = demandsIn(output);
  for (const one of demands) {
    const other = demands.find(({ name, versions }) => name === one.name && versions !== one.versions);
    if (other) return [one, other];
  }
  return undefined;
}

function conflictHint(output: string): string | undefined {
  const opponents = opponentsIn(output);
  if (!opponents) return undefined;
  const [one, other] = opponents.map(({ who, name, versions }) => `${name}${versions} (asked for by ${who})`);
  return `${one} and ${other} exclude each other: loosen the versions that the requirements name, or ask for another version of what brings them.`;
}

function otherPythonHint(what: string, python: string, here: string | undefined): string {
  const isTooOld = !/>|3\.(?:9|\d\d)/.test(python) && /\b(?:2\.|3\.[0-8]\b)/.test(python);
  if (isTooOld) return `${what} is for Pythons that are out of use (${python}): ask for a newer version of it.`;
  return `${what} needs Python ${python}${here ? `, and this is ${here}` : ', and this is another'}: ${ANOTHER_PYTHON}, or ask for another version of it.`;
}

function otherSystemHint(name: string, systems: string): string {
  return `${name} is ready only ${systems}: ask for a version of it that is ready for this system too, or for another package.`;
}

/** Tags such as 'cp39', 'cp310'. */
function pythonsOf(tags: string): string {
  const versions = [...tags.matchAll(/cp(\d)(\d+)/g)].map(([, major, minor]) => `${major}.${minor}`);
  return [...new Set(versions)].join(' or ') || tags;
}

interface Missing {
  readonly name: string;
  /** The package that needs it, unless the requirements do. */
  readonly parent: string | undefined;
  /** Where it was looked for, and what else may be the cause. */
  readonly where: string;
  readonly more?: string;
}

function missingHint({ name, parent, where, more = '' }: Missing): string {
  if (parent)
    return `${name}, which ${parent} needs, does not exist ${where}: ask for another version of ${parent}, or add it there.${more}`;
  if (isStandardLibrary(name)) return `${name} is part of Python itself: remove the line from the requirements.`;
  const right = packageOfImport(name);
  if (right) return `${name} is the name to import; the package to install is called ${right}: write that in the requirements.`;
  return `${name} does not exist ${where}: check its spelling (the name to install is not always the name to import).${more}`;
}

function parentIn(output: string, name: string): string | undefined {
  return [...output.matchAll(DEPENDS)].find(([, , what = '']) => demand('', what).name === name)?.[1];
}

function versionHint(name: string, wanted: string, available: readonly string[], parent: string | undefined): string {
  const newest = available.at(-1);
  const shown = available.slice(-3).join(', ');
  const known = newest ? ` (known: ${available.length > 3 ? `… ${shown}` : shown})` : '';
  const start = `There is no version ${wanted} of ${name}${parent ? `, which ${parent} needs` : ''}${known}`;
  if (wanted.includes('+')) {
    return `${start}: versions with a + come from an index of their own, such as --extra-index-url https://download.pytorch.org/whl/cpu for torch.`;
  }
  if (newest && /\d(?:a|b|rc|\.dev)\d/.test(newest)) {
    return `${start}: a pre-release is only taken if the requirements name one, as ${name}>=${newest} does.`;
  }
  return `${start}: ask for one that exists.`;
}

/** Entries such as '3.0 Requires-Python >=3.14', which pip tells besides whatever it failed for. */
function ignoredFor(output: string, wanted: string, isEmpty: boolean): readonly [version: string, python: string] | undefined {
  const list = /require a different python version: (.*?) ERROR:/.exec(output)?.[1];
  if (list === undefined) return undefined;
  const entries = [...list.matchAll(/(\S+) Requires-Python ([^;]+)/g)].map(([, version = '', python = '']) => [version, python] as const);
  const pinned = /^==([^,*]+)$/.exec(wanted)?.[1];
  if (pinned !== undefined && !isEmpty) return entries.find(([version]) => version === pinned);
  return entries.at(-1);
}

/** pip says the same of an unknown name, of a version that does not exist, of an index that refuses, and of builds for others only. */
function pipHint([, name = '', wanted = '', from, versions = '']: RegExpExecArray, output: string): string {
  const parent = from?.startsWith('-') ? undefined : from?.split('->')[0];
  const available = versions === 'none' ? [] : versions.split(', ');
  const ignored = ignoredFor(output, wanted, available.length === 0);
  if (ignored) return otherPythonHint(`${name} ${ignored[0]}`, ignored[1], undefined);
  if (available.length > 0) return versionHint(name, wanted, available, parent);
  const index = /Looking in indexes: (\S+?),? /.exec(output)?.[1];
  const links = /Looking in links: (\S+?),? /.exec(output)?.[1];
  const places = links
    ? `where pip looked (${links}, and ${index ?? 'the index'} unless --no-index)`
    : `in ${index ?? 'the package index'}`;
  const where = `${places}, or has no build for this Python and system`;
  const more = index ? ' pip says the same when the index wants a login or is out of order: open its address in a browser.' : '';
  return missingHint({ name, parent, where, more });
}

export const RESOLUTION_RULES: readonly HintRule[] = [
  {
    pattern:
      /Metadata for '([^']+)' \(\S+\) could not be parsed|Ignoring version \S+ of (\S+) since it has invalid metadata|InvalidRequirement: /,
    hint: (found) =>
      `What ${firstGroup(found) ?? 'a package'} says of itself cannot be read, as of packages that are old or made by hand: ask for another version of it.`,
  },
  {
    pattern: /requested interpreter resolved to Python (\S+), which is incompatible with the (\S+?)'s Python requirement: '([^']+)'/,
    hint: ([, here, what = '', python]) =>
      `${what === 'project' ? 'pyproject.toml' : what.replace(/'/g, '')} asks for Python ${python}, and this is ${here}: ${ANOTHER_PYTHON}, or change requires-python there.`,
  },
  {
    pattern: /Package '([^']+)' requires a different Python: (\S+) not in '([^']+)'/,
    hint: ([, name = '', here, python = '']) => otherPythonHint(name, python, here),
  },
  {
    pattern:
      /CPython (\S+) \('\w+'\), but (?:we only found wheels for )?'([^']+)' .{0,60}Python (?:ABI|version) tags?: ((?:'\w+'(?:, )?)+)/,
    hint: ([, here, name = '', tags = '']) => otherPythonHint(`The ready build of ${name}`, pythonsOf(tags), here),
  },
  {
    pattern: /'([^']+)' .{0,60}following platforms?: ((?:'\w+'(?:, )?)+)/,
    hint: ([, name = '', systems = '']) => otherSystemHint(name, `for ${systems.replace(/'/g, '')}`),
  },
  {
    pattern:
      /([\w.-]+)==\S+ has no wheels with a matching platform tag|(\S+\.whl) is not a supported wheel|A path \((\S+)\) dependency is incompatible/,
    hint: (found) => otherSystemHint(firstGroup(found) ?? 'A package', 'for other systems or other versions of Python'),
  },
  {
    pattern: /([\w.-]+)==(\S+) has no wheels with a matching Python/,
    hint: ([, name, version]) =>
      `${name} ${version} has ready builds only for other versions of Python: ${ANOTHER_PYTHON}, or ask for another version of it.`,
  },
  {
    pattern: /current Python version \(([^)]+)\) does not satisfy/,
    hint: ([, here], output) => {
      const [, who, what = ''] = [...output.matchAll(DEPENDS)].find(([, , target = '']) => /^Python[<>=!~]/.test(target)) ?? [];
      if (!who) return `A package needs another Python than ${here}: ${ANOTHER_PYTHON}.`;
      return otherPythonHint(who.replace('==', ' '), what.replace(/^Python/, '').replace(/[,.]$/, ''), here);
    },
  },
  {
    pattern: /'([^']+)' was found on (\S+), but not at the requested version/,
    hint: ([, name, index]) =>
      `uv takes ${name} only from the first index that has it, ${index}, and the version asked for is on another: name that index first, or set UV_INDEX_STRATEGY=unsafe-best-match if all of them are trusted alike.`,
  },
  {
    pattern: /Wheels are required for '([^']+)' because building from source is disabled/,
    hint: ([, name]) =>
      `${name} has no ready build (wheel) for this Python, and building is forbidden (--only-binary): allow it for this package with --no-binary, or ask for a version that has one.`,
  },
  { pattern: /No solution found/, hint: (_, output) => conflictHint(output) },
  {
    pattern: /ResolutionImpossible|conflicting dependencies/,
    hint: (_, output) => conflictHint(output) ?? 'Two requirements exclude each other (see above): loosen the version of one of them.',
  },
  {
    pattern: /(\S+) was not found in the (package registry|provided package locations)/,
    hint: ([, name = '', place = ''], output) => {
      const parent = parentIn(output, name);
      if (place.startsWith('package')) return missingHint({ name, parent, where: 'in the package index' });
      const mend = ' No index is asked here (--no-index or the wheelhouse option): add its wheel to that folder.';
      return missingHint({ name, parent, where: 'in the folder of wheels', more: mend });
    },
  },
  {
    pattern: /there are no versions of (\S+)/,
    hint: ([, name]) =>
      `The package index knows ${name} and offers no file of it: check its spelling, and open the address of the index in a browser to see whether it answers as an index does.`,
  },
  {
    pattern: /there is no version of ([\w.-]+(?:\[[^\]]*\])?)(\S+)/,
    hint: ([, name = '', wanted = ''], output) => versionHint(name, wanted, [], parentIn(output, name)),
  },
  {
    pattern: /only ([\w.-]+)<=(\S+) is available and .{0,200}?(?:require|depends? on) \1(\S+?),? /,
    hint: ([, name = '', newest = '', wanted = ''], output) => versionHint(name, wanted, [newest], parentIn(output, name)),
  },
  {
    pattern: /only the following versions of ([\w.-]+) are available: (.{0,2000}?) and .{0,200}?(?:require|depends? on) \1(\S+?),? /,
    hint: ([, name = '', list = '', wanted = ''], output) =>
      versionHint(
        name,
        wanted,
        [...list.matchAll(/[<>=]=(\S+)/g)].map(([, version = '']) => version),
        parentIn(output, name),
      ),
  },
  {
    pattern: /satisfies the requirement ([\w.-]+(?:\[[^\]]*\])?)(\S*)(?: \(from (.*?)\))? \(from versions: (.*?)\)/,
    hint: pipHint,
  },
  {
    pattern: /No matching distribution found for (\S+)/,
    hint: ([, name]) => `${name} does not exist in this form: check its spelling and its version.`,
  },
  {
    pattern: /No solution found/,
    hint: 'No versions of the packages fulfil all requirements together, for the reasons above: loosen the versions that the requirements name.',
  },
];
