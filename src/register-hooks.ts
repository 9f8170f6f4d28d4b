/**
 * Hooks of Node's module loader, which run on a thread of their own: they turn `python:` specifiers into small modules that call `python()`.
 * Own what such a module exports. Python itself runs when the module does, so that its errors reject the import.
 */

import { readFile, stat } from 'node:fs/promises';
import type { LoadHook, ResolveHook } from 'node:module';
import { extname, isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SCHEME = 'python:';
/** The build that the program's own imports get: what is imported shares its workers. */
const LIBRARY = new URL('./index.mjs', import.meta.url).href;
/** Names of a Python file at the beginning of a line: what it defines, assigns, or imports from elsewhere. */
const DEFINED = /^(?:(?:async[ \t]+)?def|class)[ \t]+([\p{L}_][\p{L}\p{N}_]*)/gmu;
const ASSIGNED = /^([\p{L}_][\p{L}\p{N}_]*)[ \t]*(?::[^=\n]*)?=(?!=)/gmu;
const IMPORTED = /^from[ \t]+\S+[ \t]+import[ \t]+(?:\(([^)]*)\)|([^\n#(]+))/gmu;

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
  if (isAbsolute(spec)) return pathToFileURL(spec).href;
  if (!/^\.{1,2}(?:[\\/]|$)/.test(spec) && extname(spec) !== '.py') return spec;
  if (!importer?.startsWith('file:')) {
    throw new TypeError(
      `${SCHEME}${spec} is relative, and what imports it, ${importer ?? 'nothing'}, is no file: name it by its full path.`,
    );
  }
  return pathToFileURL(join(fileURLToPath(new URL('.', importer)), spec)).href;
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
  const text = await textOf(fileURLToPath(address));
  const imported = [...text.matchAll(IMPORTED)].flatMap(([, listed, plain]) => (listed ?? plain ?? '').replace(/#.*$/gm, '').split(','));
  const names = [
    ...[...text.matchAll(DEFINED), ...text.matchAll(ASSIGNED)].map(([, name]) => name as string),
    ...imported
      .map(
        (each) =>
          each
            .trim()
            .split(/\s+as\s+/)
            .at(-1) as string,
      )
      .filter((name) => /^[\p{L}][\p{L}\p{N}_]*$/u.test(name)),
  ];
  return [...new Set(names)].filter((name) => !name.startsWith('_') && name !== 'default' && name !== 'then');
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
