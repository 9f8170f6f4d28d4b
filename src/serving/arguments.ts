/** What a call brings for its handler. Owns which arguments a handler in JavaScript can take. */

import { SerializationError, SynapseError } from '../errors';

/**
 * Gives the one argument of a call.
 *
 * @param payload `[args]` or `[args, kwargs]`, decoded
 * @throws SynapseError there are more (ERR_SYNAPSE_UNSUPPORTED_CALL); SerializationError they are none at all (ERR_SYNAPSE_SERIALIZATION)
 */
export function argumentOf(payload: unknown, method: string): unknown {
  const [args, kwargs] = Array.isArray(payload) ? (payload as unknown[]) : [];
  if (!Array.isArray(args)) throw new SerializationError('', `The call of ${method} has no arguments where they should be.`);
  const named = Object.keys((kwargs as object | undefined) ?? {});
  if (args.length <= 1 && named.length === 0) return args[0];
  const given = [args.length > 0 ? `${args.length} by position` : '', named.length > 0 ? `${named.join(', ')} by name` : ''];
  throw new SynapseError(
    `${method} is a handler in JavaScript, which takes one argument, and got ${given.filter(Boolean).join(' and ')}: put them into one object.`,
    { code: 'ERR_SYNAPSE_UNSUPPORTED_CALL' },
  );
}
