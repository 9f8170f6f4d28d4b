/** What the `synapse` command writes. Owns its colours, its JSON, and how a failure is told. */

import { once } from 'node:events';
import type { WriteStream } from 'node:tty';
import { inspect, styleText } from 'node:util';
import { PythonError } from '../call-errors';
import { SpawnError, SynapseError } from '../errors';
import { EXIT_FAILED } from './exit-code';
import { stringifyExactly } from './json';

/** Colours and weights that are used. */
export type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Most characters of JSON that stay on one line for a person. */
const ONE_LINE = 100;

/** How much of a value is shown that is not JSON. */
const SHOWN = { depth: 10, maxArrayLength: 10_000, maxStringLength: null } as const;

/** Whether a stream shows colours: a terminal that has them, where NO_COLOR is not set. */
export function hasColours(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && (stream as WriteStream).hasColors();
}

/** Gives a text its colour, if the stream shows colours. */
export function styled(style: Style, text: string, stream: NodeJS.WriteStream): string {
  return hasColours(stream) ? styleText(style, text, { validateStream: false }) : text;
}

/** Writes a line and waits until the reader has room for more. */
export async function writeLine(text: string, stream: NodeJS.WriteStream = process.stdout): Promise<void> {
  if (!stream.write(`${text}\n`)) await once(stream, 'drain');
}

/** Writes a result: as one line of JSON if that was asked for, else as text. */
export async function print(flags: { readonly json?: boolean | undefined }, result: object, text: string): Promise<void> {
  await writeLine(flags.json ? JSON.stringify(result) : text);
}

/**
 * Gives a value of Python as text: JSON if it has that form, else as Node shows values.
 *
 * @param isLine whether it must be one line
 */
export function textOf(value: unknown, isLine: boolean): string {
  if (jsonObstacle(value) !== undefined)
    return inspect(value, {
      ...SHOWN,
      colors: hasColours(process.stdout),
      ...(isLine ? { breakLength: Number.POSITIVE_INFINITY, compact: true } : {}),
    });
  const text = stringifyExactly(value);
  return isLine || text.length <= ONE_LINE ? text : stringifyExactly(value, 2);
}

/**
 * Gives a value of Python as one line of JSON.
 *
 * @throws SynapseError it has no such form
 */
export function jsonOf(value: unknown): string {
  const obstacle = jsonObstacle(value);
  if (obstacle === undefined) return stringifyExactly(value);
  throw new SynapseError(`The result has no form in JSON: ${obstacle}. Leave --json out to see it, or return another value.`);
}

/** Says what in a value JSON has no form for, and where; undefined if there is nothing. */
function jsonObstacle(value: unknown, path = 'result'): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'bigint') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  if (Array.isArray(value)) return firstObstacle(value.map((each, at) => [`${path}[${at}]`, each]));
  if (typeof value !== 'object') return `${path} is a ${typeof value === 'function' ? 'Python object' : typeof value}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? `${path} is an invalid date` : undefined;
  if ('toJSON' in value && typeof value.toJSON === 'function') return undefined;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return `${path} is a ${value.constructor.name}`;
  return firstObstacle(Object.entries(value).map(([key, each]) => [`${path}.${key}`, each]));
}

function firstObstacle(parts: readonly (readonly [string, unknown])[]): string | undefined {
  for (const [path, part] of parts) {
    const obstacle = jsonObstacle(part, path);
    if (obstacle !== undefined) return obstacle;
  }
  return undefined;
}

/** Gives an error as it stands in JSON. */
export function errorRecord(error: unknown): object {
  const { name, message } = error as Error;
  return { ...(error as object), name, message };
}

/** Gives an error as a person reads it: what happened, with the traceback if it was in Python. */
export function errorText(error: unknown, stream: NodeJS.WriteStream = process.stderr): string {
  if (error instanceof PythonError) {
    return `${styled('red', `${error.name}: ${error.message}`, stream)}\n${styled('dim', error.pythonTraceback.trimEnd(), stream)}`;
  }
  if (!(error instanceof SynapseError)) return (error as Error | undefined)?.stack ?? String(error);
  const [first = '', ...lines] = error.message.split('\n');
  const rest = error instanceof SpawnError ? [] : lines; // what follows is what the module printed, which was shown
  return [styled('red', first, stream), ...rest].join('\n');
}

/** Tells a failure as JSON. */
export function failAsJson(error: SynapseError): void {
  process.stdout.write(`${JSON.stringify({ error: errorRecord(error) })}\n`);
}

/** Tells a failure, and sets the exit code if no other says more. */
export function fail(error: unknown, isJson: boolean): void {
  if (isJson && error instanceof SynapseError) failAsJson(error);
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode ||= EXIT_FAILED;
}
