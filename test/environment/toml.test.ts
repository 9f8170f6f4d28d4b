import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseScriptHeader, readLockedPython, readProject, readScriptHeader } from '../../src/environment/toml';
import { temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';

async function file(text: string, name = 'pyproject.toml'): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, text);
  return path;
}

it('reads what counts of a pyproject.toml', async () => {
  const path = await file(
    '[project]\nname="a"\nrequires-python=">=3.10"\ndependencies=["six>=1", "a[b]; python_version>\'3\'"]\n[tool.uv]\nindex-strategy="x"\n[tool.uv.sources]\none={path="../one", editable=true}\ntwo={git="https://x/y"}\n',
  );
  expect(await readProject(path)).toMatchObject({
    hasProject: true,
    dependencies: ['six>=1', "a[b]; python_version>'3'"],
    dynamic: false,
    requiresPython: '>=3.10',
    localSources: [{ path: '../one', editable: true }],
  });
  expect(await readProject(await file('[tool.black]\n'))).toMatchObject({ hasProject: false, dependencies: undefined, localSources: [] });
  expect(await readProject(await file('[project]\ndynamic=["version","dependencies"]\n'))).toMatchObject({
    hasProject: true,
    dynamic: true,
  });
  expect(await readLockedPython(await file('requires-python = ">=3.11"\n', 'uv.lock'))).toBe('>=3.11');
});

test.each([
  ['[project\n', /cannot be read: .*\. Correct it\.$/s],
  ['[project]\ndependencies = "six"\n', /dependencies must be a list of texts/],
  ['[project]\ndependencies = [1]\n', /1 among the dependencies is not the name of a package/],
  ['[project]\ndependencies = ["--index-url=https://evil.example"]\n', /--index-url.* is not the name of a package/],
  ['[project]\ndependencies = ["-e ."]\n', /is not the name of a package/],
  ['[project]\ndependencies = ["six\\n--index-url https://evil.example"]\n', /is not the name of a package/],
])('refuses %j, and says where', async (text, message) => {
  const path = await file(text);
  const error = await rejection(readProject(path));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_REQUIREMENTS_INVALID', path });
  expect(error.message).toMatch(message);
});

test.each<[string, string | undefined]>([
  ['# /// script\n# a = 1\n#\n# b = 2\n# ///\nprint()\n', 'a = 1\n\nb = 2'],
  ['#!/usr/bin/env python\n"""x"""\n# /// script\r\n# a = 1\r\n# ///\r\n', 'a = 1'],
  ['# /// script\n# a = 1\nprint()\n# ///\n', undefined],
  ['# /// other\n# a = 1\n# ///\n', undefined],
  ['print("# /// script")\n', undefined],
  ['# /// script\n# a = """\n# ///\n# """\n# ///\n', 'a = """\n///\n"""'],
])('takes the header out of %j', (script, header) => {
  expect(readScriptHeader(script)).toBe(header);
});

it('reads a header', async () => {
  expect(await parseScriptHeader('requires-python = ">=3.11"\ndependencies = ["six"]', 'main.py')).toMatchObject({
    dependencies: ['six'],
    requiresPython: '>=3.11',
  });
  expect(await parseScriptHeader('', 'main.py')).toMatchObject({ dependencies: [], requiresPython: undefined });
});
