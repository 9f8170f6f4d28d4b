/** The library as its users get it: packed once, installed from the tarball, used from outside. */

import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installNodes, type NodeName } from './node-releases';
import { developmentVersion, listFiles, packLibrary } from './packed-library';
import { brokenLinks, followReadme, imageCommands, useTemplate } from './readme';
import { addConsumer, commandOf, makeProject, type ProgramResult, runAsStranger, runScript, runTool } from './user';

/** Milliseconds for npm to fetch and unpack what is not in its cache. */
const INSTALL_TIMEOUT_MS = 240_000;

let folder: string;
let tarball: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'synapse-package-')));
  tarball = await packLibrary(join(folder, 'tarball'));
}, INSTALL_TIMEOUT_MS);

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** Gives what a program told as JSON; if it did not end well, fails with all that it wrote. */
function toldBy(result: ProgramResult): unknown {
  expect(result).toEqual({ exitCode: 0, stdout: expect.any(String), stderr: '' });
  return JSON.parse(result.stdout);
}

describe('a project that has nothing but the library', () => {
  let project: string;
  let files: string[];

  beforeAll(async () => {
    project = await makeProject(join(folder, 'plain'), { 'synapse-py': tarball });
    files = await listFiles(join(project, 'node_modules', 'synapse-py')); // before Python adds compiled forms
  }, INSTALL_TIMEOUT_MS);

  test('gets both builds with their types, and the Python side', () => {
    const builds = ['dist/index.mjs', 'dist/index.cjs', 'dist/index.d.mts', 'dist/index.d.cts'];
    const python = ['bootstrap', 'codec', 'frame', '__init__'].map((name) => `python/synapse_py/${name}.py`);
    expect(files).toEqual(expect.arrayContaining([...builds, ...python, 'python/synapse_py/py.typed', 'package.json']));
  });

  test('gets the documents and the template of a module', () => {
    const documents = ['README.md', 'CHANGELOG.md', 'LICENSE'];
    expect(files).toEqual(expect.arrayContaining([...documents, 'py_template/main.py', 'py_template/requirements.txt']));
  });

  test('gets no package that the builds contain', async () => {
    const packages = await readdir(join(project, 'node_modules'));
    expect(packages).toEqual(expect.arrayContaining(['synapse-py', 'commander', 'cross-spawn']));
    expect(packages.filter((name) => ['execa', 'smol-toml', 'cli-progress'].includes(name))).toEqual([]);
  });

  test('gets no tests, sources, caches or environments', () => {
    const shipped = [
      /^(package\.json|README\.md|CHANGELOG\.md|CONTRIBUTING\.md|LICENSE)$/,
      /^docs\/[\w-]+\.md$/,
      /^bench\/results\/latest\.svg$/,
      /^dist\/[\w-]+\.(mjs|cjs|d\.mts|d\.cts)(\.map)?$/,
      /^python\/(pyproject\.toml|importer\/main\.py|tools\/\w+\.txt|synapse_py\/((provisioning\/)?\w+\.py|py\.typed))$/,
      /^py_template\/[\w-]+\.(py|txt|md)$/,
    ];
    expect(files.filter((file) => !shipped.some((form) => form.test(file)))).toEqual([]);
  });

  describe('runs programs on every supported Node', () => {
    const consumers = { esm: 'program.mjs', commonjs: 'program.js' };
    const versions: Record<NodeName, string> = { 'this Node': process.version, 'Node 20': 'v20.19.', 'Node 24': 'v24.' };
    const cases = Object.entries(consumers).flatMap(([name, script]) =>
      Object.entries(versions).map(([node, version]) => ({ name, script, node: node as NodeName, version })),
    );
    let nodes: Record<NodeName, string>;

    beforeAll(async () => {
      nodes = await installNodes(join(folder, 'nodes'));
      for (const name of Object.keys(consumers)) await addConsumer(project, name);
    }, INSTALL_TIMEOUT_MS);

    test.each(cases)(
      '$name on $node: calls are answered, prints are logs, the program ends by itself',
      async ({ script, name, node, version }) => {
        const told = toldBy(await runScript(nodes[node], join(project, name, script)));
        const text = 'é🐍\n';
        expect(told).toEqual({
          node: expect.stringMatching(`^${version}`),
          answers: [2, 4, 6].map((number) => ({ number, text })),
          logged: [1, 2, 3].map((number) => `stdout: doubling ${number}`),
          state: 'closed',
        });
      },
    );
  });

  test('gets no document with a link to a file or heading that it does not get', async () => {
    const pages = files.filter((file) => file.endsWith('.md'));
    const missing = await Promise.all(pages.map((page) => brokenLinks(join(project, 'node_modules', 'synapse-py'), page)));
    expect(missing.flat()).toEqual([]);
    expect(pages).toContain('docs/api.md');
  });

  test('can do word for word what the README says', async () => {
    const place = await followReadme(project);
    const told = await runScript(process.execPath, join(place, 'main.mjs'), [], place);
    expect(told).toEqual({ exitCode: 0, stdout: expect.any(String), stderr: '' });
    expect(told.stdout.split('\n')).toEqual([
      'stdout: mean of [1, 2, 4]',
      '2.33',
      'stdout: mean of [1, 2, 4]',
      '2.3333',
      '2.3 1.2',
      ...[0, 1, 2].map((number) => `{ number: ${number} }`),
      'epoch 0',
      'epoch 1',
      '1.5',
      'ERR_SYNAPSE_CALL_TIMEOUT run',
      'not needed',
      'stdout: mean of []',
      'PythonError(ZeroDivisionError) division by zero',
    ]);
    const glimpse = await runScript(process.execPath, join(place, 'glimpse.mjs'), [], place);
    expect(glimpse).toEqual({ exitCode: 0, stdout: [0, 1, 2].map((number) => `{ number: ${number} }`).join('\n'), stderr: '' });
  });

  test('can use the template that comes with the package as its README says', async () => {
    const place = await useTemplate(project);
    const told = await runScript(process.execPath, join(place, 'main.mjs'), [], place);
    expect(told).toEqual({ exitCode: 0, stdout: 'Hello, Ada!\nWelcome, Ada!\n1\n2\n3', stderr: '' });
  });

  test('can be put into an image as docs/environments.md says: prepared by the command, then run by another user who can write nowhere', async () => {
    const place = await followReadme(project, 'image');
    const commands = await imageCommands(join(project, 'node_modules', 'synapse-py', 'docs', 'environments.md'));
    expect(commands).toEqual(['npx synapse install ./py_module']);
    for (const command of commands) await runTool('npx', command.split(' ').slice(1), place);
    const result = await runAsStranger(join(place, 'main.mjs'), place);
    expect(result).toEqual({ exitCode: 0, stdout: expect.stringContaining('{ number: 2 }'), stderr: '' });
  });

  test('may load both builds: they have the same names, and errors of one are instances of the other', async () => {
    const consumer = await addConsumer(project, 'both-builds');
    const told = toldBy(await runScript(process.execPath, join(consumer, 'program.mjs'))) as { names: Record<string, string[]> };
    const { names, ...rest } = told;
    expect(names['required']).toEqual(names['imported']);
    expect(rest).toEqual({
      areTwoBuilds: true,
      requiredByImported: ['SynapseError', 'NotReadyError'],
      importedByRequired: ['SynapseError', 'NotReadyError'],
      typeErrorByImported: [],
      typeErrorByRequired: [],
    });
  });
});

describe('a TypeScript project with Jest', () => {
  let project: string;

  beforeAll(async () => {
    const tools = ['typescript', 'jest', 'ts-jest', '@types/jest', '@types/node'];
    const versions = Object.fromEntries(await Promise.all(tools.map(async (name) => [name, await developmentVersion(name)])));
    project = await makeProject(join(folder, 'typed'), { 'synapse-py': tarball, ...versions });
  }, INSTALL_TIMEOUT_MS);

  test.each(['es2022', 'es2020'])(
    'has types for ES and CommonJS modules of %s, which take what is right and refuse mistakes',
    async (target) => {
      const consumer = await addConsumer(project, 'types');
      const tsc = await commandOf(project, 'typescript', 'tsc');
      const { exitCode, stdout } = await runScript(process.execPath, tsc, ['-p', consumer, '--target', target, '--listFiles']);
      const lines = stdout.split('\n');
      expect({ exitCode, complaints: lines.filter((line) => line.includes('error TS')) }).toEqual({ exitCode: 0, complaints: [] });
      const types = lines.flatMap((line) => /synapse-py\/(dist\/.*)/.exec(line)?.[1] ?? []);
      expect(types.sort()).toEqual(['dist/index.d.cts', 'dist/index.d.mts']);
    },
  );

  describe("runs its tests by ts-jest's preset alone", () => {
    let consumer: string;

    beforeAll(async () => {
      consumer = await addConsumer(project, 'jest');
    });

    test.each([
      ['in workers', ['--maxWorkers=2']],
      ['with a search for open handles', ['--detectOpenHandles']],
    ])('%s: they pass, and Jest ends by itself and complains of nothing', async (_how, options) => {
      const jest = await commandOf(project, 'jest', 'jest');
      const args = ['--ci', '--json', '--cacheDirectory', join(folder, 'jest-cache'), ...options];
      const { exitCode, stdout, stderr } = await runScript(process.execPath, jest, args, consumer);
      expect(stderr).not.toMatch(/open handle|did not exit|failed to exit|warn/i);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringMatching('Tests: +2 passed, 2 total') });
      expect(JSON.parse(stdout)).toMatchObject({ success: true, numPassedTests: 2, openHandles: [] });
    });
  });
});
