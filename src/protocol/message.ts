/** The messages of the rpc protocol. Owns their kinds, and how a header stands before a payload; what the payloads mean is channel's business. */

import { FrameError } from '../errors';
import { Cursor } from './cursor';
import { type Encoded, Encoder } from './encoder';
import { MAX_COPIED_BYTES } from './frame';
import { PROTOCOL_VERSION } from './hello';
import { Reading } from './reading';
import { appendBuffers, layOut, tableOf } from './table';
import { KeyCache } from './text';

export { type Hello, type MethodDescription, parseHello } from './hello';

/** The kinds of messages, as docs/protocol.md tells them. */
export const KIND = {
  hello: 0,
  call: 1,
  result: 2,
  error: 3,
  chunk: 4,
  end: 5,
  ack: 6,
  event: 7,
  cancel: 8,
  credit: 9,
  ping: 10,
  pong: 11,
  log: 12,
  release: 13,
} as const;

type FieldType = 'number' | 'text' | 'text or nil' | 'map' | 'map or nil';

/** What a header of a kind has after the id, and whether a payload follows. */
interface Form {
  readonly fields: readonly FieldType[];
  /** How many of the fields may be left out, from the end. */
  readonly optional: number;
  readonly hasPayload: boolean;
}

const CHECKS: Readonly<Record<FieldType, (value: unknown) => boolean>> = {
  number: (value) => typeof value === 'number',
  text: (value) => typeof value === 'string',
  'text or nil': (value) => value === null || typeof value === 'string',
  map: isMap,
  'map or nil': (value) => value === null || isMap(value),
};

const BARE: Form = { fields: [], optional: 0, hasPayload: false };
const VALUE: Form = { fields: [], optional: 0, hasPayload: true };
const COUNT: Form = { fields: ['number'], optional: 0, hasPayload: false };
const FORMS: Readonly<Record<number, Form>> = {
  [KIND.hello]: { fields: ['map'], optional: 0, hasPayload: false },
  [KIND.call]: { fields: ['text', 'map or nil'], optional: 1, hasPayload: true },
  [KIND.result]: VALUE,
  [KIND.error]: VALUE,
  [KIND.chunk]: VALUE,
  [KIND.end]: BARE,
  [KIND.ack]: VALUE,
  [KIND.event]: { fields: ['text'], optional: 0, hasPayload: true },
  [KIND.cancel]: BARE,
  [KIND.credit]: COUNT,
  [KIND.ping]: BARE,
  [KIND.pong]: BARE,
  [KIND.log]: { fields: ['text', 'text or nil'], optional: 0, hasPayload: true },
  [KIND.release]: COUNT,
};

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A message as it came; its payload is not decoded. */
export interface Message {
  /** One of `KIND`. */
  readonly kind: number;
  readonly id: number;
  /** What the header has after the id, without the table. */
  readonly rest: readonly unknown[];
  readonly body: Uint8Array;
  readonly payloadStart: number;
  readonly payloadEnd: number;
  /** Views of the body. */
  readonly buffers: readonly Uint8Array[];
}

const NOTHING: readonly never[] = Object.freeze([]);
const NO_BYTES = new Uint8Array(0);
const ARRAY_HEAD = 0x90;
const MOST_ELEMENTS = 15;
const CALL_WITHOUT_OPTIONS = 3;
const cursor = new Cursor();
const elements = new Reading('plain', { int: 'number' }, new KeyCache());
const headers = new Encoder('plain');

/**
 * Takes a body apart.
 *
 * @throws FrameError its header is malformed or of an unknown kind, or its parts do not account for each byte (ERR_SYNAPSE_FRAME)
 */
export function readMessage(body: Uint8Array): Message {
  try {
    cursor.begin(body, 0, body.length);
    const count = cursor.uint8() - ARRAY_HEAD;
    if (count < 2 || count > MOST_ELEMENTS) throw new RangeError('it begins with no header');
    const kind = readUnsigned();
    const id = readUnsigned();
    const form = FORMS[kind];
    if (!form) throw new RangeError(`its kind is ${kind}`);
    const rest = count === 2 ? NOTHING : readRest(count - 2);
    const table = rest.at(-1);
    if (Array.isArray(table)) return withTable(form, kind, id, rest.slice(0, -1), body, table);
    checkFields(form, rest);
    if (!form.hasPayload && cursor.at < body.length) throw new RangeError(`something follows its header, and its kind is ${kind}`);
    return { kind, id, rest, body, payloadStart: cursor.at, payloadEnd: body.length, buffers: NOTHING };
  } catch (cause) {
    const what = `The worker sent a message that is none of this protocol (${(cause as Error).message})`;
    throw new FrameError(`${what}: leave the protocol's stream to this library, and install the same version of it on both sides.`, {
      cause,
    });
  } finally {
    cursor.begin(NO_BYTES, 0, 0);
  }
}

function withTable(form: Form, kind: number, id: number, rest: readonly unknown[], body: Uint8Array, table: readonly unknown[]): Message {
  const payloadStart = cursor.at;
  checkFields(form, rest);
  if (!form.hasPayload) throw new RangeError(`it has a table of buffers, and its kind is ${kind}`);
  return { kind, id, rest, body, payloadStart, ...layOut(body, payloadStart, table) };
}

function readUnsigned(): number {
  const head = cursor.uint8();
  if (head < 0x80) return head;
  if (head >= 0xcc && head <= 0xce) return cursor.unsigned(head - 0xcc);
  const value = head === 0xcf ? cursor.uint32() * 2 ** 32 + cursor.uint32() : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError('its kind or id is no unsigned integer');
}

function readRest(count: number): unknown[] {
  const rest: unknown[] = [];
  for (let index = 0; index < count; index++) {
    elements.begin(cursor.bytes, cursor.at, cursor.bytes.length);
    elements.runToEnd();
    cursor.at = elements.position;
    rest.push(elements.take());
  }
  return rest;
}

function checkFields({ fields, optional }: Form, rest: readonly unknown[]): void {
  const isFitting = rest.length <= fields.length && rest.length >= fields.length - optional;
  if (isFitting && rest.every((value, index) => CHECKS[fields[index] as FieldType](value))) return;
  throw new RangeError(`its header goes on with ${JSON.stringify(rest)} instead of ${fields.join(', ') || 'nothing'}`);
}

/**
 * Makes the parts of a body.
 *
 * @param header kind, id and what else the kind has, without the table
 * @returns parts for `FrameWriter.frame`; one that is at most `MAX_COPIED_BYTES` long is valid until the next message is written, unless
 *   the body is longer than that
 */
export function writeMessage(header: readonly unknown[], payload?: Encoded): Uint8Array[] {
  if (!payload) return [encodeHeader(header)];
  if (payload.buffers.length > 0) return writeWithTable(header, payload);
  const head = encodeHeader(header);
  const parts = [head, payload.payload];
  return head.length + payload.payload.length <= MAX_COPIED_BYTES ? parts : parts.map(kept);
}

/** What the encoders will use again is copied, since a body above `MAX_COPIED_BYTES` is written later from where it lies. */
function kept(part: Uint8Array): Uint8Array {
  return part.length <= MAX_COPIED_BYTES ? new Uint8Array(part) : part;
}

function writeWithTable(header: readonly unknown[], { payload, buffers }: Encoded): Uint8Array[] {
  const options = header[0] === KIND.call && header.length === CALL_WITHOUT_OPTIONS ? [null] : NOTHING;
  const head = encodeHeader([...header, ...options, tableOf(payload, buffers)]);
  const parts = [head, payload].map(kept);
  appendBuffers(parts, head.length + payload.length, buffers);
  return parts;
}

function encodeHeader(header: readonly unknown[]): Uint8Array {
  return headers.encode(header, 'header').payload;
}

/** What this host tells a worker that speaks the rpc protocol. */
export function hostHello(details: { readonly maxFrameBytes: number; readonly arrow: boolean; readonly eager?: boolean }): Uint8Array[] {
  return writeMessage([KIND.hello, PROTOCOL_VERSION, details]);
}
