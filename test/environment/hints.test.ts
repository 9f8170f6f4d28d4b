/**
 * The corpus in fixtures/installer-output is what uv 0.13 and pip 23 printed when they were made to fail in that way; a version after the
 * installer's name is another one's. A file is named `<end>[.<case>].<installer>.txt` and has the last 40 lines, which provisioning keeps.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hintFor } from '../../src/environment/hints';

const CORPUS = join(__dirname, '..', '..', 'fixtures', 'installer-output');
const FILES = readdirSync(CORPUS);

/** The row of an end is also that of its cases, unless they have their own. */
const EXPECTED: Record<string, RegExp> = {
  'bad-toml': /^Line 1 of pyproject\.toml is not as it must be/,
  'bad-toml.lock': /^Line 2 of uv\.lock is not as it must be/,
  'bad-metadata': /^What (oddmeta|a package) says of itself cannot be read/,
  'build-failed': /^raises has no ready build.*building it here failed/,
  'build-failed.code': /^badcode has no ready build.*building it here failed/,
  'build-failed.file': /^lacksfile has no ready build.*building it here failed/,
  'build-needs-module': /imports numpy and does not ask for it/,
  'build-tools-missing': /no ready build.*, and (setuptools|no-such-backend), which its build needs, cannot be had/,
  'cache-not-writable': /cannot write its cache in \/home\/user\/\.cache\/uv: set UV_CACHE_DIR/,
  'cache-not-writable.permission': /cannot write its cache in \/nonexistent\/\.cache\/uv: set UV_CACHE_DIR/,
  certificate: /index https:\/\/index\.example\S* shows a certificate that is not trusted.*SSL_CERT_FILE.*NODE_EXTRA_CA_CERTS/,
  'compiler-missing': /build of fastmath lacks a compiler for C.*apt install build-essential.*fastmath that has a ready build/,
  'compiler-missing.meson': /pycairo lacks a compiler for C.*apt install build-essential/,
  conflict: /alpha(<2|>=2) \(asked for by (beta|gamma).*\) and alpha(<2|>=2) \(asked for by (beta|gamma).*\) exclude each other/,
  'conflict.direct': /alpha==1\.0 \(asked for by the requirements\) and alpha==2\.0 \(asked for by the requirements\) exclude each other/,
  'conflict.pinned': /alpha<2 \(asked for by beta.*\) and alpha==2\.0 \(asked for by the requirements\) exclude each other/,
  'conflict.range': /alpha<2 \(asked for by beta.*\) and alpha(>=2,<3|<3 and >=2) \(asked for by the requirements\) exclude each other/,
  'corrupt-download': /^The file of alpha\S* is damaged/,
  'corrupt-download.file': /^The file of a package is damaged/,
  'disk-full': /^The disk is full.*make room/,
  'disk-full.cache': /^The disk is full \(at \/home\/user\/\.cache\/uv\/.*UV_CACHE_DIR/,
  'download-cut': /broke off/,
  'download-timeout': /stood still.*UV_HTTP_TIMEOUT or PIP_DEFAULT_TIMEOUT/,
  'externally-managed': /operating system's own Python/,
  'file-gone': /no file at https:\/\/index\.example\/files\/alpha-2\.0-py3-none-any\.whl:/,
  'file-missing': /include the file \S*constraints\.txt/,
  'git-login': /asked for a login by http:\/\/index\.example,/,
  'git-missing': /no git on PATH: install git/,
  'git-ref': /no branch, tag or commit v9/,
  'git-unreachable': /git does not reach https:\/\/index\.example\/q\//,
  'git-unreachable.ssh': /git does not reach git\.example/,
  'hash-mismatch': /^The file of alpha==1\.0 is not the one whose hash/,
  'hash-missing': /needs a pinned version.*; beta==1\.0 lacks one.*--generate-hashes/,
  'hash-missing.dependency': /; alpha(<2)? lacks one/,
  'hash-missing.git': /; q lacks one/,
  'hash-missing.unpinned': /; alpha lacks one/,
  'header-missing': /needsheader lacks the header file portaudio\.h.*apt install portaudio19-dev/,
  'import-name': /^cv2 is the name to import; the package to install is called opencv-python/,
  'import-name.deprecated': /^sklearn is the name to import; the package to install is called scikit-learn/,
  'index-broken': /index https:\/\/index\.example answered 503 Service Unavailable/,
  'index-broken.too-many': /index https:\/\/index\.example answered 429 Too Many Requests/,
  'index-login': /index https:\/\/index\.example\/simple wants a login.*PIP_INDEX_URL.*\.netrc/,
  'index-login.file': /index https:\/\/index\.example\S* wants a login/,
  'later-index': /alpha only from the first index that has it.*UV_INDEX_STRATEGY/,
  'library-missing': /needslibrary lacks the library portaudio: .*apt install portaudio19-dev/,
  'library-missing.meson': /lacks the library cairo: .*apt install libcairo2-dev/,
  'library-missing.mysqlclient': /mysqlclient lacks the library mysqlclient: .*apt install default-libmysqlclient-dev/,
  'library-missing.pkg-config': /lacks the library portaudio-2\.0: .*apt install portaudio19-dev/,
  'local-version': /no version ==2\.0\+cpu of alpha.*--extra-index-url/,
  'lock-unusable.missing': /no uv\.lock for pyproject\.toml: run uv lock/,
  'lock-unusable.newer': /uv\.lock was written by a newer uv/,
  'lock-unusable.stale': /uv\.lock does not belong to pyproject\.toml as it is now: run uv lock/,
  'name-not-found': /^no-such-package does not exist in (the package index|https:\/\/index\.example\/simple).*check its spelling/,
  'name-not-found.dependency': /^delta, which wantsmissing needs, does not exist in .*ask for another version of wantsmissing/,
  'name-not-found.links': /^delta does not exist where pip looked \(\/module\/wheels,/,
  'name-not-found.login': /^alpha does not exist in https:\/\/index\.example\/simple.*pip says the same when the index wants a login/,
  'name-too-long': /path became longer.*venv option/,
  'no-pip': /has no pip: install it/,
  'no-project': /^\S*\/packages\/helper holds no Python package/,
  'no-tls': /built without TLS/,
  'no-venv': /parts that make environments.*apt install python3\.11-venv, or install uv/,
  'no-venv.ensurepip': /parts that make environments.*apt install python3-venv, or install uv/,
  'no-venv.module': /parts that make environments.*apt install python3-venv, or install uv/,
  'not-in-cache': /^notcached was never fetched.*without offline.*wheelhouse/,
  'not-in-wheelhouse': /^delta does not exist in the folder of wheels.*add its wheel to that folder/,
  'not-in-wheelhouse.dependency': /^delta, which beta needs, does not exist in the folder of wheels/,
  'other-platform': /^winonly is ready only for (win_amd64|other systems)/,
  'other-platform.file': /^winonly-1\.0-py3-none-win_amd64\.whl is ready only for other systems/,
  'other-platform.lock': /^winonly is ready only for win_amd64/,
  'other-python': /^modern (1\.0 needs Python >=3\.14, and this is 3\.11\.7|2\.0 needs Python >=3\.15).*SYNAPSE_PYTHON/,
  'other-python.directory': /^pkg( 1\.0)? needs Python >=3\.14, and this is 3\.11\.7/,
  'other-python.lock': /build of tagged needs Python 3\.9, and this is 3\.11/,
  'other-python.pinned': /^mixed 3\.0 needs Python >=3\.14/,
  'other-python.project': /^pyproject\.toml asks for Python >=3\.12, and this is 3\.11\.7/,
  'other-python.pylock': /^pylock\.toml asks for Python >=3\.14, and this is 3\.11\.7/,
  'other-python.range': /^mixed 3\.0 needs Python >=3\.14/,
  'other-python.upper': /^oldie 1\.0 needs Python <3\.9/,
  'other-python.wheels':
    /build of tagged needs Python 3\.9, and this is 3\.11|^tagged 1\.0 has ready builds only for other versions of Python/,
  'path-missing': /^The requirements name \S*\/packages\/helper, and it is not there/,
  'path-missing.at': /^The requirements name \/module\/packages\/helper, and it is not there/,
  'path-missing.editable': /^The requirements name \.\/packages\/helper, and it is not there/,
  'path-missing.wheel': /^The requirements name \.\/packages\/helper-1\.0-py3-none-any\.whl, and it is not there/,
  permission: /^This user cannot write \/module\/\.venv\/\S+alpha: .*venv option/,
  'pre-release': /no version >=2 of soon.*soon>=2\.0b1/,
  'program-missing': /lacks the program pkg-config: .*apt install pkg-config/,
  'program-missing.cmake': /lacks the program cmake: .*apt install cmake/,
  'program-missing.pg_config': /lacks the program pg_config: .*apt install libpq-dev.*require psycopg2-binary/,
  'proxy-login': /proxy wants a login.*HTTPS_PROXY=http:\/\/name:password@/,
  'proxy-refused': /proxy does not answer: correct HTTPS_PROXY/,
  'python-header-missing': /fastmath lacks Python's own header files.*apt install python3\.11-dev/,
  'read-only': /^\/module\/\.venv\/\S+alpha is on a read-only file system/,
  'standard-library': /^asyncio is part of Python itself: remove the line/,
  syntax: /^("beta = 1\.0"|A line of requirements\.txt) is not understood: .*six==1\.16\.0/,
  'syntax.caret': /^("(alpha)?@ ?\^1\.0"|A line of requirements\.txt) is not understood/,
  'syntax.command': /^("pip install alpha"|A line of requirements\.txt) is not understood/,
  'syntax.json': /^(""alpha": "\^1\.0""|requirements\.txt:1:1) is not understood/,
  'syntax.option': /^(The requirements hold the option --no-such-option|requirements\.txt:1:1 is not understood)/,
  'syntax.version': /^("(alpha)?@ ?1\.0"|A line of requirements\.txt) is not understood/,
  'too-old': /too old for this Python: its build uses distutils, which Python 3\.12 no longer has.*Python 3\.11/,
  'too-old.imp': /too old for this Python: its build uses imp, which Python 3\.12 no longer has/,
  unreachable: /index https:\/\/index\.invalid\S* cannot be reached \(nobody knows its name here\).*`offline: true`.*`wheelhouse`/,
  'unreachable.refused': /index https:\/\/index\.example\S* cannot be reached \(nothing answers there\).*`offline: true`/,
  'unreachable.timeout': /index https:\/\/index\.example\S* cannot be reached \(it did not answer in time\)/,
  'version-not-found': /^There is no version ==9\.0 of alpha.*ask for one that exists/,
  'version-not-found.between': /^There is no version \S+ of alpha \(known: 1\.0, 2\.0\)/,
  'version-not-found.dependency': /^There is no version ==9 of alpha, which wantsnine needs/,
  'version-not-found.none': /knows alpha and offers no file of it/,
  'version-not-found.other-python': /^There is no version ==9 of mixed \(known: 2\.0\)/,
  'version-not-found.range': /^There is no version >=9 of alpha \(known: (1\.0, )?2\.0\)/,
  'wheelhouse-missing': /^The folder wheels, which --find-links names, is not there/,
  'wheels-only': /^fastmath has no ready build.*building is forbidden/,
};

function rowOf(file: string): string {
  const name = file.replace(/\.(?:uv|pip)(?:-[\d.]+)?\.txt$/, '');
  return name in EXPECTED ? name : endOf(file);
}

function endOf(file: string): string {
  return file.split('.')[0] as string;
}

function outputOf(file: string): string {
  return readFileSync(join(CORPUS, file), 'utf8');
}

describe('of what an installer really printed', () => {
  it.each(FILES)('%s has the advice for it', (file) => {
    expect(hintFor(outputOf(file))).toMatch(EXPECTED[rowOf(file)] ?? 'a row of this table');
  });

  it('each row has a file', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual([...new Set(FILES.map(rowOf))].sort());
  });

  it('no two ends have the same advice', () => {
    const ends = new Map<string, string>();
    for (const file of FILES) {
      const hint = hintFor(outputOf(file));
      expect([endOf(file), hint]).toEqual([ends.get(hint) ?? endOf(file), hint]);
      ends.set(hint, endOf(file));
    }
  });

  it('each file is what provisioning keeps, and tells nothing of the machine it is from', () => {
    for (const file of FILES) {
      const lines = outputOf(file).trimEnd().split('\n');
      expect([file, lines.length]).toEqual([file, Math.min(lines.length, 40)]);
      expect([file, lines.filter((line) => /\/root\/|127\.0\.0\.1|localhost/.test(line))]).toEqual([file, []]);
    }
  });
});

/** Ends that could not be made to happen: the texts are those of the documentation of the tools. */
describe('of what tools document', () => {
  it.each([
    ['error: Microsoft Visual C++ 14.0 or greater is required. Get it with "Microsoft C++ Build Tools"', /Build Tools for Visual Studio/],
    ['ERROR: Unknown compiler(s): [["icl"], ["cl"], ["cc"], ["gcc"]]'.replace(/"/g, "'"), /Build Tools for Visual Studio/],
    ['error: [WinError 2] x\ndistutils.errors.DistutilsPlatformError: Unable to find vcvarsall.bat', /Build Tools for Visual Studio/],
    ['xcrun: error: invalid active developer path (/Library/Developer/CommandLineTools)', /xcode-select --install/],
    ["error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory", /apt install build-essential/],
    ["a.c:1:10: fatal error: 'libpq-fe.h' file not found", /header file libpq-fe\.h.*apt install libpq-dev/],
    ["fatal error C1083: Cannot open include file: 'sql.h': No such file or directory", /header file sql\.h/],
    ["fatal error C1083: Cannot open include file: 'Python.h': No such file or directory", /Python's own header files/],
    ['ld: library not found for -lssl', /library ssl/],
    ["LINK : fatal error LNK1181: cannot open input file 'zlib.lib'", /library zlib/],
    ['The headers or library files could not be found for jpeg,', /library jpeg: .*apt install libjpeg-dev/],
    ["error: can't find Rust compiler", /program Rust: install it from https:\/\/rustup\.rs/],
    ['Cargo, the Rust package manager, is not installed or is not on PATH.', /rustup\.rs/],
    ['CMake must be installed to build this package.', /program CMake: .*apt install cmake/],
    ["ModuleNotFoundError: No module named 'distutils.msvccompiler'", /too old for today's build tools: ask for a newer version/],
    ["ModuleNotFoundError: No module named 'distutils'", /uses distutils, which Python 3\.12 no longer has/],
    ['error: Distribution not found at: file:///module/^2', /npm's six@1\.16\.0/],
    ["AttributeError: module 'pkgutil' has no attribute 'ImpImporter'", /uses ImpImporter, which Python 3\.12 no longer has/],
    ['OSError: [WinError 206] The filename or extension is too long: C:\\a', /path became longer/],
    ['error: There is not enough space on the disk. (os error 112)', /disk is full/],
    [
      'error: failed to remove file: The process cannot access the file because it is being used by another process. (os error 32)',
      /holds one/,
    ],
    ["ERROR: Could not install packages due to an OSError: [WinError 5] Access is denied: 'C:\\a\\b.pyd'", /cannot write C:\\a\\b\.pyd/],
    ['fatal: Authentication failed for https://git.example/a/'.replace(/(https\S+)/, "'$1'"), /login by https:\/\/git\.example\/a\//],
    ['git@git.example: Permission denied (publickey).', /asked for a login/],
    ['error: Git operation failed\n  cause: something new', /git could not fetch a requirement/],
    ['ERROR: No matching distribution found for odd==3', /^odd==3 does not exist in this form/],
    ['error: No solution found when resolving dependencies\n  cause: something new', /^No versions of the packages fulfil/],
    ['WARNING: Retrying (Retry(total=4)) after connection broken\nERROR: ResolutionImpossible: for help', /exclude each other/],
  ])('%p', (output, hint) => {
    expect(hintFor(output)).toMatch(hint);
  });
});

it.each([
  ["EACCES: permission denied, mkdir '/module/.venv'", /^This user cannot write \/module\/\.venv:/],
  ["EPERM: operation not permitted, unlink '/module/.venv/x'", /^This user cannot write \/module\/\.venv\/x:/],
  ["EROFS: read-only file system, mkdir '/module/.venv'", /^\/module\/\.venv is on a read-only file system/],
  ['ENOSPC: no space left on device, write', /^The disk is full:/],
])('of a file operation of Node.js that failed, it names the place: %p', (output, hint) => {
  expect(hintFor(output)).toMatch(hint);
});

function notFound(name: string): string {
  return hintFor(`Because ${name} was not found in the package registry and you require ${name}, we can conclude`);
}

it.each([
  ...[
    ['PIL', 'pillow'],
    ['yaml', 'pyyaml'],
    ['bs4', 'beautifulsoup4'],
    ['dateutil', 'python-dateutil'],
    ['dotenv', 'python-dotenv'],
  ],
  ...[
    ['serial', 'pyserial'],
    ['usb', 'pyusb'],
    ['Crypto', 'pycryptodome'],
    ['OpenSSL', 'pyopenssl'],
    ['skimage', 'scikit-image'],
  ],
  ...[
    ['attr', 'attrs'],
    ['rest_framework', 'djangorestframework'],
    ['google.protobuf', 'protobuf'],
    ['win32com', 'pywin32'],
  ],
])('knows that %s is installed as %s', (name, right) => {
  expect(notFound(name)).toContain(`${name} is the name to import; the package to install is called ${right}`);
});

it.each(['json', 'os', 'sys', 'sqlite3', 'cProfile', 'py_compile'])('knows that %s is part of Python', (name) => {
  expect(notFound(name)).toBe(`${name} is part of Python itself: remove the line from the requirements.`);
});

it('reads through colours and the line breaks of a narrow terminal', () => {
  expect(
    hintFor('\u001b[31m×\u001b[39m No solution found:\n  ╰─▶ Because there is no\n      version of a==9 and you\n      require a==9'),
  ).toMatch(/^There is no version ==9 of a/);
});

it('is not held up by a file that was printed as one line', () => {
  expect(hintFor(`${'a'.repeat(1_000_000)}\n${"'".repeat(1_000_000)}\n[Errno 28] No space left on device`)).toMatch(/^The disk is full/);
  expect(hintFor('a'.repeat(10_000_000))).toMatch(/starts afresh/);
});

it('has something to say of everything else', () => {
  expect(hintFor('something new')).toMatch(/starts afresh/);
  expect(hintFor('')).toMatch(/starts afresh/);
});
