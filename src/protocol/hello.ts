/** What a worker tells of itself when it is ready. Owns the check of its first message. */

import type { ResponseKind } from '../call-errors';
import { FrameError } from '../errors';
import { Decoder } from './decoder';

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

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a worker's first message.
 *
 * @param body of its first frame
 * @throws FrameError it is no hello, or one of another protocol version (ERR_SYNAPSE_FRAME)
 */
export function parseHello(body: Uint8Array): Hello {
  const message = decode(body);
  if (!Array.isArray(message) || message[0] !== HELLO || message.length < 3) {
    throw new FrameError(
      'The entry wrote to sys.stdout.buffer before it read its first frame, so what follows cannot be matched to calls: ' +
        'write only answers there, and use print() for everything else.',
    );
  }
  const [, version, details] = message;
  if (version !== PROTOCOL_VERSION) {
    throw new FrameError(
      `The worker speaks version ${String(version)} of the protocol and this host version ${PROTOCOL_VERSION}: install the same version of Synapse on both sides.`,
    );
  }
  return readDetails(details);
}

function decode(body: Uint8Array): unknown {
  try {
    return new Decoder('plain', { int: 'number' }).decode(body);
  } catch (cause) {
    throw new FrameError('The first frame of the worker is not MessagePack: write only answers to sys.stdout.buffer.', { cause });
  }
}

function readDetails(details: unknown): Hello {
  const { mode, python, language = DEFAULT_LANGUAGE, pid, methods = {}, classes = [], constants = [], handler = false } = fieldsOf(details);
  if (mode !== 'loop' && mode !== 'rpc') throw new FrameError(`The worker announced the unknown mode ${JSON.stringify(mode)}.`);
  const events = fieldsOf(details)['events'] ?? undefined;
  const areLists = areTexts(classes) && areTexts(constants) && (events === undefined || areTexts(events));
  const isWhole = typeof python === 'string' && typeof language === 'string' && typeof pid === 'number' && areLists;
  if (!isWhole) throw incomplete(details);
  const described = Object.entries(fieldsOf(methods)).map(([name, method]) => [name, readMethod(method)] as const);
  return { mode, language, python, pid, methods: new Map(described), classes, constants, events, handler: handler === true };
}

function readMethod(description: unknown): MethodDescription {
  const { response, concurrent, parameters, returns = null } = fieldsOf(description);
  const isWhole = RESPONSES.includes(response) && Array.isArray(parameters) && isTextOrNull(returns);
  if (!isWhole) throw incomplete(description);
  return { response: response as ResponseKind, concurrent: concurrent === true, parameters: parameters.map(readParameter), returns };
}

function readParameter(parameter: unknown): Parameter {
  const [name, kind, required, annotation = null] = Array.isArray(parameter) ? parameter : [];
  if (typeof name === 'string' && typeof kind === 'string' && isTextOrNull(annotation)) {
    return { name, kind, required: required === true, annotation };
  }
  throw incomplete(parameter);
}

function incomplete(part: unknown): FrameError {
  return new FrameError(
    `The worker's hello has a part that this host cannot read (${JSON.stringify(part)}): install the same version of Synapse on both sides.`,
  );
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
