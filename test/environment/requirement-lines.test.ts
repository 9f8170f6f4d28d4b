// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pip writes variables in this way.

import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { parseRequirementFile, type RequirementLines } from '../../src/environment/requirement-lines';
import { temporaryFolder } from '../support/fixture';

/** Lets pip read each text of a list as `requirements.txt`; what that includes is empty. Gives null for a text that pip refuses. */
const PIP = [
  'import json, sys',
  'from unittest.mock import MagicMock',
  'from pip._internal.exceptions import InstallationError',
  'from pip._internal.models.format_control import FormatControl',
  'from pip._internal.req import req_file',
  'from pip._internal.req.constructors import install_req_from_parsed_requirement',
  'def local_path(parsed):',
  '    link = install_req_from_parsed_requirement(parsed).link',
  '    return [{"path": link.file_path, "editable": parsed.is_editable}] if link and link.is_file else []',
  'def read(text):',
  '    asked = []',
  '    def get(name, *_, **__):',
  '        asked.append(name)',
  '        return name, text if len(asked) == 1 else ""',
  '    req_file.get_file_content = get',
  '    finder = MagicMock(format_control=FormatControl(), find_links=[], index_urls=[])',
  '    options = MagicMock(require_hashes=False, features_enabled=[])',
  '    try:',
  '        found = list(req_file.parse_requirements("requirements.txt", None, finder, options))',
  '        paths = sum(map(local_path, found), [])',
  '    except (InstallationError, ValueError): return None',
  '    return {',
  '        "requirements": [("-e " if each.is_editable else "") + each.requirement.strip() for each in found],',
  '        "includes": asked[1:],',
  '        "findLinks": finder.find_links,',
  '        "hashed": bool(options.require_hashes or any((each.options or {}).get("hashes") for each in found)),',
  '        "localPaths": paths,',
  '    }',
  'json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)',
].join('\n');

type PipsReading = Pick<RequirementLines, 'requirements' | 'includes' | 'findLinks' | 'hashed' | 'localPaths'>;

/** A folder with the projects and archives that the texts below name. */
async function folderOfProjects(): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of ['.', 'pkg', 'my pkg', 'sub/pkg', 'a@b']) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'pyproject.toml'), '[project]\nname = "pkg"\nversion = "1"\n');
  }
  for (const name of ['wheels', 'my wheels']) await mkdir(join(folder, name));
  return folder;
}

async function askPip(folder: string, texts: readonly string[]): Promise<(PipsReading | null)[]> {
  const { stdout } = await execa('python3', ['-I', '-c', PIP], { cwd: folder, input: JSON.stringify(texts) });
  return JSON.parse(stdout);
}

/** What pip can tell of our reading, with paths as pip tells them. */
function comparable(folder: string, read: PipsReading): PipsReading {
  return {
    requirements: read.requirements,
    includes: read.includes.map((path) => resolve(folder, path)),
    findLinks: read.findLinks.map((path) => resolve(folder, path)),
    hashed: read.hashed,
    localPaths: read.localPaths.map(({ path, editable }) => ({ path: resolve(folder, path), editable })),
  };
}

const HASH = `--hash=sha256:${'0a'.repeat(32)}`;

/** Lines that pip understands; those of `folder` are made to be on this machine. */
function understood(folder: string): string[] {
  return [
    'numpy',
    'numpy>=1.26,<3',
    'numpy[extra,other] == 1.26.* ; python_version < "3.9" and os_name == \'posix\'',
    'nu\\\\\\\n\\mpy\\\n',
    'numpy\\\n#egg',
    'numpy@ https://packages.example/numpy-1.0.tar.gz#egg=numpy',
    'https://packages.example/numpy-1.0.tar.gz ; python_version < "4"',
    'git+https://me@packages.example/numpy.git@v1#egg=numpy',
    `numpy==1.26.4 ${HASH} ${HASH}`,
    `numpy==1.26.4 --hash sha256:${'0a'.repeat(32)}`,
    'numpy -r ignored.txt',
    '-r more.txt',
    '-rmore.txt',
    '--requirement more.txt',
    '--requirement=more.txt',
    '--requirem "sub/my more.txt"',
    "-r 'my more.txt'",
    '-r my\\ more.txt',
    "-c 'limits\\'",
    '-r "quo\\"te.txt" -r second.txt',
    '-r ../elsewhere/more.txt',
    '-c limits.txt',
    '-climits.txt',
    '--constraint=limits.txt',
    '-r ${NAME}/more.txt',
    '--pre --prefer-binary --no-index',
    '--require-hashes',
    '-i https://packages.example/simple --extra-index-url=https://more.example/simple --trusted-host packages.example',
    '--no-binary :all:',
    '--only-binary=numpy',
    '-f wheels',
    '-fwheels',
    '--find-links "my wheels"',
    '--find-links=./wheels -r more.txt',
    './pkg',
    './pkg[extra]',
    './my pkg',
    './my pkg ; python_version < "4"',
    './a@b',
    'a@b/../pkg',
    'sub/pkg',
    '.',
    `${folder}/pkg`,
    `${folder}/absent-1.0-py3-none-any.whl`,
    'absent-1.0.tar.gz',
    'absent-1.0.ZIP[extra];python_version<"4"',
    'wheels/absent-1.0.tar.lzma',
    `file://${folder}/pkg`,
    `file://localhost${folder}/my%20pkg#egg=pkg`,
    `file://${folder}/pkg?query#subdirectory=sub`,
    'file:pkg',
    'file:a;b.zip; python_version < "4"',
    'file:sub/../pkg',
    `name[extra] @ file://${folder}/my%20pkg ; python_version < "4"`,
    '-e ./pkg',
    '-e .',
    '-epkg',
    '--editable=pkg',
    '-e "./my pkg"',
    '-e ./pkg[extra]',
    '-e sub/pkg ; python_version < "4"',
    `-e file://${folder}/pkg#egg=pkg`,
    '-e git+ssh://git@packages.example/numpy.git#egg=numpy',
    '-e ./pkg -e ./sub/pkg',
    '--',
  ];
}

it('reads what pip understands as pip does', async () => {
  const folder = await folderOfProjects();
  const texts = understood(folder);
  const expected = await askPip(folder, texts);
  expect(expected).not.toContain(null);
  for (const [at, text] of texts.entries()) {
    const wanted = comparable(folder, expected[at] as PipsReading);
    expect({ text, ...comparable(folder, parseRequirementFile(text)) }).toEqual({ text, ...wanted });
  }
});

/** A file as people write it: lines indented, broken, commented, and ended in the manner of any system. */
function dressed(line: string): fc.Arbitrary<string> {
  const comment = fc.constantFrom('', '', '  # -r no.txt', ' #', ' # ends in \\');
  return fc
    .tuple(fc.constantFrom('', '', ' ', '\t'), fc.nat(), fc.boolean(), comment, fc.constantFrom('\n', '\r\n', '\n\n', '\n# -e ./no\n'))
    .map(([indent, place, isBroken, remark, end]) => {
      const at = place % (line.length + 1);
      return `${indent}${isBroken && !line.includes('\\') ? `${line.slice(0, at)}\\\n${line.slice(at)}` : line}${remark}${end}`;
    });
}

it('reads comments, continuations and line ends as pip does', async () => {
  const folder = await folderOfProjects();
  const file = fc
    .array(fc.constantFrom(...understood(folder)).chain(dressed), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join(''));
  const texts = fc.sample(file, 1000);
  const expected = await askPip(folder, texts);
  const differing = texts.filter((text, at) => {
    const theirs = expected[at];
    return theirs && JSON.stringify(comparable(folder, parseRequirementFile(text))) !== JSON.stringify(comparable(folder, theirs));
  });
  expect(differing).toEqual([]);
  expect(expected.filter((each) => each !== null).length).toBeGreaterThan(500);
});

it('leaves what pip refuses to the installer', async () => {
  const texts = ['-x', '--unknown', '-r', '-c "open', '-r "open\\"', '--no-index=1', '--re more.txt', 'numpy --unknown', '---r x'];
  expect(await askPip(await folderOfProjects(), texts)).toEqual(texts.map(() => null));
  expect(texts.filter((text) => !parseRequirementFile(text).asksForSomething)).toEqual([]);
});

test.each([
  ['-r my more.txt', { includes: ['my more.txt'] }],
  ['-r=more.txt', { includes: ['more.txt'] }],
  ['-r file:///srv/my%20more.txt', { includes: ['/srv/my more.txt'] }],
  ['-r https://packages.example/more.txt', { includes: [], asksForSomething: true }],
  ['-f https://packages.example/wheels', { findLinks: [] }],
  ['-f file:///srv/wheels', { findLinks: ['/srv/wheels'] }],
  ['-e ./my pkg ; python_version < "4"', { localPaths: [{ path: './my pkg', editable: true }] }],
  ['-e ./pkg; python_version < "4"', { localPaths: [{ path: './pkg', editable: true }] }],
  ['-e pkg @ ./pkg', { localPaths: [{ path: './pkg', editable: true }] }],
  ['pkg @ pkg', { localPaths: [{ path: 'pkg', editable: false }] }],
  ['pkg @ sub/pkg', { localPaths: [{ path: 'sub/pkg', editable: false }] }],
  ['pkg[extra]@../pkg', { localPaths: [{ path: '../pkg', editable: false }] }],
  ['./pkg[extra]#egg=pkg', { localPaths: [{ path: './pkg', editable: false }] }],
  ['./c#/pkg', { localPaths: [{ path: './c#/pkg', editable: false }] }],
  ['file://./pkg', { localPaths: [{ path: './pkg', editable: false }] }],
  ['file:///srv/pkg[extra] ;python_version < "4"', { localPaths: [{ path: '/srv/pkg', editable: false }] }],
  ['pkg @ file://${ROOT}/pkg', { localPaths: [{ path: '${ROOT}/pkg', editable: false }] }],
  ['${ROOT}/pkg', { localPaths: [{ path: '${ROOT}/pkg', editable: false }] }],
  ['pkg @ https://packages.example/pkg.zip', { localPaths: [] }],
  ['pkg@git+file:///srv/pkg', { localPaths: [] }],
  ['\uFEFFnumpy', { requirements: ['numpy'] }],
  ['numpy --config-settings x=y -Cz="a b"', { requirements: ['numpy'], asksForSomething: true }],
  ['numpy==1\t--hash=sha256:0a', { requirements: ['numpy==1'], hashed: true }],
])('reads %p as at least one installer does', (text, expected) => {
  expect(parseRequirementFile(text)).toMatchObject(expected);
});

test.each([
  ['-e .\\pkg', { localPaths: [{ path: '.\\pkg', editable: true }] }],
  ['sub\\pkg', { localPaths: [{ path: 'sub\\pkg', editable: false }] }],
  ['C:\\srv\\pkg[extra]', { localPaths: [{ path: 'C:\\srv\\pkg', editable: false }] }],
  ['file:///C:/srv/my%20pkg', { localPaths: [{ path: 'C:/srv/my pkg', editable: false }] }],
  ['-r "my files\\more.txt"', { includes: ['my files\\more.txt'] }],
])('reads %p on Windows', (text, expected) => {
  expect(parseRequirementFile(text, { platform: 'win32' })).toMatchObject(expected);
});

test.each([
  ['--index-url ${INDEX}', ['INDEX'], []],
  ['-i https://${HOST}/simple', ['HOST'], []],
  ['-i https://${USER_1}:${TOKEN}@${HOST}/simple', ['HOST'], ['USER_1', 'TOKEN']],
  ['-i "https://me:p@${TOKEN}@packages.example/simple"', [], ['TOKEN']],
  ['pkg @ https://packages.example/${PATH_}/pkg.zip?token=${TOKEN}#egg=${NAME}', ['PATH_', 'NAME'], ['TOKEN']],
  ['pkg @ git+https://${TOKEN}@packages.example/pkg@${REVISION}', ['REVISION'], ['TOKEN']],
  ['-i https://${NAME}@packages.example/simple\n./${NAME}', ['NAME'], []],
  ['-i https://packages.example/?q ; ${NAME}', ['NAME'], []],
  ['-r ${A}/${B}.txt\n./${A}', ['A', 'B'], []],
  ['# ${COMMENT}\n./$NAME ${lower} ${} ${A B}', [], []],
])('tells the variables of %p from its credentials', (text, variables, secretVariables) => {
  expect(parseRequirementFile(text)).toMatchObject({ variables, secretVariables });
});

it('puts the values of variables into paths, and into nothing that is told', () => {
  const text = '-r ${DIR}/more.txt\n-f ${UNSET}/wheels\npkg @ ${PLACE}/pkg.zip\n${DIR}/pkg\n${EMPTY}/pkg';
  expect(parseRequirementFile(text, { env: { DIR: '/srv', PLACE: 'https://packages.example', EMPTY: '' } })).toMatchObject({
    includes: ['/srv/more.txt'],
    findLinks: ['${UNSET}/wheels'],
    localPaths: ['/srv/pkg', '${EMPTY}/pkg'].map((path) => ({ path, editable: false })),
    variables: ['DIR', 'UNSET', 'PLACE', 'EMPTY'],
    requirements: ['pkg @ ${PLACE}/pkg.zip', '${DIR}/pkg', '${EMPTY}/pkg'],
  });
});

test.each([
  ['', false],
  ['# only words\n\n  # more\n', false],
  ['--no-index\n-f wheels\n-c limits.txt\n--require-hashes\n', false],
  ['msgpack', true],
  ['# words\n-e .\n', true],
  ['-r more.txt', true],
  ['--requirement=', true],
])('knows whether %p asks for anything', (text, expected) => {
  expect(parseRequirementFile(text).asksForSomething).toBe(expected);
});

it('never throws, whatever the text', () => {
  const word = fc.constantFrom(
    '-r',
    '-e',
    '--hash=',
    '"',
    "'",
    '\\',
    '\n',
    ' ',
    '#',
    ';',
    '@',
    '[',
    ']',
    'file:',
    '%e9',
    '%',
    '://',
    '${A}',
    'pkg',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ unit: 'binary' }))), fc.constantFrom('linux', 'win32'), (words, platform) => {
      parseRequirementFile(words.join(''), { platform });
    }),
  );
});

test.each([' ', '\\', '\\\n', '\n', '#', '#egg=', '- ', '@', 'a[]', '[', ';', '%e9', '://a@', '${', '${A}', '.tar', '"'])(
  'reads a megabyte of %p in time that grows with its length alone',
  (part) => {
    const long = part.repeat(1_000_000 / part.length);
    for (const start of ['', '-e ', 'a @ file:']) parseRequirementFile(`${start}${long}!`);
  },
);
