/** What is called and with which arguments, before it is a message. */

import { KIND } from '../protocol/message';
import { keywordsOf } from './keywords';
import type { NameRead } from './unread-names';

/** One call of a function, a method of a handle or a handle itself, or the reading of an attribute. */
export interface Invocation {
  /** Empty for the module's handler, and for a handle that is itself called, or iterated. */
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>> | undefined;
  /** Id of the handle whose method or attribute it is. */
  readonly on?: number;
  /** Reads the attribute instead of calling it. */
  readonly get?: boolean;
  /** Whether the only argument is the payload of the module's handler. */
  readonly isPayload?: boolean;
  /** Whether the worker is told when the call is given up; true if absent. */
  readonly cancellable?: boolean;
  /** What was read for names of Python among the arguments. */
  readonly read?: readonly NameRead[];
  /** What the caller used, for errors. */
  readonly used: Usage;
}

/** How a call was made. */
export type Usage = 'call' | 'send' | 'stream' | 'py' | 'handle' | 'python';

const NONE: readonly unknown[] = [];

/**
 * Makes an invocation of arguments as they stand in a call: `undefined` at the end is left out, and the last may come from `kw`.
 *
 * @param used how the call was made
 * @param name of the function
 * @param given the arguments
 * @param on id of the handle whose method it is
 */
export function invocationOf(used: Usage, name: string, given: readonly unknown[], on?: number): Invocation {
  let count = given.length;
  const kwargs = count > 0 ? keywordsOf(given[count - 1]) : undefined;
  if (kwargs) count--;
  while (count > 0 && given[count - 1] === undefined) count--;
  const args = count === 0 ? NONE : count === given.length ? given : given.slice(0, count);
  return on === undefined ? { used, name, args, kwargs } : { used, name, args, kwargs, on };
}

/**
 * Makes the header of a call's message.
 *
 * @param timeout milliseconds that the call has; 0 is no limit
 * @param nested whether it is made while Python waits for a function of this program
 * @param streams whether a stream is wanted of what may give something else: a function of the module has one answer, a method of an object two
 */
export function callHeader(
  id: number,
  { name, on, get }: Invocation,
  timeout: number,
  nested: boolean,
  streams = false,
): readonly unknown[] {
  if (timeout === 0 && !nested && on === undefined && !get && !streams) return [KIND.call, id, name];
  const options: Record<string, unknown> = {};
  if (streams) options['stream'] = true;
  if (timeout > 0) options['timeout'] = timeout;
  if (get) options['get'] = true;
  if (on !== undefined) options['on'] = on;
  if (nested) options['nested'] = true;
  return [KIND.call, id, name, options];
}
