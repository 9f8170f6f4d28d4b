/** What the figures were measured on: the machine and the versions, without anything that tells one person's machine from another's. */

import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem, type } from 'node:os';
import { join } from 'node:path';

/**
 * @param {import('../dist/index.mjs').Environment} environment the module's
 */
export function describeMachine(environment) {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${process.arch}`,
    loadBefore: Number(loadavg()[0].toFixed(2)),
    node: process.versions.node,
    python: environment.pythonVersion,
    packages: {
      'synapse-py': versionIn('..'),
      '@msgpack/msgpack': versionIn('..', 'node_modules', '@msgpack', 'msgpack'),
      'python-shell': versionIn('node_modules', 'python-shell'),
      pythonia: versionIn('node_modules', 'pythonia'),
      'msgpack (Python)': /^msgpack-(.*)\.dist-info$/m.exec(environment.distributions.join('\n'))?.[1] ?? 'not installed',
    },
  };
}

function versionIn(...path) {
  const manifest = join(import.meta.dirname, ...path, 'package.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : 'not installed';
}
