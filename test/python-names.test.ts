import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../src/python-names';

it.each([
  ['a definition', 'def f(): pass\nasync  def g(x=1):\n    y = 2\nclass C(Base): z = 1\n', ['f', 'g', 'C']],
  ['several targets', 'A, B = 1, 2\nG = H = 7\n(C, [D, *E]) = x\nF, = x\n(I, J), (K, L) = x', [...'ABGHCDEFIJKL']],
  ['what is annotated', 'A: int = 3\nB: "Foo[x]" = dict(c=1)\nC: int', ['A', 'B']],
  [
    'what is taken from elsewhere',
    'from a import b, c as d\nfrom .e import (\n  f,  # g\n  h as i,\n)\nfrom j import *\nimport k',
    [...'bdfi'],
  ],
  ['statements on one line', 'A = 1; B = "; C = 2"; from x import D', ['A', 'B', 'D']],
  ['a line that goes on', 'A = \\\n  B = 3\nD = [\nE,\n]\nF = f(\nG=1)', ['A', 'B', 'D', 'F']],
  ['other ends of lines, and a mark at the beginning', '\uFEFFA = 1\r\ndef f():\r\n  pass\r\nB = """\r\nC = 1"""\r\n', ['A', 'f', 'B']],
  ['letters of all scripts', 'größe = 1\nπ_2 = 3', ['größe', 'π_2']],
])('gives the names of %s', (_what, text, names) => {
  expect(namesIn(text)).toEqual(names);
});

it.each([
  ['texts', "\"\"\"\ndef f(): pass\n'''\nA = 1\n\"\"\"\nr'''\\'''\nB = 1\n'''\n\"\\\nC = 1\"\n'D\\'\\\nE = 1'"],
  ['comments', '# """\n# A = 1\n#"\n'],
  [
    'what is not at the beginning of a line',
    ' A = 1\nif x: B = 1; C = 2\nfor D in x: E = 1\nwith f() as g: H = 1\ntry: I = 1\nexcept X: pass',
  ],
  ['attributes, items, comparisons and arguments', 'a.b = 1\na[0], a.c = 1, 2\na == b\na <= b\na += 1\nf(a=1)\n@f(a=1)\n(a)[0] = 1'],
  ['defaults of a lambda', 'f(lambda a, b=1: b)\ng.h = lambda a, b=1: b'],
])('takes nothing in %s for a name', (_what, text) => {
  expect(namesIn(text)).toEqual([]);
});

it('reads a text of any length', () => {
  expect(namesIn(`A = "${'x'.repeat(2e7)}"\nB = """${'y\n'.repeat(1e7)}"""\nC = [${'f(a=1), '.repeat(1e5)}]`)).toEqual(['A', 'B', 'C']);
});

const PYTHON_NAMES = `
import ast, json, sys
def targets(node):
    if isinstance(node, ast.Name): yield node.id
    elif isinstance(node, ast.Starred): yield from targets(node.value)
    elif isinstance(node, (ast.Tuple, ast.List)):
        for each in node.elts: yield from targets(each)
def names(text):
    for node in ast.parse(text).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)): yield node.name
        elif isinstance(node, ast.ImportFrom): yield from (a.asname or a.name for a in node.names if a.name != "*")
        elif isinstance(node, ast.Assign):
            for target in node.targets: yield from targets(target)
        elif isinstance(node, ast.AnnAssign) and node.value: yield from targets(node.target)
print(json.dumps({path: sorted(set(names(open(path, encoding="utf-8").read()))) for path in sys.argv[1:]}))
`;

it('gives what Python itself finds, in its own library', () => {
  const folder = execFileSync('python3', ['-c', 'import json; print(json.__path__[0])'], { encoding: 'utf8' }).trim();
  const library = join(folder, '..');
  const files = readdirSync(library).filter((name) => name.endsWith('.py'));
  const paths = files.map((name) => join(library, name));
  const found = JSON.parse(execFileSync('python3', ['-c', PYTHON_NAMES, ...paths], { encoding: 'utf8', maxBuffer: 1e8 }));
  const read = paths.map((path) => [path, namesIn(readFileSync(path, 'utf8')).sort()]);
  expect(paths.length).toBeGreaterThan(50);
  expect(Object.fromEntries(read)).toEqual(found);
});
