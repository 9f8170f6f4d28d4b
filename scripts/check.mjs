/** The gate: `npm run check`. Lint, types, build, the package's form, unused code, then all tests. Installs what it lacks. */

import { join } from 'node:path';
import { command, demand, ensureBuild, ensureDependencies, ensurePythonTools, ROOT } from './ensure.mjs';

await ensureDependencies();
await ensureBuild();
const python = await ensurePythonTools();
const bank = { cwd: join(ROOT, 'python') };
const node = (...args) => [process.execPath, args];

const stages = [
  ['lint', ...node(command('@biomejs/biome', 'biome'), 'check', '--error-on-warnings', '.')],
  ['lint (Python)', python, ['-m', 'ruff', 'check', '.', '../fixtures', '../py_template', '../examples', '../bench'], bank],
  ['format (Python)', python, ['-m', 'ruff', 'format', '--check', '.', '../fixtures', '../py_template', '../examples', '../bench'], bank],
  ['types', ...node(command('typescript', 'tsc'))],
  ['types (Python)', python, ['-m', 'mypy'], bank],
  ['package', ...node(command('publint'))],
  ['package types', ...node(command('@arethetypeswrong/cli', 'attw'), '--pack', '.')],
  ['unused', ...node(command('knip'))],
  ['tests', ...node(join(ROOT, 'scripts', 'test.mjs'))],
];

for (const [name, file, args, options] of stages) {
  process.stdout.write(`\n== ${name}\n`);
  await demand(file, args, options);
}
