/** Releases of Node other than the one that runs the tests. Owns which ones and how npm brings them. */

import { commandOf, makeProject } from './user';

/** The oldest that the library supports, and the newest that is supported for long. */
const RANGES = { 'Node 20': '~20.19.0', 'Node 24': '24' };

export type NodeName = 'this Node' | keyof typeof RANGES;

/** The package with the executable, the one that an install script of the package `node` fetches: as a dependency it needs no script. */
function platformPackage(): string {
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return `${prefix}-${platform}-${process.arch}`;
}

/** Installs the releases into a project of their own, and gives the executables, that of this process included. */
export async function installNodes(folder: string): Promise<Record<NodeName, string>> {
  const aliases = Object.entries(RANGES).map(([name, range]) => [alias(name), `npm:${platformPackage()}@${range}`]);
  const project = await makeProject(folder, Object.fromEntries(aliases));
  return {
    'this Node': process.execPath,
    'Node 20': await commandOf(project, alias('Node 20'), 'node'),
    'Node 24': await commandOf(project, alias('Node 24'), 'node'),
  };
}

function alias(name: string): string {
  return name.toLowerCase().replace(' ', '-');
}
