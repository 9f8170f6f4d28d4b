/** The public names of `synapse-py/worker`: what a program in JavaScript needs to serve functions to a host. Owns the definitions of this program. */

import type { Conversation } from './conversation';
import { Definitions, type EventConfig, type Handler, type HandlerConfig } from './definitions';
import { EarlyEvents } from './early-events';
import { begin, isAwaited, takeHost } from './session';

export type { Codec } from '../codecs/codec';
export type { CallContext } from './call';
export type { EventConfig, Handler, HandlerConfig } from './definitions';

const definitions = new Definitions();
const early = new EarlyEvents();
let conversation: Conversation | undefined;

/**
 * Defines a method. Call it before `serve`.
 *
 * @param name what the host calls; a method named `handle` answers `call(payload)`, too
 * @param handler gets the data and a context. What it returns or throws is the answer, unless the context has given one before.
 * @throws ModuleDefinitionError the name is taken, or it comes after `serve` (ERR_SYNAPSE_MODULE_DEFINITION); TypeError on other arguments
 */
// biome-ignore lint/suspicious/noExplicitAny: what comes is what the host sends; a handler says what it expects
export function handle<In = any>(name: string, handler: Handler<In>, config?: HandlerConfig): void {
  definitions.addMethod(name, handler, config);
}

/**
 * Declares an event. Call it before `serve`.
 *
 * @throws as `handle` does
 */
export function event(name: string, config?: EventConfig): void {
  definitions.addEvent(name, config);
}

/**
 * Sends an event to the host. What is emitted before `serve` is sent by it: the last 1,000 events, together at most 1 MiB, with their data as
 * it was. When there is no host, and when it is gone, nobody gets it.
 *
 * @throws ModuleDefinitionError it was not declared (ERR_SYNAPSE_MODULE_DEFINITION)
 * @throws SerializationError, FrameTooLargeError the data cannot be sent (ERR_SYNAPSE_SERIALIZATION, ERR_SYNAPSE_FRAME_TOO_LARGE)
 */
export function emitEvent(name: string, data?: unknown): void {
  if (conversation) {
    conversation.emit(name, data);
    return;
  }
  const value = definitions.writeEvent(name, data);
  if (isAwaited()) early.keep(name, value);
}

/**
 * Serves what was defined.
 *
 * @returns resolves when the host has closed the conversation. The process ends soon after that, whatever goes on in it.
 * @throws NotReadyError no host has started this program (ERR_SYNAPSE_NOT_READY)
 * @throws ModuleDefinitionError there are no methods, or it was called before (ERR_SYNAPSE_MODULE_DEFINITION)
 */
export async function serve(): Promise<void> {
  takeHost();
  definitions.seal();
  const session = begin(definitions);
  conversation = session.conversation;
  conversation.deliver(early.take());
  await session.over;
}
