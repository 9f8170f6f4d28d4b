/**
 * All tests, on both banks: `npm test`. Installs what it lacks. Ends with one line, `N passed, N failed`, all runners added up.
 * Arguments go to jest, which then runs alone: `npm test -- test/channel`.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, ensureBuild, ensureDependencies, ensurePythonTools, ROOT, run } from './ensure.mjs';

await ensureDependencies();
await ensureBuild();
const python = await ensurePythonTools();
const reports = mkdtempSync(join(tmpdir(), 'synapse-test-'));
const jestArguments = process.argv.slice(2);
/** Tests compare what programs print: what a shell or a CI says on colours and the like is not for them. */
const { CI, FORCE_COLOR, NO_COLOR, NODE_DISABLE_COLORS, PY_COLORS, ...env } = process.env;

async function jest() {
  const report = join(reports, 'jest.json');
  const args = ['--json', `--outputFile=${report}`, '--silent=false', ...jestArguments];
  const code = await run(process.execPath, [command('jest'), ...args], { env });
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
  return { code, passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
}

async function pytest() {
  const report = join(reports, 'pytest.xml');
  const code = await run(python, ['-m', 'pytest', `--junitxml=${report}`], { cwd: join(ROOT, 'python'), env });
  const suite = /<testsuite [^>]*>/.exec(readFileSync(report, 'utf8'))?.[0] ?? '';
  const count = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  return { code, passed: count('tests') - failed - count('skipped'), failed };
}

const results = [await jest()];
if (jestArguments.length === 0) results.push(await pytest());
rmSync(reports, { recursive: true });

const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
const broken = results.some(({ code }) => code !== 0) || passed === 0;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || broken ? 1 : 0;
