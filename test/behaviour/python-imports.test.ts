import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { programFolder, runIn } from '../support/python-program';

const REGISTERED = { nodeArgs: ['--import', 'synapse-py/register'] };

let folder: string;
beforeEach(async () => {
  folder = await programFolder();
});

it('a file is imported relative to the one that imports it, a module by its name', async () => {
  await mkdir(join(folder, 'nested'));
  await writeFile(join(folder, 'nested', 'tools.mjs'), "export { default } from 'python:../model.py';");
  const program = `
    import model from 'python:./model.py';
    import again from './nested/tools.mjs';
    import json from 'python:json';
    process.chdir('/');
    say([await model.VERSION, await model.predict({ age: 2 }), await (await model.Counter(1)).increment(), model === again]);
    say([(await import('python:./model.py')).default === model, await json.dumps([1])]);`;
  const said = [
    ['1.0', 2.47, 2, true],
    [true, '[1]'],
  ];
  expect(await runIn(folder, program, REGISTERED)).toMatchObject({ said, stderr: '', exitCode: 0 });
});

it('what a file defines can be imported by its name, what a package takes from its modules too', async () => {
  await writeFile(join(folder, 'pkg', 'names.py'), 'def first(): return 1\ndef second(): return 2\n');
  await writeFile(
    join(folder, 'pkg', '__init__.py'),
    'from .names import first, second as other  # noqa\nfrom os.path import (\n    basename,  # a\n    join as glue,\n)\nLIMIT: int = 3\n',
  );
  const program = `
    import { Counter, VERSION, count, later } from 'python:./model.py';
    import * as pkg from 'python:./pkg';
    say([await (await new Counter(1)).increment(), await VERSION, await later(5)]);
    for await (const item of count(2)) say(item);
    say(Object.keys(pkg));
    say([await pkg.first(), await pkg.other(), await pkg.glue('a', 'b'), await pkg.LIMIT]);`;
  const { said, ...end } = await runIn(folder, program, REGISTERED);
  expect(end).toMatchObject({ stderr: '', exitCode: 0 });
  expect(said).toEqual([[2, '1.0', 5], 0, 1, ['LIMIT', 'basename', 'default', 'first', 'glue', 'other'], [1, 2, 'a/b', 3]]);
});

it('each name of a statement is there, what stands in a text is not', async () => {
  await writeFile(join(folder, 'forms.py'), '"""\ndef fake(): pass\n"""\nA, (B, *C) = 1, (2, 3)\nG = H = 7\n');
  const program = `
    import * as forms from 'python:./forms.py';
    import { A, C, H } from 'python:./forms.py';
    say([Object.keys(forms), await A, await C, await H]);`;
  const said = [[['A', 'B', 'C', 'G', 'H', 'default'], 1, [3], 7]];
  expect(await runIn(folder, program, REGISTERED)).toMatchObject({ said, stderr: '', exitCode: 0 });
});

it('a path is written as in any import: %20 is a space', async () => {
  await mkdir(join(folder, 'a b'));
  await writeFile(join(folder, 'a b', 'mo%d #1.py'), 'A = 1\n');
  const absolute = pathToFileURL(join(folder, 'a b', 'mo%d #1.py')).pathname;
  const program = `
    import first, { A } from 'python:./a%20b/mo%25d%20%231.py';
    import second from 'python:./a b/mo%25d %231.py';
    import third from ${JSON.stringify(`python:${absolute}`)};
    say([await A, first === second, first === third]);`;
  expect(await runIn(folder, program, REGISTERED)).toMatchObject({ said: [[1, true, true]], stderr: '', exitCode: 0 });
});

it('a name that cannot be seen is refused by Node, with the name and the module', async () => {
  const { stderr, exitCode } = await runIn(folder, "import { sqrt } from 'python:math';", REGISTERED);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("The requested module 'python:math' does not provide an export named 'sqrt'");
});

it('what prevents the import rejects it, as python() does', async () => {
  const program = `
    for (const spec of ['python:./missing.py', 'python:./broken.py', 'python:no_such_module', 'python:']) {
      const { name, code } = await failure(import(spec));
      say([name, code]);
    }`;
  expect(await runIn(folder, program, REGISTERED)).toMatchObject({
    said: [
      ['InvalidModuleError', 'ERR_SYNAPSE_ENTRY_NOT_FOUND'],
      ['PythonError(RuntimeError)', 'ERR_SYNAPSE_PYTHON'],
      ['PythonError(ModuleNotFoundError)', 'ERR_SYNAPSE_PYTHON'],
      ['InvalidOptionError', 'ERR_SYNAPSE_INVALID_OPTION'],
    ],
    stderr: '',
    exitCode: 0,
  });
});

it('a program of CommonJS can import it too, registered by --require', async () => {
  await writeFile(join(folder, 'main.cjs'), "import('python:./model.py').then(async (m) => console.log(JSON.stringify(await m.VERSION)));");
  const program = "await import('./main.cjs');";
  expect(await runIn(folder, program, { nodeArgs: ['--require', 'synapse-py/register'] })).toMatchObject({ said: ['1.0'], exitCode: 0 });
});

it('TypeScript takes it with the types of synapse-py/register, and a declaration of the user comes first', async () => {
  await writeFile(
    join(folder, 'main.mts'),
    [
      '/// <reference types="synapse-py/register" />',
      "import tools, { predict } from 'python:./model.py';",
      "import { double } from 'python:./typed.py';",
      'export const all: [number, string] = [await predict(1), await tools.VERSION];',
      'export const doubled: Promise<number> = double(2);',
      '// @ts-expect-error it gives a number',
      'export const wrong: Promise<string> = double(2);',
    ].join('\n'),
  );
  await writeFile(join(folder, 'typed.d.ts'), "declare module 'python:./typed.py' { export function double(x: number): Promise<number>; }");
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.Node16,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    noEmit: true,
    strict: true,
    types: [],
    skipLibCheck: false,
  };
  const program = ts.createProgram([join(folder, 'main.mts'), join(folder, 'typed.d.ts')], options);
  expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
});
