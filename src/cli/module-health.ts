/** What `synapse doctor` finds of a module: its files, its environment, and what is in that. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { run } from '../environment/command';
import type { Stamp } from '../environment/fingerprint';
import type { Explanation } from '../environment/inspection';
import { environmentPython } from '../environment/layout';
import { findEntry } from '../environment/module-directory';
import { installerVariables } from '../environment/variables';
import { SynapseError } from '../errors';
import { type Finding, ok, problem, warning } from './finding';
import { shippedPythonVersion } from './package';

/** As docs/environments.md tells. */
const STAMP_NAME = '.synapse.json';

/** What is asked of an environment's Python. */
interface Inside {
  readonly version: string;
  /** Version of msgpack; null if it is not there. */
  readonly codec: string | null;
  /** Whether its compiled form can be loaded. */
  readonly isCompiled: boolean;
  /** Version of a synapse_py that is installed there; null if none is. */
  readonly synapse: string | null;
}

const PROBE = `
import json, platform
from importlib import metadata
def version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
try:
    import msgpack._cmsgpack
    compiled = True
except ImportError:
    compiled = False
print(json.dumps({"version": platform.python_version(), "codec": version("msgpack"), "isCompiled": compiled, "synapse": version("synapse-py")}))
`;

/** Tells of the module's files. */
export function moduleFindings({ status, manifest }: Explanation, entrypoint: string): Finding[] {
  const { directory } = status;
  const files = manifest.files.map((file) => relative(directory, file)).join(', ') || 'nothing';
  return [entryFinding(directory, entrypoint), ok('inputs', `${files}: ${manifest.reason}`)];
}

function entryFinding(directory: string, entrypoint: string): Finding {
  try {
    return ok('module', findEntry(directory, entrypoint));
  } catch (error) {
    if (!(error instanceof SynapseError)) throw error;
    return problem('module', error.message, 'Create the entry, or name another one by --entry.');
  }
}

/** Tells of the environment, its stamp and its codec. */
export async function environmentFindings(explanation: Explanation, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const { venv, state } = explanation.status;
  const findings = [stateFinding(explanation)];
  if (state === 'absent' || state === 'building' || !existsSync(environmentPython(venv))) return findings;
  return [...findings, await stampFinding(venv), ...(await insideFindings(venv, env))];
}

const ADVICE: Record<Explanation['work'], string> = {
  nothing: '',
  create: 'Nothing: the first spawn() makes it; "synapse install" does so beforehand.',
  update: 'Nothing: the next spawn() brings it up to date; "synapse install" does so beforehand.',
  rebuild: 'Nothing: the next spawn() makes it anew; "synapse install" does so beforehand.',
  adopt: 'The next spawn() takes it over if it has all that is needed; else delete it, or pass --recreate to "synapse install".',
  restamp: 'Nothing: the next spawn() renews its stamp.',
  wait: 'Wait until it is made; spawn() waits, too.',
  fail: '',
};

function stateFinding({ status, work, python, installer }: Explanation): Finding {
  const { venv, state, detail, pythonVersion, installer: by, distributions } = status;
  const made =
    pythonVersion === undefined
      ? ''
      : ` (Python ${pythonVersion}, ${distributions.length} package${distributions.length === 1 ? '' : 's'}, by ${by})`;
  const text = `${venv}: ${state}, ${detail}${made}`;
  if (work === 'fail') {
    const [first = 'this user cannot write there'] = [python, installer].flatMap((each) => ('error' in each ? [each.error] : []));
    return problem('environment', `${text}\nit cannot be made: ${first}`, 'Mend that, or name another place by --venv or --store.');
  }
  return state === 'ready' ? ok('environment', text) : warning('environment', text, ADVICE[work]);
}

async function stampFinding(venv: string): Promise<Finding> {
  const path = join(venv, STAMP_NAME);
  try {
    const { installer, owner, python, host } = JSON.parse(await readFile(path, 'utf8')) as Stamp;
    const by = owner === 'synapse' ? `made by ${installer}` : 'made by somebody else, and taken over';
    return ok('stamp', `${path}: ${by}, from ${python.executable}, for ${host}`);
  } catch {
    return warning(
      'stamp',
      `${path} is not there or damaged: the environment does not count as complete`,
      'Nothing: the next spawn() sees to it.',
    );
  }
}

async function insideFindings(venv: string, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const python = environmentPython(venv);
  const { exitCode, output } = await run({ file: python, args: ['-I', '-c', PROBE], env: installerVariables(env) });
  const inside = exitCode === 0 ? (JSON.parse(output.trim().split('\n').at(-1) ?? '') as Inside) : undefined;
  if (!inside) return [problem('codec', `${python} does not run:\n${output}`, 'Make the environment anew: synapse install --force')];
  return [codecFinding(inside), ...ownFindings(inside)];
}

function codecFinding({ codec, isCompiled }: Inside): Finding {
  if (isCompiled) return ok('codec', `msgpack ${codec}, compiled`);
  const what = codec === null ? 'msgpack is not in the environment' : `msgpack ${codec} is there without its compiled code`;
  const advice = 'It works, several times slower. Add msgpack to the requirements, or make the environment anew where there is a network.';
  return warning('codec', `${what}: messages are coded by Python`, advice);
}

/** A worker uses the one that comes with this package, whatever is installed. */
function ownFindings({ synapse }: Inside): Finding[] {
  const shipped = shippedPythonVersion();
  if (synapse === null || synapse === shipped) return [];
  const advice = 'Install that of this package, for editors and tests: pip install ./node_modules/synapse-py/python';
  return [warning('synapse_py', `${synapse} is installed in the environment, and workers run ${shipped}`, advice)];
}
