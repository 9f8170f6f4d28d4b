/** The examples that run to their end, from the packed library and as their READMEs say. */

import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CLONE_TIMEOUT_MS, EXAMPLES, INSTALL_TIMEOUT_MS, makeClone, removeClone } from './clone';
import { Example } from './example';

let root: string | undefined;

beforeAll(async () => {
  root = await makeClone();
}, CLONE_TIMEOUT_MS);

afterAll(() => removeClone(root));

it('the list in the README of the project names every example, and every example tells how to run it', async () => {
  const names = (await readdir(EXAMPLES)).filter((name) => existsSync(join(EXAMPLES, name, 'README.md')));
  const page = await readFile(resolve(EXAMPLES, '..', 'README.md'), 'utf8');
  expect(names.length).toBeGreaterThanOrEqual(8);
  expect(names.filter((name) => !page.includes(`examples/${name}`))).toEqual([]);
});

test(
  'sentence-embeddings finds what is meant, also without a network',
  async () => {
    const example = await Example.of(root ?? '', 'sentence-embeddings');
    const found = (question: string, sentence: string) => expect.stringMatching(new RegExp(`^${question}\n {2}0\\.\\d{3} {2}${sentence}`));
    const { stdout, ...rest } = await example.run();
    expect(rest).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toEqual(found('How do I get my money back\\?', 'You can return any item'));

    const nowhere = 'http://127.0.0.1:9';
    const offline = {
      HF_HUB_OFFLINE: '1',
      HTTPS_PROXY: nowhere,
      HTTP_PROXY: nowhere,
      ALL_PROXY: nowhere,
      HOME: join(root ?? '', 'nobody'),
    };
    const again = await example.run(['Do you keep my private information?'], offline);
    expect(again).toMatchObject({
      exitCode: 0,
      stdout: found('Do you keep my private information\\?', 'We never sell your personal data'),
    });
  },
  INSTALL_TIMEOUT_MS,
);

test(
  'pandas-report prints what pandas made of the file',
  async () => {
    const { stdout, ...rest } = await (await Example.of(root ?? '', 'pandas-report')).run();
    expect(rest).toEqual({ exitCode: 0, stderr: '' });
    const [, ...lines] = (await readFile(join(EXAMPLES, 'pandas-report', 'zones.csv'), 'utf8')).trim().split('\n');
    const continents = new Map<string, string[]>();
    for (const line of lines) {
      const [country = '', zone = ''] = line.split(',');
      const [continent = ''] = zone.split('/');
      continents.set(continent, [...(continents.get(continent) ?? []), country]);
    }
    const counts = [...continents].map(([name, countries]) => [name, `${countries.length}`, `${new Set(countries).size}`]);
    const [, ...rows] = stdout.split('\n').map((line) => line.split(/\s+/));
    expect(rows.map((row) => row.slice(0, 3)).sort()).toEqual(counts.sort());
    expect(rows).toContainEqual(['Arctic', '1', '1', '78.0', '78.0']);
  },
  INSTALL_TIMEOUT_MS,
);

test(
  'matplotlib-figure writes a PNG of the size that was asked for',
  async () => {
    const example = await Example.of(root ?? '', 'matplotlib-figure');
    const { stdout, exitCode } = await example.run();
    const png = await readFile(join(example.folder, 'figure.png'));
    expect({ stdout, exitCode }).toEqual({ stdout: `figure.png: ${png.length} bytes`, exitCode: 0 });
    expect(png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([900, 500]);
    expect(png.length).toBeGreaterThan(10_000);
  },
  INSTALL_TIMEOUT_MS,
);

test(
  'jest-suite passes, and leaves no open handle',
  async () => {
    const { exitCode, stdout, stderr } = await (await Example.of(root ?? '', 'jest-suite')).run();
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: expect.any(String),
      stderr: expect.stringContaining('Tests:       3 passed, 3 total'),
    });
    expect(stderr).not.toMatch(/open handle|did not exit/i);
  },
  INSTALL_TIMEOUT_MS,
);

test('python-import prints what the file and the package gave', async () => {
  const { exitCode, stdout, stderr } = await (await Example.of(root ?? '', 'python-import')).run();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const told = [
    'later',
    '3',
    '2',
    '1',
    '5',
    '1.0',
    '[ 1.5, 4, 12 ]',
    `PythonError(KeyError): 'age', at return "first" if passenger["age"] < 14 else "later"`,
  ];
  expect(stdout.split('\n')).toEqual(told);
});
