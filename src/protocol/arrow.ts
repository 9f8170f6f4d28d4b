/** Tables of apache-arrow, where the program has it: from the bytes of an Arrow stream and back. Owns finding and loading the package. */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type ArrowParts, adopted } from './foreign-table';

const PACKAGE = 'apache-arrow';

/** What is told where the package is needed and missing. */
export const ARROW_IS_MISSING = `${PACKAGE} is not installed where this library or the program finds it: npm install ${PACKAGE}`;

/** What a `Table` of apache-arrow has in each of its versions. */
export interface ArrowTable {
  readonly schema: { readonly fields: readonly unknown[] };
  readonly batches: readonly unknown[];
  readonly numRows: number;
  readonly numCols: number;
}

interface Reader {
  open(): unknown;
  readonly schema: unknown;
}

interface Arrow extends ArrowParts {
  readonly RecordBatchReader: { from(stream: Uint8Array): Reader };
  tableFromIPC(stream: Reader): unknown;
  tableToIPC(table: unknown, form: 'stream'): Uint8Array;
}

/**
 * Finds apache-arrow, beside this library or in the program's directory.
 *
 * @returns what makes a table of an Arrow stream, and loads the package for the first one; throws if the bytes are none. Nothing where
 *   the package is not installed
 */
export function findArrow(directory = process.cwd()): ((stream: Uint8Array) => unknown) | undefined {
  const load = find(directory);
  return load && ((stream) => readTable(load(), stream));
}

/** The package itself takes bytes that are no stream for an empty one. */
function readTable(arrow: Arrow, stream: Uint8Array): unknown {
  const reader = arrow.RecordBatchReader.from(stream);
  reader.open();
  if (reader.schema) return arrow.tableFromIPC(reader);
  throw new RangeError(`there are ${stream.length} bytes that are no Arrow stream`);
}

/** Whether a value is a table of apache-arrow, of whichever version or copy of it. */
export function isArrowTable(value: unknown): value is ArrowTable {
  if (typeof value !== 'object' || value === null) return false;
  const { schema, batches, numRows, numCols } = value as Partial<ArrowTable>;
  return Array.isArray(batches) && Array.isArray(schema?.fields) && typeof numRows === 'number' && typeof numCols === 'number';
}

/**
 * Gives a table as an Arrow stream.
 *
 * @throws TypeError apache-arrow is not installed, or cannot write this table
 */
export function writeTable(table: ArrowTable, directory = process.cwd()): Uint8Array {
  const load = find(directory);
  if (!load) throw new TypeError(ARROW_IS_MISSING);
  const arrow = load();
  return arrow.tableToIPC(Object.getPrototypeOf(table) === arrow.Table.prototype ? table : adopted(table, arrow), 'stream');
}

function find(directory: string): (() => Arrow) | undefined {
  for (const place of [__dirname, directory]) {
    const load = createRequire(join(place, 'program.js'));
    try {
      load.resolve(PACKAGE);
    } catch {
      continue;
    }
    return () => load(PACKAGE) as Arrow;
  }
  return undefined;
}
