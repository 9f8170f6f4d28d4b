import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveOptions, type SynapseOptions } from '../src/api/options';
import { DEFAULT_INIT_TIMEOUT_MS, resolvePolicy, resolveSize } from '../src/api/supervision-options';
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
    'src/module-errors.ts',
    'src/environment/module-directory.ts',
    'src/environment/lock.ts',
    'python/synapse_py/errors.py',
  ]
    .map(read)
    .join('\n');
  const codes = (text: string) => [...new Set([...text.matchAll(/'?(ERR_SYNAPSE\w*)/g)].map(([, code]) => code))].sort();
  expect(codes(errorsPage)).toEqual(codes(sources));
});

/** The options of an interface that a page has rows for, with what stands there as the default; all of them must have one. */
function documentedOptions(page: string, source: string, name: string): (readonly [name: string, fallback: string])[] {
  const tables = read(page)
    .split('\n\n')
    .filter((part) => part.startsWith('| option | default |'))
    .join('\n');
  const rows = [...tables.matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm)].map(([, option = '', fallback = '']) => [option, fallback] as const);
  const declaration = new RegExp(`export interface ${name} \\{[\\s\\S]*?\\n\\}`).exec(read(source))?.[0] ?? '';
  const options = rows.filter(([option]) => declaration.includes(`  ${option}?:`));
  const declared = [...declaration.matchAll(/^ {2}(\w+)\?:/gm)].map(([, option]) => option);
  expect(declared.length).toBeGreaterThan(0);
  expect(options.map(([option]) => option).sort()).toEqual(declared.sort());
  return options;
}

/** The numbers in what stands as the default of each option. */
function numbersOf(options: readonly (readonly [name: string, fallback: string])[]): Record<string, number[]> {
  const numbers = (text: string) => [...text.matchAll(/[\d,]*\d/g)].map(([number]) => Number(number.replaceAll(',', '')));
  return Object.fromEntries(options.map(([name, fallback]) => [name, numbers(fallback)]));
}

it('documents every option of a policy with its default', () => {
  const options = documentedOptions('docs/supervision.md', 'src/worker/restart-policy.ts', 'SpawnPolicy');
  const { supervision, heartbeat, socketBufferSize } = resolvePolicy({}, { restartOnCrash: true });
  const { maxRetries, retryDelay, restartLimit, quarantineAfter } = supervision;
  expect([heartbeat, socketBufferSize, retryDelay.type]).toEqual([undefined, undefined, 'exponential']);
  expect(numbersOf(options)).toEqual({
    initTimeout: [DEFAULT_INIT_TIMEOUT_MS],
    maxRetries: [maxRetries, resolveOptions({ restart: true }).policy.supervision.firstRetries],
    retryDelay: retryDelay.type === 'exponential' && [retryDelay.base, retryDelay.max],
    restartOnCrash: [],
    restartLimit: [restartLimit.maxRestarts, restartLimit.windowMs],
    heartbeat: [],
    socketBufferSize: [],
    quarantineAfter: [quarantineAfter],
  });
});

it('documents every option of a pool with its default', () => {
  const { min, idleTimeout, maxCalls, maxMemoryBytes } = resolveSize({});
  const documented = { min: [min], max: [], idleTimeout: [idleTimeout], maxCalls: [maxCalls], maxMemoryBytes: [maxMemoryBytes] };
  expect(numbersOf(documentedOptions('docs/pools.md', 'src/api/supervision-options.ts', 'PoolOptions'))).toEqual(documented);
});

it('documents every field of the numbers of a pool', () => {
  const fields =
    /export interface PoolStats \{[\s\S]*?\n\}/.exec(read('src/worker/pool-stats.ts'))?.[0].matchAll(/^ {2}readonly (\w+)/gm) ?? [];
  const rows = [
    ...(read('docs/pools.md')
      .split('## stats()')[1]
      ?.matchAll(/^\| `(\w+)` \|/gm) ?? []),
  ];
  expect(rows.map(([, name]) => name)).toEqual([...fields].map(([, name]) => name));
});

it('documents the options of methods, and what Modules, managers and factories have', () => {
  const page = read('docs/module-manager.md');
  const config = /export interface MethodConfig \{[\s\S]*?\n\}/.exec(read('src/api/schema.ts'))?.[0] ?? '';
  const options = [...config.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, name]) => name as string);
  const { ManagerErrors, ManagerEvents, ModuleErrors, ModuleEvents } = library;
  const factories = [ModuleErrors, ManagerErrors].flatMap((each) => Object.keys(each).map((name) => `${name}(`));
  const events = [ModuleEvents, ManagerEvents].flatMap((each) =>
    Object.entries(each).map(([name, event]) => `| \`${name}\` | \`${event}\` |`),
  );
  expect([options.length, factories.length, events.length].every((count) => count > 5)).toBe(true);
  for (const text of [...options.map((name) => `\`${name}\``), ...factories, ...events])
    expect([text, page.includes(text)]).toEqual([text, true]);
});

it('documents every option with its default', () => {
  const options = documentedOptions('docs/api.md', 'src/api/options.ts', 'SynapseOptions');
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
