/** Recognises files that have not changed. Owns what of a file counts, its digest, and the cheap look that usually saves reading it. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { readScriptHeader } from './toml';

/**
 * What of a file counts: all of it, its lines without comments (requirement files), a script's header, or, of a directory, all files
 * that can be a part of a package.
 */
export type CountingPart = 'whole' | 'lines' | 'header' | 'tree';

/** A file as it was when an environment was made. */
export interface DigestedFile {
  /** Relative to the module's directory where it lies inside or beside it. */
  readonly path: string;
  readonly part: CountingPart;
  /** Bytes; of a directory, the sum of its files. */
  readonly size: number;
  /** Of a directory, the newest of its files. */
  readonly mtimeMs: number;
  readonly sha256: string;
}

/** Folders of a package's directory that no build reads. */
const SKIPPED_FOLDERS = /^(?:\..*|__pycache__|node_modules|build|dist|.*\.egg-info|venv)$/;

/**
 * Describes a file as it is now.
 *
 * @param directory what a relative path starts from
 * @returns nothing if it cannot be read
 */
export function digest(directory: string, path: string, part: CountingPart): DigestedFile | undefined {
  const absolute = resolve(directory, path);
  const look = lookAt(absolute, part);
  const sha256 = look && attempt(() => digestOf(absolute, part));
  return look && sha256 ? { path: portable(directory, absolute), part, ...look, sha256 } : undefined;
}

/** Whether a file is what it was; one that was only touched is. */
export function isUnchanged(directory: string, file: DigestedFile): boolean {
  const path = resolve(directory, file.path);
  const now = lookAt(path, file.part);
  if (!now) return false;
  if (now.size === file.size && now.mtimeMs === file.mtimeMs) return true;
  return attempt(() => digestOf(path, file.part)) === file.sha256;
}

/** The SHA-256 of a text or bytes, as hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** What cannot be read is as good as absent. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function lookAt(path: string, part: CountingPart): Pick<DigestedFile, 'size' | 'mtimeMs'> | undefined {
  const stats = attempt(() => statSync(path, { throwIfNoEntry: false }));
  if (!stats || part !== 'tree') return stats && { size: stats.size, mtimeMs: stats.mtimeMs };
  const all = filesIn(path).map(({ stats: each }) => each);
  return { size: all.reduce((sum, { size }) => sum + size, 0), mtimeMs: all.reduce((newest, { mtimeMs }) => Math.max(newest, mtimeMs), 0) };
}

function digestOf(path: string, part: CountingPart): string {
  if (part === 'whole') return sha256(readFileSync(path));
  if (part === 'tree')
    return sha256(
      filesIn(path)
        .map((file) => `${relative(path, file.path)} ${sha256(readFileSync(file.path))}`)
        .join('\n'),
    );
  const text = readFileSync(path, 'utf8');
  return sha256(part === 'header' ? (readScriptHeader(text) ?? '') : countingLines(text));
}

function countingLines(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/(?:^|\s)#.*/, '').trimEnd());
  return lines.filter((line) => line !== '').join('\n');
}

function filesIn(folder: string): { path: string; stats: Stats }[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED_FOLDERS.test(entry.name) ? [] : filesIn(path);
    return entry.isFile() && !entry.name.endsWith('.pyc') ? [{ path, stats: statSync(path) }] : [];
  });
}

function portable(directory: string, path: string): string {
  const inside = relative(directory, path);
  return isAbsolute(inside) ? path : inside;
}
