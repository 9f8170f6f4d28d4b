/** From what installers print to what helps. Owns the order of the rules, and those on the machine, the requirement files and git. */

import { BUILD_FAILED_RULE, BUILD_RULES, BUILD_TOOLS_RULE } from './build-hints';
import { firstGroup, type HintRule } from './hint-rule';
import { NETWORK_RULES } from './network-hints';
import { RESOLUTION_RULES } from './resolution-hints';

const UV_INSTEAD = 'or install uv, which does not need them';

/** A refusal by the operating system, with the place it is about: before (uv), after (pip) or after the system call (Node). */
function refusal(words: string): RegExp {
  return new RegExp(`(?:'([^']+)': )?(?:E[A-Z]+: )?(?:${words})(?: \\(os error \\d+\\))?(?:: '([^']+)'|, \\w+ '([^']+)')?`, 'i');
}

const STORAGE_RULES: readonly HintRule[] = [
  {
    pattern: /(?:([/\\][^\s':]*)'?: )?(?:No space left on device|not enough space on the disk)|ENOSPC/i,
    hint: ([, place]) =>
      `The disk is full${place ? ` (at ${place})` : ''}: make room and run it again. The cache of uv and temporary files may lie on another disk (UV_CACHE_DIR, TMPDIR).`,
  },
  {
    pattern: /File name too long|ENAMETOOLONG|filename or extension is too long|Windows Long Path support/i,
    hint: 'A path became longer than the system allows: move the module, or the environment with the venv option, to a shorter path; on Windows, or enable long paths there.',
  },
  {
    pattern: /Failed to initialize cache at '([^']+)'/i,
    hint: ([, place]) =>
      `uv cannot write its cache in ${place}: set UV_CACHE_DIR to a folder that this user can write, such as one in the temporary folder.`,
  },
  {
    pattern: refusal('Read-only file system'),
    hint: (found) =>
      `${firstGroup(found) ?? 'What is to be written'} is on a read-only file system: make the environment beforehand, such as when the image is built, or name another place with the venv option.`,
  },
  {
    pattern: /used by another process|WinError 32|Text file busy/i,
    hint: 'A program that runs from the environment holds one of its files: end it, such as the workers of another program, and run it again.',
  },
];

const PERMISSION_RULE: HintRule = {
  pattern: refusal('Permission denied|Operation not permitted|Access is denied\\.?'),
  hint: (found) =>
    `This user cannot write ${firstGroup(found) ?? 'there'}: prepare the environment beforehand as a user who can, or name another place with the venv option.`,
};

const PYTHON_RULES: readonly HintRule[] = [
  {
    pattern: /contains the PATH separator/i,
    hint: 'The path of the environment has a colon in it, which no PATH can hold: name another place with the venv option.',
  },
  {
    pattern: /externally[- ]managed/i,
    hint: "The packages would go into the operating system's own Python, which forbids that: let the venv option name an environment or an empty place (or leave it out), not a Python installation.",
  },
  {
    pattern: /apt install (python[\d.]*-venv)|'-m', 'ensurepip'|: No module named (?:venv|ensurepip)\b/,
    hint: ([, name = 'python3-venv']) =>
      `This Python lacks the parts that make environments (Debian and Ubuntu ship them apart): run apt install ${name}, ${UV_INSTEAD}.`,
  },
  {
    pattern: /: No module named pip\b/,
    hint: `This Python has no pip: install it (Debian and Ubuntu: apt install python3-pip python3-venv), ${UV_INSTEAD}.`,
  },
  {
    pattern: /ssl module (?:in Python )?is not available/i,
    hint: 'This Python was built without TLS and reaches no package index: use another one (option python or SYNAPSE_PYTHON), or install uv, which brings its own.',
  },
];

const GIT_FAILED = 'see its words above, and try the address by hand with git ls-remote';

const GIT_RULES: readonly HintRule[] = [
  {
    pattern: /Git executable not found|Cannot find command 'git'|cannot find binary path/i,
    hint: 'A requirement is fetched with git, and there is no git on PATH: install git, or name a released version of the package in place of its git address.',
  },
  {
    pattern:
      /could not read (?:Username|Password) for '([^']+)'|Authentication failed for '([^']+)'|unable to access '([^']+)': The requested URL returned error: 40[13]|Permission denied \(publickey|Host key verification failed/,
    hint: (found) =>
      `git is asked for a login${firstGroup(found) ? ` by ${firstGroup(found)}` : ''}, and nobody is there to answer: check the address of the requirement, and give git the key or the token in its own configuration.`,
  },
  {
    pattern: /unable to access '([^']+)'|ssh: connect to host ([^\s:]+)|ssh: Could not resolve hostname ([^\s:]+)/,
    hint: (found) => `git does not reach ${firstGroup(found)}: ${GIT_FAILED}.`,
  },
  {
    pattern: /failed to fetch (?:branch or tag|branch|tag|commit|reference) '([^']+)'|pathspec '([^']+)' did not match/,
    hint: (found) =>
      `The git repository of a requirement has no branch, tag or commit ${firstGroup(found)}: correct what follows the @ in its address.`,
  },
  { pattern: /Git operation failed|git clone .*did not run successfully/, hint: `git could not fetch a requirement: ${GIT_FAILED}.` },
];

const GRAMMAR = "a line names one package and, if wanted, its versions: six==1.16.0 or six>=1.16,<2 (npm's six@1.16.0 and six@^1.16.0)";

const FILE_RULES: readonly HintRule[] = [
  {
    pattern:
      /Distribution not found at: (?:file:\/\/)?(\S+)|It looks like a path\. File '([^']+)' does not exist|Requirement '([^']+)' looks like a filename, but|ERROR: (\S+) is not a valid editable requirement|Processing (\S+) (?:.*)No such file or directory: '\5'/,
    hint: (found) => {
      const path = firstGroup(found) ?? '';
      if (/(?:^|[\\/@])[\^~]?\d[\w.]*$/.test(path)) return `A version of the requirements is not written as Python writes it: ${GRAMMAR}.`;
      return `The requirements name ${path}, and it is not there: a path starts at the directory of the module.`;
    },
  },
  {
    pattern: /'?(?:file:\/\/)?([^\s']+)'? (?:\(from .*?\(line \d+\)\) )?(?:is not installable|does not appear to be a Python project)/,
    hint: ([, path]) =>
      `${path} holds no Python package (there is no pyproject.toml in it): correct the path. Code that merely lies beside the module needs no requirement to be imported.`,
  },
  {
    pattern:
      /Could not open (?:requirements|constraint) file: .*?'([^']+)'|Error parsing included file .*?failed to read from file '([^']+)'|File not found: '([^']+)'/,
    hint: (found) => `The requirements include the file ${firstGroup(found)}, and it cannot be read: correct its name, or add it.`,
  },
  {
    pattern:
      /Location '([^']+)' is ignored: it is either a non-existing path.*No matching distribution|Invalid URL in \S+ at position \d+: (\S+) (?:cause|Caused by): relative URL/,
    hint: (found) =>
      `The folder ${firstGroup(found)}, which --find-links names, is not there: a path starts at the directory of the module.`,
  },
  {
    pattern: /The lockfile at '([^']+)' (needs to be updated|uses an unsupported schema version)|Unable to find lockfile at '([^']+)'/i,
    hint: ([, path, why = '', missing]) => {
      if (missing) return `There is no ${missing} for pyproject.toml: run uv lock in the directory of the module.`;
      return why.startsWith('uses')
        ? `${path} was written by a newer uv than this one: update uv, or write the lockfile anew with this one (uv lock).`
        : `${path} does not belong to pyproject.toml as it is now: run uv lock in the directory of the module.`;
    },
  },
  {
    pattern: /TOML parse error at line (\d+)|TOMLDecodeError: .*?\(at line (\d+)/,
    hint: (found, output) =>
      `Line ${firstGroup(found)} of ${/parse:? '?([\w./\\-]+\.(?:toml|lock))/.exec(output)?.[1] ?? 'pyproject.toml'} is not as it must be: correct it, as the lines above show.`,
  },
  {
    pattern:
      /Invalid requirement: (?<option>-\S+).*no such option|Invalid requirement: '(?<line>.*?)'(?=:| \(from|$)|Couldn't parse requirement in '(?<file>[^']+)'|Unexpected '.', expected .*?: (?<place>\S+:\d+:\d+)|Invalid URL '(?<version>[^']*)': No scheme/,
    hint: ({ groups: { option, line, file, place, version } = {} }) => {
      if (option) return `The requirements hold the option ${option}, which is none of requirement files: remove it.`;
      const what = line ?? (version && `@ ${version}`);
      return `${what ? `"${what}"` : (place ?? `A line of ${file ?? 'the requirements'}`)} is not understood: ${GRAMMAR}.`;
    },
  },
];

const HASH_RULES: readonly HintRule[] = [
  {
    pattern: /Hash mismatch for '([^']+)'|DO NOT MATCH THE HASHES.*?tampered with them\. (\S+)|do not match the hashes/i,
    hint: (found) =>
      `The file of ${firstGroup(found) ?? 'a package'} is not the one whose hash the requirements name. If its version was changed, write the new hash; if not, find out who changed the file before anything is installed.`,
  },
  {
    pattern:
      /(?:none were provided for:|with '==', but found:|no trusted hash was provided for:|These do not:|hash version control repositories:|turns on automatically when any package has a hash\.\)) '?([^\s'@]+)/,
    hint: ([, name]) =>
      `Where hashes are checked, every package needs a pinned version (==) and its hash, also those that others need; ${name} lacks one. uv pip compile --generate-hashes writes the complete list.`,
  },
];

/**
 * The first rule that fits gives the advice, so specific ends come first: pip tells of a package without versions also when the index
 * cannot be reached, and of a failed build whatever failed in it.
 */
export const RULES: readonly HintRule[] = [
  ...STORAGE_RULES,
  ...PYTHON_RULES,
  ...GIT_RULES,
  PERMISSION_RULE,
  ...FILE_RULES,
  ...HASH_RULES,
  ...BUILD_RULES,
  ...NETWORK_RULES,
  BUILD_TOOLS_RULE,
  ...RESOLUTION_RULES,
  BUILD_FAILED_RULE,
];
