import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Synapse } from '../../src/api/synapse';
import * as library from '../../src/index';
import { makeForFixture, makeSynapse, temporaryFolder } from '../support/fixture';

type Statements = (...scope: unknown[]) => Promise<void>;
const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (...texts: string[]) => Statements;

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'modules.md'), 'utf8');
const samples = [...page.matchAll(/```python\n([\s\S]*?)```\n\n```js\n([\s\S]*?)```/g)].map(([, module = '', program = '']) => ({
  module,
  program,
  heading: [...page.slice(0, page.indexOf(module)).matchAll(/^## (.*)$/gm)].at(-1)?.[1] ?? '',
}));

/** Runs the statements of a block; what stands behind an arrow is what a statement must give. */
async function run(program: string, synapse: Synapse): Promise<number> {
  let checked = 0;
  const same = (found: unknown, expected: unknown) => {
    expect(found).toEqual(expected);
    checked += 1;
  };
  const scope = { ...library, synapse, same };
  const body = program.replace(/^(.*); \/\/ → (.*)$/gm, 'same($1, $2);');
  await new AsyncFunction(...Object.keys(scope), body)(...Object.values(scope));
  return checked;
}

it('docs/modules.md has a program for every module that it shows', () => {
  expect(samples.length).toBe(page.split('```python').length - 1);
  expect(samples.length).toBeGreaterThanOrEqual(8);
});

it.each(samples)(
  'docs/modules.md, $heading: what is shown is so',
  async ({ module, program }) => {
    const folder = await temporaryFolder();
    const needsPackage = module.includes('import msgpack');
    await writeFile(join(folder, 'main.py'), module);
    await writeFile(join(folder, 'requirements.txt'), needsPackage ? 'msgpack\n' : '');
    const synapse = needsPackage ? makeSynapse() : makeForFixture();
    await synapse.spawn(folder);
    expect(await run(program, synapse)).toBe(program.split('// →').length - 1);
  },
  120_000,
);
