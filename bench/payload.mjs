/** What the subjects are asked to echo. */

import { encode } from '@msgpack/msgpack';

/** The value of a small call. */
export const SMALL = { id: 7, name: 'synapse', ok: true, values: [1, 2.5, 3] };

/** The frame of a small call, made beforehand: what the raw echo sends. */
export const SMALL_FRAME = frameOf(encode(SMALL));

/** A large array: 8 MB, and no number that is whole. */
export const NUMBERS = Float64Array.from({ length: 1_000_000 }, (_, at) => at + 0.1);

export const MEBIBYTE = 1024 * 1024;

/** @param {Uint8Array} body */
function frameOf(body) {
  const header = Buffer.alloc(4);
  header.writeUInt32LE(body.length);
  return Buffer.concat([header, body]);
}

/**
 * Makes bytes in which every position matters: no two neighbouring pages are alike.
 *
 * @param {number} size a multiple of 8
 */
export function largePayload(size) {
  const bytes = Buffer.allocUnsafeSlow(size);
  const numbers = new BigUint64Array(bytes.buffer, 0, size / 8);
  for (let at = 0; at < numbers.length; at += 1) numbers[at] = BigInt(at) * 0x9e3779b97f4a7c15n;
  return bytes;
}
