/**
 * The runtimes that tests use, from the development dependencies. Owns where their executables lie: the packages `bun` and `deno` have them
 * once their install scripts ran, which npm may be told not to do; else the packages of the platform have them.
 */

import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type RuntimeName = 'node' | 'bun' | 'deno';

export interface Runtime {
  readonly name: RuntimeName;
  readonly command: string;
  /** What stands before the script: Deno asks for every permission that it is not given. */
  readonly args: readonly string[];
}

/** A runtime that tests cannot use here, and why: it belongs into the title of what is skipped. */
export interface MissingRuntime {
  readonly name: RuntimeName;
  readonly missing: string;
}

/** Bytes that an executable has and the text that stands for it until the install script ran has not. */
const LEAST_BYTES = 1_000_000;
const ARGS: Record<RuntimeName, readonly string[]> = { node: [], bun: ['run'], deno: ['run', '-A'] };
const EXE = process.platform === 'win32' ? '.exe' : '';

/** Every file, by package, that may be the executable. */
const PLACES: Record<Exclude<RuntimeName, 'node'>, () => [packageName: string, file: string][]> = {
  bun: () => [
    ['bun', 'bin/bun.exe'],
    [`@oven/bun-${bunPlatform()}`, `bin/bun${EXE}`],
    [`@oven/bun-${bunPlatform()}-baseline`, `bin/bun${EXE}`],
  ],
  deno: () => [
    ['deno', `deno${EXE}`],
    [`@deno/${process.platform}-${process.arch}${process.platform === 'linux' ? '-glibc' : ''}`, `deno${EXE}`],
  ],
};

/** All that are there on this machine: Node always is. */
export function runtimes(): Runtime[] {
  return (['node', 'bun', 'deno'] as const).map(findRuntime).filter((found) => 'command' in found);
}

/** Looks for one; says why it is not there. */
export function findRuntime(name: RuntimeName): Runtime | MissingRuntime {
  if (name === 'node') return { name, command: process.execPath, args: ARGS.node };
  const command = PLACES[name]()
    .map(([packageName, file]) => fileOf(packageName, file))
    .find((path) => path !== undefined && isExecutable(path));
  if (command) return { name, command, args: ARGS[name] };
  const platform = `${process.platform} ${process.arch}${isMusl() ? ' with musl' : ''}`;
  return { name, missing: `the npm package ${name} has no executable for ${platform}, or is not installed` };
}

function fileOf(packageName: string, file: string): string | undefined {
  try {
    return join(dirname(createRequire(__filename).resolve(`${packageName}/package.json`)), file);
  } catch {
    return undefined;
  }
}

function isExecutable(path: string): boolean {
  if (!existsSync(path) || statSync(path).size < LEAST_BYTES) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function bunPlatform(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  return `${system}-${process.arch === 'arm64' ? 'aarch64' : process.arch}${isMusl() ? '-musl' : ''}`;
}

function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}
