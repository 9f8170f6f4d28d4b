import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveOptions, type SynapseOptions } from '../src/api/options';
import * as library from '../src/index';

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const errorsPage = read('docs/errors.md');

it('documents every exported name, and no error that is not exported', () => {
  const errors = Object.keys(library).filter((name) => name.endsWith('Error'));
  expect([...errorsPage.matchAll(/^\| `(\w+Error)`/gm)].map(([, name]) => name).sort()).toEqual(errors.sort());
  const types = [...read('src/index.ts').matchAll(/(?:type )?(\w+)(?=,| })/g)].map(([, name]) => name as string);
  for (const name of new Set(types)) expect([name, read('docs/api.md').includes(name) || errorsPage.includes(name)]).toEqual([name, true]);
});

it('documents every code that the source has, and no other', () => {
  const sources = ['src/errors.ts', 'src/api/options.ts', 'src/environment/module-directory.ts', 'src/environment/lock.ts']
    .map(read)
    .join('\n');
  const codes = (text: string) => [...new Set([...text.matchAll(/'?(ERR_SYNAPSE\w*)/g)].map(([, code]) => code))].sort();
  expect(codes(errorsPage)).toEqual(codes(sources));
});

it('documents every option with its default', () => {
  const rows = [...read('docs/api.md').matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm)].map(([, name, fallback]) => [name, fallback] as const);
  const declaration = /export interface SynapseOptions \{[\s\S]*?\n\}/.exec(read('src/api/options.ts'))?.[0] ?? '';
  const options = rows.filter(([name]) => declaration.includes(`  ${name}?:`));
  const declared = [...declaration.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name);
  expect(options.map(([name]) => name).sort()).toEqual(declared.sort());
  const { limits } = resolveOptions({} satisfies SynapseOptions);
  for (const [name, value] of Object.entries(limits)) {
    const documented = options.find(([option]) => option === name)?.[1] ?? '';
    expect([name, Number(/[\d,]+/.exec(documented)?.[0].replaceAll(',', ''))]).toEqual([name, value]);
  }
});

it('has the version of the package on both banks', () => {
  const { version } = JSON.parse(read('package.json'));
  expect(read('python/synapse_py/__init__.py')).toContain(`__version__ = "${version}"`);
});
