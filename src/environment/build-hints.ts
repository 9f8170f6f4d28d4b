/** The advice where a package had to be built and could not be. Owns what a build lacks: a compiler, a header, a library, a program, a module. */

import { firstGroup, type HintRule } from './hint-rule';
import { packageOfImport, systemPackage } from './package-names';

const UNKNOWN = 'a package';

/** The package whose build failed; the lines that tell it may be gone. */
function buildIn(output: string): string {
  const found =
    /Failed building wheel for ([\w.-]+)|Failed to (?:download and )?build:? '?([\w.-]+)/.exec(output) ??
    /(?:Collecting ([\w.-]+)|Processing (\.{0,2}\/\S+))(?!.*(?:Collecting|Processing \.{0,2}\/))/.exec(output);
  return (found && firstGroup(found)) ?? UNKNOWN;
}

function capitalised(text: string): string {
  return text === UNKNOWN ? 'A package' : text;
}

/** Nearly always the shorter way: somebody else has compiled it. */
function readyBuild(output: string): string {
  return `Or ask for a version of ${buildIn(output)} that has a ready build (a wheel) for this Python, or use an older Python: the newest has few at first`;
}

function lacks(output: string, what: string, mend: string): string {
  return `The build of ${buildIn(output)} lacks ${what}: ${mend}. ${readyBuild(output)}.`;
}

function libraryMend(name: string): string {
  const known = systemPackage(name);
  return known
    ? `install it (Debian and Ubuntu: apt install ${known})`
    : `install the package of the system that brings it for development (on Debian and Ubuntu its name ends in -dev, on Fedora in -devel)`;
}

const COMPILERS = {
  windows:
    'install the Build Tools for Visual Studio with "Desktop development with C++" (https://visualstudio.microsoft.com/visual-cpp-build-tools/)',
  macos: 'run xcode-select --install',
  linux: 'install one (Debian and Ubuntu: apt install build-essential; Fedora: dnf install gcc gcc-c++; Alpine: apk add build-base)',
};

const COMPILER = '(?:[\\w./-]*[-/])?(?:gcc|g\\+\\+|cc|c\\+\\+|clang|clang\\+\\+|cl\\.exe|gfortran)(?:-\\d+)?';

function compilerMend(found: string): string {
  if (/Visual C\+\+|vcvarsall|cl\.exe|\['cl'\]/.test(found)) return COMPILERS.windows;
  return /xcrun|xcode/.test(found) ? COMPILERS.macos : COMPILERS.linux;
}

function programMend(name: string): string {
  if (/^(?:cargo|rustc|Rust|Cargo)/.test(name)) return 'install it from https://rustup.rs';
  return libraryMend(name.toLowerCase());
}

/** What Python itself no longer has, and since which version. */
const REMOVED = new Map([
  ...['distutils', 'imp', 'asynchat', 'asyncore', 'smtpd'].map((name) => [name, '3.12'] as const),
  ...['ImpImporter', 'SafeConfigParser', 'readfp'].map((name) => [name, '3.12'] as const),
  ...'lib2to3 cgi cgitb crypt imghdr nntplib pipes sndhdr telnetlib uu xdrlib'.split(' ').map((name) => [name, '3.13'] as const),
]);

/** Ends that name what is missing. */
export const BUILD_RULES: readonly HintRule[] = [
  {
    pattern: new RegExp(
      [
        `No such file or directory: '${COMPILER}'`,
        `command '${COMPILER}' failed: No such file`,
        `unable to execute '${COMPILER}'`,
        "cannot execute 'cc1",
        'Unknown compiler\\(s\\): .{0,80}',
        'Microsoft Visual C\\+\\+ [\\d.]+ or greater is required',
        'vcvarsall\\.bat',
        'xcrun: error',
        'No CMAKE_C(?:XX)?_COMPILER could be found',
      ].join('|'),
    ),
    hint: ([found], output) => lacks(output, 'a compiler for C', compilerMend(found)),
  },
  {
    pattern: /(?:fatal error:|include file:) '?Python\.h'?/,
    hint: (_, output) => {
      const version = /include\/python(3\.\d+)/.exec(output)?.[1] ?? '3';
      return lacks(output, "Python's own header files (Python.h)", `install them (Debian and Ubuntu: apt install python${version}-dev)`);
    },
  },
  {
    pattern: /fatal error: '?([\w./+-]+\.(?:h|hpp|hh))'?(?: file not found|: No such file)|Cannot open include file: '([^']+)'/,
    hint: (found, output) => lacks(output, `the header file ${firstGroup(found)}`, libraryMend(firstGroup(found) ?? '')),
  },
  {
    pattern: /ld: cannot find -l([\w.+-]+)|ld: library (?:not found for -l|')([\w.+-]+)|cannot open input file '([^']+)\.lib'/,
    hint: (found, output) => lacks(output, `the library ${firstGroup(found)}`, libraryMend(firstGroup(found) ?? '')),
  },
  {
    pattern: /No module named 'distutils\.msvccompiler'/,
    hint: (_, output) => `This version of ${buildIn(output)} is too old for today's build tools: ask for a newer version of it.`,
  },
  {
    pattern: new RegExp(`(?:No module named|has no attribute) '(${[...REMOVED.keys()].join('|')})(?:\\.\\w+)*'`),
    hint: ([, name = ''], output) => {
      const version = REMOVED.get(name) ?? '';
      const last = `3.${Number(version.slice(2)) - 1}`;
      return `This version of ${buildIn(output)} is too old for this Python: its build uses ${name}, which Python ${version} no longer has. Ask for a newer version of it, or use Python ${last} (option python or SYNAPSE_PYTHON).`;
    },
  },
  {
    pattern:
      /err_filename\)[ ^~]* FileNotFoundError: \[Errno 2\] No such file or directory: '([^']+)'|([\w-]+) executable not found|find (Rust) compiler|(Cargo), the Rust package manager, is not installed|(CMake) (?:must be|is not) installed/,
    hint: (found, output) => {
      const name = firstGroup(found) ?? '';
      const other = /please install the PyPI '([^']+)' package instead/.exec(output)?.[1];
      return `${lacks(output, `the program ${name}`, programMend(name))}${other ? ` Or require ${other} in its place.` : ''}`;
    },
  },
  {
    pattern:
      /Package '?([\w.+-]+?)'? was not found in the pkg-config|No package '([^']+)' found|Dependency "([^"]+)" not found|pkg-config --exists ([\w.+-]+)' returned|Could NOT find (\w+) \(missing|headers or library files could not be found for (\w+)/,
    hint: (found, output) => lacks(output, `the library ${firstGroup(found)}`, libraryMend(firstGroup(found) ?? '')),
  },
  {
    pattern: /ModuleNotFoundError: No module named '([\w.]+)'/,
    hint: ([, name], output) =>
      `The build of ${buildIn(output)} imports ${name} and does not ask for it: take a newer version of it, where that is mostly mended, or one that has a ready build (a wheel) for this Python.`,
  },
];

/** What builds a package is itself fetched from the index. */
export const BUILD_TOOLS_RULE: HintRule = {
  pattern:
    /Failed to (?:resolve|install) requirements from 'build-system\.requires'|install(?:ing)? build dependencies(?: for \S+)? did not run successfully/,
  hint: (_, output) => {
    const found = /No solution found when resolving: '([^']+)'|satisfies the requirement (\S+)/.exec(output);
    const tool = (found && firstGroup(found)) ?? 'what its build needs';
    return `${capitalised(buildIn(output))} has no ready build (a wheel) for this Python, and ${tool}, which its build needs, cannot be had: add its wheel, or that of ${tool}, to where packages are taken from.`;
  },
};

/** Every other end of a build. */
export const BUILD_FAILED_RULE: HintRule = {
  pattern: /Failed building wheel|Failed to build|build backend returned an error|subprocess-exited-with-error|metadata-generation-failed/i,
  hint: (_, output) => {
    const name = buildIn(output);
    const right = packageOfImport(name);
    if (right) return `${name} is the name to import; the package to install is called ${right}: write that in the requirements.`;
    return `${capitalised(name)} has no ready build (a wheel) for this Python, and building it here failed, for the reason above. Ask for a version of it that has one, or use another Python (option python or SYNAPSE_PYTHON).`;
  },
};
