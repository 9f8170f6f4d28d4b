import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asksForSomething, readRequirements } from '../../src/environment/module-directory';
import { temporaryFolder } from '../support/fixture';

it('reads every file that requirement files include, each once, relative to the one that includes it', async () => {
  const folder = await temporaryFolder();
  const files: Record<string, string> = {
    'requirements.txt': '-r more.txt\n--requirement=other.txt # why\n-c limits.txt\nmsgpack\n',
    'more.txt': '-rrequirements.txt\n  --constraint limits.txt\n',
    'other.txt': '# -r commented-out.txt\n-r https://packages.example/list.txt\n',
    'limits.txt': 'msgpack<2\n',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const read = await readRequirements(folder, ['requirements.txt']);
  expect(read.map(({ path }) => path)).toEqual(
    ['requirements.txt', 'more.txt', 'other.txt', 'limits.txt'].map((name) => join(folder, name)),
  );
});

test.each([
  ['', false],
  ['# only words\n\n  # more\n', false],
  ['msgpack', true],
  ['# words\n-e .\n', true],
])('knows whether %p asks for anything', (text, expected) => {
  expect(asksForSomething(text)).toBe(expected);
});
