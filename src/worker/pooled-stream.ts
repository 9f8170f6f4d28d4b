/** A stream of whichever worker of a pool is free at the first pull. Owns what the worker is told when it is over. */

import { InboundStream, type StreamConnection } from '../channel/inbound-stream';
import type { Invocation } from '../channel/invocation';
import type { CallOptions } from '../channel/pending';
import type { Grant, Member } from './member';

/**
 * Makes a stream that asks for its worker when it is first pulled.
 *
 * @param grantFor gives a worker; its `signal` ends the wait for one
 * @param onOver called when a worker has nothing to do for the stream any more
 */
export function pooledStream(
  grantFor: (options: CallOptions) => Grant | Promise<Grant>,
  invocation: Invocation,
  options: CallOptions,
  onOver: (member: Member) => void,
): InboundStream {
  const over = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, over.signal]) : over.signal;
  let member: Member | undefined;
  const connect = (grant: Grant): StreamConnection => {
    grant.member.forget(grant);
    const connection = grant.member.worker.rpc(invocation.used, invocation.name).connection(options);
    member = grant.member;
    return connection;
  };
  const find = (): StreamConnection | Promise<StreamConnection> => {
    const found = grantFor({ ...options, signal });
    return found instanceof Promise ? found.then(connect) : connect(found);
  };
  return new InboundStream(find, invocation, options, () => {
    over.abort();
    if (!member) return;
    member.leave();
    onOver(member);
  });
}
