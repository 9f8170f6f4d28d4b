/** One call of the rpc protocol while the host remembers it: until its answer, or until the answer that closes it after it was given up. */

import type { ResponseKind } from '../call-errors';
import type { Frame } from '../protocol/frame';
import type { Invocation, Usage } from './invocation';
import { PendingCall, type PendingOwner } from './pending';

export class RpcCall extends PendingCall {
  readonly id: number;
  readonly used: Usage;
  readonly response: ResponseKind;
  /** Whether it runs one after another with its like, on the module's main thread. */
  serial: boolean;
  /** Bytes sent by the channel up to its end; 0 while it is not sent. */
  sentBytes = 0;
  /** When its answer began to arrive: milliseconds of `performance.now()`. */
  arrivedAt = 0;
  /** When nothing stood before it any more. */
  begunAt = 0;
  /** Whether its closing answer has come. */
  answered = false;
  /** Undoes what its arguments set up, should they never be sent. */
  undo: (() => void) | undefined;

  /** Whether the worker is told when it is given up. */
  readonly cancellable: boolean;

  constructor(id: number, invocation: Invocation, response: ResponseKind, serial: boolean, frame: Frame, owner: PendingOwner) {
    super(titleOf(invocation), frame, owner);
    this.id = id;
    this.used = invocation.used;
    this.response = response;
    this.serial = serial;
    this.cancellable = invocation.cancellable ?? true;
  }
}

function titleOf({ name, on }: Invocation): string {
  if (name !== '') return name;
  return on === undefined ? 'call' : 'a handle';
}
