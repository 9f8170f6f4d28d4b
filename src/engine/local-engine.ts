/** Workers as child processes of this program. The one place where environments, processes and transports meet. */

import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EitherTransport } from '../channel/either-transport';
import { StreamTransport, type Transport } from '../channel/transport';
import { findDirectory, findEntry } from '../environment/module-directory';
import { findPlainPython } from '../environment/plain-python';
import { provision } from '../environment/provisioner';
import { workerVariables } from '../environment/variables';
import { invalid } from '../option-checks';
import { BOOTSTRAP_ARGUMENTS, IMPORTER_ENTRY, PYTHON_DIRECTORY } from '../paths';
import { type Descriptors, type ProcessSpec, type RunningProcess, startProcess } from '../process/spawn';
import type { Engine, ImporterSpec, PreparedModule, StartedWorker, WorkerSpec } from './engine';

export const localEngine: Engine = {
  async prepare(spec, signal) {
    checkWorkingDirectory(spec.cwd);
    if (spec.kind === 'program') return { directory: spec.cwd ?? process.cwd(), entry: spec.command, environment: undefined };
    if (spec.kind === 'importer') return prepareImporter(spec, signal);
    const directory = findDirectory(spec.directory);
    const entry = findEntry(directory, spec.entrypoint);
    const needsPython = spec.protocol === 'auto' || entry.endsWith('.py');
    const environment = needsPython ? await provision(directory, { ...spec.provisioning, signal, entrypoint: spec.entrypoint }) : undefined;
    return { directory, entry, environment };
  },

  async start(spec, module) {
    const descriptors = descriptorsOf(spec);
    if (descriptors === 'bootstrapped') checkShippedPython();
    const process = await startProcess({
      ...commandOf(spec, module),
      cwd: spec.cwd ?? module.directory,
      env: variablesOf(spec, module),
      descriptors,
    });
    return {
      ...process,
      transport: transportOf(process),
      announces: descriptors !== 'bare',
      info: { pid: process.pid },
    } satisfies StartedWorker;
  },
};

async function prepareImporter(spec: ImporterSpec, signal: AbortSignal): Promise<PreparedModule> {
  const place = { directory: spec.cwd ?? process.cwd(), entry: IMPORTER_ENTRY };
  const { directory, python, env, entrypoint, provisioning } = spec;
  if (directory === undefined) {
    return { ...place, environment: undefined, plainPython: findPlainPython(python, { env: { ...process.env, ...env } }) };
  }
  return { ...place, environment: await provision(directory, { ...provisioning, signal, ...(entrypoint ? { entrypoint } : {}) }) };
}

function descriptorsOf(spec: WorkerSpec): Descriptors {
  if (spec.kind === 'program') return 'program';
  return spec.kind === 'importer' || spec.protocol === 'auto' ? 'bootstrapped' : 'bare';
}

function transportOf({ input, output, reads, duplex, addText }: RunningProcess): Transport {
  const standard = new StreamTransport(input, output, reads);
  return duplex ? new EitherTransport(standard, new StreamTransport(duplex, duplex), addText) : standard;
}

/** The system says of a program started elsewhere that the program is missing. */
function checkWorkingDirectory(cwd: string | undefined): void {
  if (cwd === undefined || statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) return;
  throw invalid('cwd', `The working directory ${cwd} is not there.`);
}

function checkShippedPython(): void {
  if (existsSync(PYTHON_DIRECTORY)) return;
  throw new Error(`the Python side of synapse-py is not at ${PYTHON_DIRECTORY} (a bundler must leave synapse-py external)`);
}

function commandOf(spec: WorkerSpec, { directory, entry, environment, plainPython }: PreparedModule): Pick<ProcessSpec, 'file' | 'args'> {
  if (spec.kind === 'importer') {
    return { file: environment?.python ?? plainPython ?? '', args: [...BOOTSTRAP_ARGUMENTS, dirname(entry), entry, ...spec.args] };
  }
  if (!environment) return { file: entry, args: spec.args };
  const script = spec.kind === 'module' && spec.protocol === 'auto' ? [...BOOTSTRAP_ARGUMENTS, directory, entry] : [entry];
  return { file: environment.python, args: [...script, ...spec.args] };
}

function variablesOf(spec: WorkerSpec, { environment }: PreparedModule): NodeJS.ProcessEnv {
  const { socketBufferSize } = spec;
  const own = { ...spec.env, ...(socketBufferSize ? { SYNAPSE_SOCKET_BUFFER_SIZE: String(socketBufferSize) } : {}) };
  if (spec.kind === 'program') return { ...process.env, ...own, SYNAPSE_HOST: '1' };
  return environment ? workerVariables(process.env, own, environment) : { ...process.env, SYNAPSE_HOST: undefined, ...own };
}
