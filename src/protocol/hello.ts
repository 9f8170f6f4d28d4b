/** What a worker tells of itself when it is ready. Owns the check of its first message. */

import type { ResponseKind } from '../call-errors';
import { FrameError } from '../errors';
import { Decoder } from './decoder';
import { isPlain } from './plain-object';

/** The version that both sides must speak. */
export const PROTOCOL_VERSION = 1;
const HELLO = 0;
/** Of a worker that does not tell. */
const DEFAULT_LANGUAGE = 'python';
const RESPONSES: readonly unknown[] = ['result', 'stream', 'ack', 'none'] satisfies ResponseKind[];

/** One parameter of a method, in Python's words. */
interface Parameter {
  readonly name: string;
  /** As in Python's inspect: `positional_or_keyword`, `keyword_only` ... */
  readonly kind: string;
  /** Whether a call must give it. */
  readonly required: boolean;
  /** The type hint as it is written, if there is one. */
  readonly annotation: string | null;
}

/** What a worker tells of one of its methods. */
export interface MethodDescription {
  readonly response: ResponseKind;
  /** Whether it runs beside others: an `async def`, or one with threads of its own. */
  readonly concurrent: boolean;
  readonly parameters: readonly Parameter[];
  /** The type hint of the result as it is written, if there is one. */
  readonly returns: string | null;
}

/** What a worker tells of itself when it is ready. */
export interface Hello {
  /** `loop`: the entry reads frames itself, so the bare protocol follows. `rpc`: its functions are served. */
  readonly mode: 'loop' | 'rpc';
  /** What the worker is written in: `python`, or for instance `javascript`. */
  readonly language: string;
  /** Version of the interpreter, such as `3.11.7`; in another language of what runs the worker, such as `node 20.20.2`. */
  readonly python: string;
  readonly pid: number;
  /** By name; empty for a loop, as are classes and constants. */
  readonly methods: ReadonlyMap<string, MethodDescription>;
  readonly classes: readonly string[];
  readonly constants: readonly string[];
  /** The events that it may emit; undefined if it does not declare them. */
  readonly events: readonly string[] | undefined;
  /** Whether `call()` reaches a function. */
  readonly handler: boolean;
}

type Check<T> = (value: unknown) => value is T;

/** Characters of a part that an error quotes. */
const QUOTED_CHARACTERS = 100;

/**
 * Reads a worker's first message.
 *
 * @param body of its first frame
 * @throws FrameError it is no hello, one of another protocol version, or one that lacks a part; the message names it (ERR_SYNAPSE_FRAME)
 */
export function parseHello(body: Uint8Array): Hello {
  const message = decode(body);
  if (!Array.isArray(message) || message[0] !== HELLO || message.length < 3) {
    throw new FrameError(
      'The first frame of the worker is no hello. An entry in Python has written to sys.stdout.buffer before it read its first frame: write ' +
        'only answers there, and use print() for everything else. Any other program says its hello first, as docs/protocol.md tells.',
    );
  }
  const [, version, details] = message;
  if (version !== PROTOCOL_VERSION) {
    throw new FrameError(
      `The worker speaks version ${String(version)} of the protocol and this host version ${PROTOCOL_VERSION}: install the same version of Synapse on both sides; a worker without a library of Synapse says version ${PROTOCOL_VERSION} in its hello.`,
    );
  }
  return readDetails(new Part(details, ''));
}

function decode(body: Uint8Array): unknown {
  try {
    return new Decoder('plain', { int: 'number' }).decode(body);
  } catch (cause) {
    throw new FrameError(
      `The first frame of the worker is not MessagePack (${(cause as Error).message}): write only the protocol to where its frames go.`,
      { cause },
    );
  }
}

function readDetails(details: Part): Hello {
  return {
    mode: details.must('mode', "'loop' or 'rpc'", isMode),
    language: details.may('language', 'a text', isText, DEFAULT_LANGUAGE),
    python: details.must('python', 'a text', isText),
    pid: details.must('pid', 'a whole number', isWhole),
    methods: new Map(details.inner('methods').map(([name, method]) => [name, readMethod(method)])),
    classes: details.may('classes', 'an array of texts', areTexts, []),
    constants: details.may('constants', 'an array of texts', areTexts, []),
    events: details.may('events', 'an array of texts', areTextsOrNull, null) ?? undefined,
    handler: details.isTrue('handler'),
  };
}

function readMethod(method: Part): MethodDescription {
  return {
    response: method.must('response', `one of ${RESPONSES.join(', ')}`, isResponse),
    concurrent: method.isTrue('concurrent'),
    parameters: method.must('parameters', 'an array of [name, kind, required, annotation or nil]', areParameters).map(readParameter),
    returns: method.may('returns', 'a text or nil', isTextOrNull, null),
  };
}

function readParameter([name, kind, required, annotation = null]: RawParameter): Parameter {
  return { name, kind, required: required === true, annotation };
}

/** A map in a hello. Owns the errors that name its place. */
class Part {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #place: string;

  /** @param place where it lies in the details of the hello; empty for all of them */
  constructor(value: unknown, place: string) {
    if (!isMap(value)) throw unfitting(place || 'details', 'a map with texts as keys', value);
    this.#fields = value;
    this.#place = place;
  }

  must<T>(name: string, expected: string, isFitting: Check<T>): T {
    const value = this.#fields[name];
    if (isFitting(value)) return value;
    throw unfitting(this.#path(name), expected, value);
  }

  may<T>(name: string, expected: string, isFitting: Check<T>, fallback: NoInfer<T>): T {
    return this.#fields[name] === undefined ? fallback : this.must(name, expected, isFitting);
  }

  isTrue(name: string): boolean {
    return this.#fields[name] === true;
  }

  /** Gives the maps in a map by name; none if it is left out. */
  inner(name: string): (readonly [string, Part])[] {
    const parts = this.may(name, 'a map with texts as keys', isMap, {});
    return Object.entries(parts).map(([key, part]) => [key, new Part(part, `${this.#path(name)}.${key}`)]);
  }

  #path(name: string): string {
    return this.#place === '' ? name : `${this.#place}.${name}`;
  }
}

function unfitting(path: string, expected: string, found: unknown): FrameError {
  const what = found === undefined ? `no ${path}` : `${JSON.stringify(found).slice(0, QUOTED_CHARACTERS)} as ${path}`;
  return new FrameError(
    `The worker's hello has ${what}, which must be ${expected}: mend it as docs/protocol.md tells; with a library of Synapse in the worker, install the same version on both sides.`,
  );
}

type RawParameter = readonly [name: string, kind: string, required?: unknown, annotation?: string | null];

const isText = (value: unknown): value is string => typeof value === 'string';
const isWhole = (value: unknown): value is number => Number.isInteger(value);
const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);
const isMode = (value: unknown): value is Hello['mode'] => value === 'loop' || value === 'rpc';
const isResponse = (value: unknown): value is ResponseKind => RESPONSES.includes(value);
const areTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const areTextsOrNull = (value: unknown): value is string[] | null => value === null || areTexts(value);
const areParameters = (value: unknown): value is RawParameter[] => Array.isArray(value) && value.every(isParameter);

function isParameter(value: unknown): value is RawParameter {
  const [name, kind, , annotation = null] = Array.isArray(value) ? (value as unknown[]) : [];
  return isText(name) && isText(kind) && isTextOrNull(annotation);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && isPlain(value);
}
