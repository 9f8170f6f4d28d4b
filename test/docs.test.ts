import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveOptions, type SynapseOptions } from '../src/api/options';
import * as library from '../src/index';
import { EXT } from '../src/protocol/extension';
import { KIND } from '../src/protocol/message';

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const errorsPage = read('docs/errors.md');

it('documents every exported name, and no error that is not exported', () => {
  const errors = Object.keys(library).filter((name) => name.endsWith('Error'));
  const [table = ''] = errorsPage.split('\n## ');
  expect([...table.matchAll(/^\| `(\w+Error)`/gm)].map(([, name]) => name).sort()).toEqual(errors.sort());
  const types = [...read('src/index.ts').matchAll(/(?:type )?(\w+)(?=,| })/g)].map(([, name]) => name as string);
  for (const name of new Set(types)) expect([name, read('docs/api.md').includes(name) || errorsPage.includes(name)]).toEqual([name, true]);
});

it('documents the errors of the Python side', () => {
  const classes = [...read('python/synapse_py/errors.py').matchAll(/^class (\w+)/gm)].map(([, name]) => name as string);
  for (const name of classes) expect([name, errorsPage.includes(`| \`${name}\` |`)]).toEqual([name, true]);
});

it('documents what synapse_py exports', () => {
  const names = /__all__ = \[(.*)\]/.exec(read('python/synapse_py/__init__.py'))?.[1]?.match(/\w+/g) ?? [];
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) expect([name, read('docs/modules.md').includes(name)]).toEqual([name, true]);
});

it('documents when a function that was given up gets its exceptions', () => {
  const source = read('python/synapse_py/cancel.py');
  const milliseconds = (name: string) => (Number(new RegExp(`^${name} = (.*)$`, 'm').exec(source)?.[1]) * 1000).toLocaleString('en');
  const page = read('docs/modules.md');
  expect(page).toContain(`| after ${milliseconds('INJECT_AFTER')} ms |`);
  expect(page).toContain(`again every ${milliseconds('INJECT_AGAIN_AFTER')} ms`);
});

it('documents every kind of message and every extension', () => {
  const protocol = read('docs/protocol.md');
  for (const [name, kind] of Object.entries(KIND)) expect(protocol).toContain(`| ${kind} ${name} | \`[${kind}, `);
  for (const [name, code] of Object.entries(EXT)) expect(protocol).toContain(`| ${code} | ${name} |`);
});

it('documents every code that the source has, and no other', () => {
  const sources = [
    'src/errors.ts',
    'src/call-errors.ts',
    'src/environment/module-directory.ts',
    'src/environment/lock.ts',
    'python/synapse_py/errors.py',
  ]
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
