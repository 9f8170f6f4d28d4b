import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ProvisionOptions } from '../../src/environment/environment-options';
import { provision } from '../../src/environment/provisioner';
import type { ProvisionError } from '../../src/errors';
import { fast } from '../support/environments';
import { temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';
import { makeWheel, requireWheels } from '../support/wheel';

/** One retry: pip tells why it does not reach an index only when it tries again. */
const IMPATIENCE = { PIP_RETRIES: '1', UV_HTTP_RETRIES: '0', NO_PROXY: '127.0.0.1' };

/** Sources that bring their own build backend need no build tools from an index. */
const PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n';

const NEEDS_COMPILER = [
  'import subprocess',
  'def build_wheel(*_):',
  '    subprocess.run(["no-such-system-gcc", "-c", "native.c"], check=True)',
];

const NEEDS_OLD_ALPHA = [
  'import os',
  'def prepare_metadata_for_build_wheel(folder, *_):',
  '    os.mkdir(os.path.join(folder, "beta-1.0.dist-info"))',
  '    with open(os.path.join(folder, "beta-1.0.dist-info", "METADATA"), "w") as file:',
  '        file.write("Metadata-Version: 2.1\\nName: beta\\nVersion: 1.0\\nRequires-Dist: alpha<2\\n")',
  '    return "beta-1.0.dist-info"',
];

async function makeSource(folder: string, name: string, backend: readonly string[]): Promise<void> {
  const source = join(folder, `${name}-1.0`);
  await mkdir(source);
  await writeFile(join(source, 'PKG-INFO'), `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`);
  await writeFile(join(source, 'pyproject.toml'), PROJECT);
  await writeFile(join(source, 'backend.py'), `${backend.join('\n')}\n`);
  await execa('tar', ['-czf', `${name}-1.0.tar.gz`, `${name}-1.0`], { cwd: folder });
}

async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

describe.each<[string, ProvisionOptions]>([
  ['pip', { installer: 'pip', env: IMPATIENCE }],
  ['uv', { installer: 'uv', env: { ...IMPATIENCE, ...fast.env } }],
])('with %s, the error has the output and the advice for', (_, options) => {
  let folder: string;

  async function failure(): Promise<ProvisionError> {
    const error = await rejection<ProvisionError>(provision(folder, options));
    expect(error).toMatchObject({ name: 'ProvisionError', code: 'ERR_SYNAPSE_PROVISION', step: 'install' });
    expect(error.message).toContain(error.output);
    expect(error.message).toContain(error.hint);
    return error;
  }

  beforeEach(async () => {
    folder = await temporaryFolder();
    await makeWheel(folder, 'alpha', '1.0');
  });

  it('a name that does not exist', async () => {
    await requireWheels(folder, 'alpha', 'no-such-package');
    const { output, hint } = await failure();
    expect(output).toMatch(/no-such-package was not found|No matching distribution found for no-such-package/);
    expect(hint).toMatch(/^no-such-package does not exist .*check its spelling/);
  });

  it('two requirements that exclude each other', async () => {
    await makeWheel(folder, 'alpha', '2.0');
    await makeSource(folder, 'beta', NEEDS_OLD_ALPHA);
    await requireWheels(folder, 'alpha==2.0', './beta-1.0.tar.gz');
    const { output, hint } = await failure();
    expect(output).toMatch(/No solution found|ResolutionImpossible/);
    expect(hint).toMatch(/alpha<2 \(asked for by beta.*\) and alpha==2\.0 \(asked for by the requirements\) exclude each other/);
  });

  it('a file with another hash', async () => {
    await requireWheels(folder, `alpha==1.0 --hash=sha256:${'0'.repeat(64)}`);
    const { output, hint } = await failure();
    expect(output).toContain(await hashOf(join(folder, 'wheels', 'alpha-1.0-py3-none-any.whl')));
    expect(hint).toMatch(/^The file of alpha==1\.0 is not the one whose hash/);
  });

  it('a line that is written as npm has it', async () => {
    await requireWheels(folder, 'alpha ^1.0');
    const { output, hint } = await failure();
    expect(output).toContain('alpha ^1.0');
    expect(hint).toMatch(/is not understood: .*six==1\.16\.0/);
  });

  it('an index that refuses connections', async () => {
    await writeFile(join(folder, 'requirements.txt'), '--index-url http://127.0.0.1:9/simple\nno-such-package\n');
    const { output, hint } = await failure();
    expect(output).toMatch(/connection refused/i);
    expect(hint).toMatch(/index http:\/\/127\.0\.0\.1:9\S* cannot be reached \(nothing answers there\)/);
  });

  it('a package that must be compiled where no compiler is', async () => {
    await makeSource(folder, 'native', NEEDS_COMPILER);
    await requireWheels(folder, './native-1.0.tar.gz');
    const { output, hint } = await failure();
    expect(output).toContain("No such file or directory: 'no-such-system-gcc'");
    expect(hint).toMatch(/^The build of \S*native\S* lacks a compiler for C/);
  });
});
