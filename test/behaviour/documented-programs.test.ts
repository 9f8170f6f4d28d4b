import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import * as library from '../../src/index';

type Statements = (...scope: unknown[]) => Promise<void>;
const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (...texts: string[]) => Statements;

const ROOT = join(__dirname, '..', '..');
const PAGES = ['supervision', 'pools', 'module-manager', 'python'].map((name) => `docs/${name}.md`);
const QUIET = { log: () => undefined };

interface Program {
  readonly page: string;
  readonly heading: string;
  readonly text: string;
  /** What the page says that lies beside the program, by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** Reads the programs of a page: blocks of TypeScript. Other blocks are files, whose first line names them. */
function programsOf(page: string): Program[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const files = new Map<string, string>();
  const programs: Program[] = [];
  for (const { 1: language = '', 2: code = '', index } of text.matchAll(/```(\w+)\n([\s\S]*?)```/g)) {
    const before = text.slice(0, index).replace(/```[\s\S]*?```/g, '');
    const heading = [...before.matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? '';
    const name = /^(?:#|\/\/) ([\w./-]+)\n/.exec(code)?.[1];
    if (language === 'ts') programs.push({ page, heading, text: code, files: new Map(files) });
    else if (name) files.set(name, code);
    else throw new Error(`${page}, ${heading}: a block of ${language} does not name its file`);
  }
  return programs;
}

/** Runs a program; what stands behind an arrow is what the statement before it must give. */
async function run(program: string): Promise<number> {
  let checked = 0;
  const same = (found: unknown, expected: unknown) => {
    expect(found).toEqual(expected);
    checked += 1;
  };
  const imported = (name: string) => (name === 'synapse-py' ? library : require(name));
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(program.replace(/^(.*); \/\/ → (.*)$/gm, 'same($1, $2);'), { compilerOptions });
  await new AsyncFunction('require', 'exports', 'console', 'same', outputText)(imported, {}, QUIET, same);
  return checked;
}

/** Compiles programs by the project's own settings; gives what the compiler has to say. */
function complaints(programs: readonly Program[]): string[] {
  const texts = new Map(programs.map(({ text }, index) => [join(ROOT, `documented-${index}.ts`), text]));
  const settings = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(settings, ts.sys, ROOT);
  options.paths = { 'synapse-py': [join(ROOT, 'src', 'index.ts')] };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.getSourceFile = (path, target, ...rest) => {
    const text = texts.get(path);
    return text === undefined ? getSourceFile(path, target, ...rest) : ts.createSourceFile(path, text, target);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  const sources = [...texts.keys()].map((path) => program.getSourceFile(path));
  return sources.flatMap((source, index) =>
    [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${programs[index]?.heading}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    ),
  );
}

const programs = PAGES.flatMap(programsOf);
const home = process.cwd();
let folder: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'synapse-')));
  await mkdir(join(folder, 'py_module'));
  await writeFile(join(folder, 'py_module', 'requirements.txt'), '');
  await writeFile(join(folder, 'py_module', 'main.py'), '');
  await mkdir(join(folder, 'node_modules'));
  await symlink(ROOT, join(folder, 'node_modules', 'synapse-py'), 'junction');
  await library.provision(join(folder, 'py_module'));
  process.chdir(folder);
}, 300_000);

afterAll(async () => {
  process.chdir(home);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

it('every page has programs, and each of them compiles', () => {
  expect(new Set(programs.map(({ page }) => page)).size).toBe(PAGES.length);
  expect(complaints(programs)).toEqual([]);
}, 120_000);

it.each(programs)(
  '$page, $heading: what is shown is so',
  async ({ text, files }) => {
    for (const [path, content] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    expect(await run(text)).toBe(text.split('// →').length - 1);
  },
  120_000,
);
