/** The codec of tables of apache-arrow. What finds and runs that package is protocol's business. */

import { types } from 'node:util';
import { ARROW_IS_MISSING, type ArrowTable, findArrow, isArrowTable, writeTable } from '../protocol/arrow';
import { BuiltInCodec, described } from './built-in';
import type { TypedCodec } from './codec';

function checked(table: unknown): ArrowTable {
  if (isArrowTable(table)) return table;
  throw new TypeError(`it takes a Table of apache-arrow, not ${described(table)}`);
}

/** Without the package here, the module sends columns; with it, it lacks pyarrow or gave no table. */
function received(wire: unknown): ArrowTable {
  if (isArrowTable(wire)) return wire;
  if (types.isUint8Array(wire)) return read(wire);
  if (!findArrow()) throw new TypeError(ARROW_IS_MISSING);
  throw new TypeError(`${described(wire)} arrived instead of a table: return a table, and add pyarrow to the module's requirements`);
}

function read(bytes: Uint8Array): ArrowTable {
  const table = findArrow();
  if (!table) throw new TypeError(ARROW_IS_MISSING);
  return table(bytes) as ArrowTable;
}

/**
 * Tables of apache-arrow, which the program installs: `pyarrow.Table` in Python, which the module's requirements name. By itself it makes
 * and reads Arrow IPC streams.
 */
// biome-ignore lint/suspicious/noExplicitAny: its class is known only where apache-arrow is installed
export const arrowCodec: TypedCodec<ArrowTable, any> = new BuiltInCodec('arrow', {
  serialize: (table: ArrowTable): Uint8Array => writeTable(checked(table)),
  deserialize: read,
  toWire: checked,
  fromWire: received,
});
