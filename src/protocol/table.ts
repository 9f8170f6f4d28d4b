/** Bytes behind a payload, out of band. Owns the table in a header that tells their lengths, and where in the body they lie. */

/** Each buffer begins at a multiple of this from the body's start, so that an array in it can be used where it lies. */
const ALIGNMENT = 8;
const PADDINGS = Array.from({ length: ALIGNMENT }, (_, size) => new Uint8Array(size));

/** Where the parts of a body lie. */
export interface Layout {
  readonly payloadEnd: number;
  readonly buffers: readonly Uint8Array[];
}

function paddingAt(at: number): number {
  return -at & (ALIGNMENT - 1);
}

/** The table for a payload and its buffers. */
export function tableOf(payload: Uint8Array, buffers: readonly Uint8Array[]): number[] {
  return [payload.length, ...buffers.map(({ length }) => length)];
}

/**
 * Puts buffers behind the parts of a body.
 *
 * @param size bytes of the body so far
 */
export function appendBuffers(parts: Uint8Array[], size: number, buffers: readonly Uint8Array[]): void {
  let at = size;
  for (const buffer of buffers) {
    const padding = paddingAt(at);
    if (padding > 0) parts.push(PADDINGS[padding] as Uint8Array);
    parts.push(buffer);
    at += padding + buffer.length;
  }
}

/**
 * Finds the parts of a body.
 *
 * @param start where the payload begins
 * @throws RangeError the table is none, or does not account for each byte of the body
 */
export function layOut(body: Uint8Array, start: number, table: readonly unknown[]): Layout {
  const [payloadBytes, ...lengths] = table.map(checkLength);
  if (payloadBytes === undefined || lengths.length === 0) throw new RangeError('its table of buffers is empty');
  const payloadEnd = start + payloadBytes;
  const buffers: Uint8Array[] = [];
  let at = payloadEnd;
  for (const length of lengths) {
    at += paddingAt(at);
    if (at + length <= body.length) buffers.push(new Uint8Array(body.buffer, body.byteOffset + at, length)); // never a Buffer
    at += length;
  }
  if (at === body.length) return { payloadEnd, buffers };
  throw new RangeError(`its table accounts for ${at} bytes, and there are ${body.length}`);
}

function checkLength(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`its table of buffers has ${String(value)} as a length`);
}
