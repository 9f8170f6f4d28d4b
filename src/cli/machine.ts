/** What `synapse doctor` finds on the machine: Node, variables, Python, installers. */

import { cacheDirectory, isWritable } from '../environment/cache-directory';
import { run } from '../environment/command';
import { discover, type Interpreter, type PassedOver } from '../environment/discover';
import { findPip } from '../environment/pip';
import { pythonRequest } from '../environment/python-request';
import { compareVersions } from '../environment/python-version';
import { findUv } from '../environment/uv';
import { installerVariables } from '../environment/variables';
import { SynapseError } from '../errors';
import { type Finding, ok, problem, warning } from './finding';
import { packageFacts, shippedPythonVersion } from './package';

/** An interpreter, and how it was found. */
export interface FoundPython extends Interpreter {
  readonly candidate: string;
  readonly passedOver: readonly PassedOver[];
}

/** Tells of Node, of this package, and of the platform. */
export function nodeFindings(): Finding[] {
  const { version, node } = packageFacts();
  const isNew = compareVersions(process.versions.node, node.replace(/^>=/, '')) >= 0;
  const shipped = shippedPythonVersion();
  return [
    isNew
      ? ok('node', `${process.version} on ${process.platform}-${process.arch}`)
      : problem('node', `${process.version}, and ${node} is needed`, 'Install a newer Node.'),
    shipped === undefined
      ? problem('synapse-py', `${version}, without its Python side`, 'Install synapse-py again; a bundler must leave it external.')
      : shipped === version
        ? ok('synapse-py', `${version}, with synapse_py ${shipped}`)
        : problem('synapse-py', `${version}, but with synapse_py ${shipped}`, 'Install synapse-py again.'),
    ...libcFindings(),
  ];
}

/** Many packages have no compiled form for musl. */
function libcFindings(): Finding[] {
  if (process.platform !== 'linux') return [];
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  if (header.glibcVersionRuntime) return [];
  const advice = 'Where an installation fails or takes minutes, use an image with glibc, such as Debian.';
  return [warning('platform', 'this Linux has musl, not glibc: packages without a wheel for it are compiled from source', advice)];
}

/** Variables that one may think reach a worker, or that change what is kept. */
const VARIABLES: readonly (readonly [name: string, meaning: string, advice: string])[] = [
  ['PYTHONPATH', 'is not passed on to workers', 'Name the packages in the requirements, or pass it as the option env.'],
  ['PYTHONHOME', 'is not passed on to workers', 'Remove it: it breaks other Pythons, too.'],
  [
    'PYTHONDONTWRITEBYTECODE',
    'keeps Python from saving compiled code beside its source; for workers it is kept in the environment instead',
    'Remove it, or run "synapse install", which compiles all packages.',
  ],
];

/** Tells of variables that matter. */
export function variableFindings(env: NodeJS.ProcessEnv): Finding[] {
  const cache = cacheDirectory(env);
  return [
    ...VARIABLES.filter(([name]) => env[name]).map(([name, meaning, advice]) =>
      warning('variables', `${name} is set: it ${meaning}`, advice),
    ),
    isWritable(cache)
      ? ok('cache', cache)
      : warning(
          'cache',
          `${cache} cannot be written: uv cannot be fetched, and the store not be used`,
          'Name another place by SYNAPSE_CACHE_DIR.',
        ),
  ];
}

/** Finds the Python of this machine, or what is wrong. */
export async function lookForPython(option: string | undefined, directory: string, env: NodeJS.ProcessEnv): Promise<FoundPython | Finding> {
  try {
    const { interpreter, candidate, passedOver } = await discover(pythonRequest(option, env), { env, directory });
    return { ...interpreter, candidate, passedOver };
  } catch (error) {
    if (!(error instanceof SynapseError)) throw error;
    return problem('python', error.message, 'Install Python 3.9 or newer, or name one by --python or SYNAPSE_PYTHON.');
  }
}

const MANAGED = 'import os, sysconfig; print(os.path.exists(os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")))';

/** Tells of the interpreter that environments are made from. */
export async function pythonFindings(
  { executable, version, candidate, passedOver }: FoundPython,
  env: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const { output } = await run({ file: executable, args: ['-I', '-S', '-c', MANAGED], env: installerVariables(env) });
  const isManaged = output.trim() === 'True';
  const lines = [
    `${version} at ${executable}, found as ${candidate}`,
    ...passedOver.map((each) => `not ${each.candidate}: ${each.reason}`),
    ...(isManaged
      ? ['its packages are managed by the system (PEP 668), which does not matter: modules have environments of their own']
      : []),
  ];
  return [ok('python', lines.join('\n'))];
}

/** Tells of uv and pip. */
export async function installerFindings(interpreter: Interpreter, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const { pip, old, passedOver } = await findPip(interpreter, env);
  const uv = await uvFinding(interpreter, env, pip !== undefined || old !== undefined);
  if (pip) return [uv, ok('pip', `${pip.version} of ${interpreter.executable}`)];
  const reasons = passedOver.map(({ candidate, reason }) => `${candidate}: ${reason}`).join('\n');
  if (uv.state === 'ok') return [uv, ok('pip', `none that can be used, and none is needed beside uv\n${reasons}`)];
  if (old) return [uv, warning('pip', reasons, 'Nothing, if there is a network: a newer one is fetched.')];
  return [
    uv,
    problem('pip', `there is none that can be used\n${reasons}`, 'Install uv, or pip for this Python (Debian: apt install python3-pip).'),
  ];
}

async function uvFinding(interpreter: Interpreter, env: NodeJS.ProcessEnv, canFetch: boolean): Promise<Finding> {
  if (!['', '0', undefined].includes(env['SYNAPSE_NO_UV']))
    return warning('uv', 'SYNAPSE_NO_UV forbids it', 'Remove that variable: pip takes several times as long.');
  try {
    const { uv, passedOver } = await findUv({ env, interpreter });
    if (uv) return ok('uv', `${uv.version} at ${uv.file}`);
    const reasons = passedOver.map(({ candidate, reason }) => `\nnot ${candidate}: ${reason}`).join('');
    const advice = canFetch ? 'Nothing, if there is a network: the first installation fetches it.' : 'Install it: see docs.astral.sh/uv.';
    return warning('uv', `there is none${reasons}`, advice);
  } catch (error) {
    if (!(error instanceof SynapseError)) throw error;
    return problem('uv', error.message, 'Correct the variable, or remove it.');
  }
}
