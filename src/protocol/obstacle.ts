/** Why a value cannot be sent. Owns the sentences, and the path, which grows from the inside out while the encoder gives up. */

import { inspect, types } from 'node:util';
import { SerializationError, SynapseError } from '../errors';
import { MAX_DEPTH } from './level';

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** Where in its container the obstacle lies. */
interface Step {
  readonly container: object;
  readonly segment: string;
}

/** Thrown where a value has no form; on its way out each container adds where it lies. */
export class Obstacle extends TypeError {
  readonly steps: Step[] = [];
}

/** Refuses what is nested too deep. */
export function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw new Obstacle(`it is nested deeper than ${MAX_DEPTH} levels`);
}

/**
 * Adds a step to a failure on its way out of a container.
 *
 * @param key index in an array, key in a map or object
 */
export function within(cause: unknown, container: object, key: unknown): unknown {
  if (cause instanceof SynapseError) return cause;
  const obstacle = cause instanceof Obstacle ? cause : new Obstacle(messageOf(cause), { cause });
  obstacle.steps.unshift({ container, segment: segmentOf(container, key) });
  return obstacle;
}

function messageOf(cause: unknown): string {
  return cause !== null && typeof cause === 'object' && 'message' in cause ? String(cause.message) : String(cause);
}

function segmentOf(container: object, key: unknown): string {
  if (typeof key === 'string') return IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
  return Array.isArray(container) ? `[${String(key)}]` : `[${inspect(key, { depth: 1, breakLength: Infinity, maxStringLength: 40 })}]`;
}

/** The error that the caller gets. Errors of this library stay as they are. */
export function serializationError(cause: unknown, root: string): unknown {
  if (cause instanceof SynapseError) return cause;
  const steps = cause instanceof Obstacle ? cause.steps : [];
  const repeated = steps.findIndex(({ container }, index) => steps.findIndex((step) => step.container === container) < index);
  const path = root + (repeated === -1 ? steps : steps.slice(0, repeated)).map(({ segment }) => segment).join('');
  const reason = repeated === -1 ? messageOf(cause) : 'it contains itself';
  return new SerializationError(path, `${path} cannot be sent: ${reason}.`, { cause });
}

/** The name of a value's class, for messages. */
export function className(value: object): string {
  const name: unknown = value.constructor?.name;
  return typeof name === 'string' && name !== '' ? name : Object.prototype.toString.call(value).slice(8, -1);
}

/** Why a function or an object is refused that has no form of its own. */
export function refusal(value: object): string {
  if (typeof value === 'function') return 'a function has no form in Python: pass what it computes, or let Python call it by an rpc method';
  if (types.isPromise(value)) return 'a promise has no form in Python: await it first';
  if (Symbol.asyncIterator in value)
    return 'an async iterable has no form here: pass it as an argument of an rpc method, or collect its items';
  return `an instance of ${className(value)} has no form in Python: convert it to a plain object, an array or a Uint8Array`;
}
