/** Recognises files that have not changed. Owns what of a file counts, its digest, and the cheap look that usually saves reading it. */

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
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
  /** Of a directory, the newest of its files and folders. */
  readonly mtimeMs: number;
  /** Of small files, whose bytes are read when it differs: tools may set the time of a change, not this one. */
  readonly ctimeMs: number | undefined;
  readonly sha256: string;
}

/** Folders of a package's directory that no build reads; those of the second kind only beside its pyproject.toml. */
const SKIPPED_FOLDERS = /^(?:\..*|__pycache__|node_modules|.*\.egg-info)$/;
const SKIPPED_AT_THE_TOP = /^(?:build|dist)$/;
/** Bytes up to which a file is read rather than trusted. */
const SMALL = 1024 * 1024;

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
  if (now.size === file.size && now.mtimeMs === file.mtimeMs && now.ctimeMs === file.ctimeMs) return true;
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

type Look = Pick<DigestedFile, 'size' | 'mtimeMs' | 'ctimeMs'>;

function lookAt(path: string, part: CountingPart): Look | undefined {
  return attempt(() => (part === 'tree' ? lookAtTree(path) : lookAtFile(path)));
}

function lookAtFile(path: string): Look | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && { size: stats.size, mtimeMs: stats.mtimeMs, ctimeMs: stats.size < SMALL ? stats.ctimeMs : undefined };
}

function lookAtTree(path: string): Look {
  const all = entriesIn(path).map(({ stats }) => stats);
  const size = all.reduce((sum, each) => sum + (each.isFile() ? each.size : 0), 0);
  return { size, mtimeMs: all.reduce((newest, { mtimeMs }) => Math.max(newest, mtimeMs), 0), ctimeMs: undefined };
}

function digestOf(path: string, part: CountingPart): string {
  if (part === 'whole') return sha256(readFileSync(path));
  if (part === 'tree') return sha256(treeOf(path));
  const text = readText(path);
  return sha256(part === 'header' ? (readScriptHeader(text) ?? '') : countingLines(text));
}

function treeOf(folder: string): string {
  const files = entriesIn(folder).filter(({ stats }) => stats.isFile());
  return files.map(({ path }) => `${relative(folder, path)} ${sha256(readFileSync(path))}`).join('\n');
}

/** Reads a text; PowerShell writes UTF-16, which pip reads. */
export function readText(path: string): string {
  const bytes = readFileSync(path);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return Buffer.from(bytes.subarray(2)).swap16().toString('utf16le');
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

function countingLines(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/(?:^|\s)#.*/, '').trimEnd());
  return lines.filter((line) => line !== '').join('\n');
}

/** The folders and files of a package; environments that lie in it are none of it. */
function entriesIn(folder: string, top = folder): { path: string; stats: Stats }[] {
  const names = readdirSync(folder).sort();
  if (names.includes('pyvenv.cfg')) return [];
  const own = { path: folder, stats: statSync(folder) };
  const inner = names.flatMap((name) => {
    const path = join(folder, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats || name.endsWith('.pyc')) return [];
    if (stats.isFile()) return [{ path, stats }];
    const isSkipped = SKIPPED_FOLDERS.test(name) || (folder === top && SKIPPED_AT_THE_TOP.test(name));
    return stats.isDirectory() && !isSkipped && !isLink(path) ? entriesIn(path, top) : [];
  });
  return [own, ...inner];
}

/** A link to a folder may lead back to where it lies. */
function isLink(path: string): boolean {
  return lstatSync(path).isSymbolicLink();
}

/** Gives a path relative to the module's directory, or as it is where it lies on another drive. */
export function portable(directory: string, path: string): string {
  const inside = relative(directory, path);
  return isAbsolute(inside) ? path : inside;
}
