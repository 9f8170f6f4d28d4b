/**
 * Hooks of Node's module loader, which run on a thread of their own: they turn `python:` specifiers into small modules that call `python()`.
 * Own what such a module exports. Python itself runs when the module does, so that its errors reject the import.
 */

import { readFile, stat } from 'node:fs/promises';
import type { LoadHook, ResolveHook } from 'node:module';
import { extname, isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { namesIn } from './python-names';

const SCHEME = 'python:';
/** The build that the program's own imports get: what is imported shares its workers. */
const LIBRARY = new URL('./index.mjs', import.meta.url).href;

/** Gives the address of what a `python:` specifier names; a path is relative to the file that imports it. */
export const resolve: ResolveHook = (specifier, context, nextResolve) => {
  if (!specifier.startsWith(SCHEME)) return nextResolve(specifier, context);
  const url = `${SCHEME}${addressOf(specifier.slice(SCHEME.length), context.parentURL)}`;
  return { url, format: 'module', shortCircuit: true };
};

/** Gives the module that stands for one of Python. */
export const load: LoadHook = async (url, context, nextLoad) => {
  if (!url.startsWith(SCHEME)) return nextLoad(url, context);
  const address = url.slice(SCHEME.length);
  return { format: 'module', source: moduleOf(address, await namesOf(address)), shortCircuit: true };
};

function addressOf(spec: string, importer: string | undefined): string {
  if (spec.startsWith('file:')) return spec;
  if (isAbsolute(spec)) return (spec.startsWith('/') ? new URL(spec, 'file:///') : pathToFileURL(spec)).href;
  if (!/^\.{1,2}(?:[\\/]|$)/.test(spec) && extname(spec) !== '.py') return spec;
  if (!importer?.startsWith('file:')) {
    throw new TypeError(
      `${SCHEME}${spec} is relative, and what imports it, ${importer ?? 'nothing'}, is no file: name it by its full path.`,
    );
  }
  return new URL(spec, importer).href;
}

/** The names are properties of the module as it is when they are used, so they stand for nothing until then. */
function moduleOf(address: string, names: readonly string[]): string {
  const lines = names.map(
    (name, index) => `const n${index} = module[${JSON.stringify(name)}];\nexport { n${index} as ${JSON.stringify(name)} };`,
  );
  return [
    `import { python } from ${JSON.stringify(LIBRARY)};`,
    `const module = await python(${JSON.stringify(address)});`,
    'export { module as default };',
    ...lines,
    '',
  ].join('\n');
}

/** Gives the public names that a file can be seen to have without running it; none if there is no such file. */
async function namesOf(address: string): Promise<string[]> {
  if (!address.startsWith('file:')) return [];
  const names = namesIn(await textOf(fileURLToPath(address)));
  return names.filter((name) => !name.startsWith('_') && name !== 'default' && name !== 'then');
}

async function textOf(path: string): Promise<string> {
  const isPackage = (await stat(path).catch(() => undefined))?.isDirectory();
  const places = isPackage ? [`${path}.py`, join(path, '__init__.py')] : [path, `${path}.py`];
  for (const place of places) {
    const text = await readFile(place, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return '';
}
