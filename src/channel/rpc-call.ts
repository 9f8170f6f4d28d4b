/** One call of the rpc protocol while the host remembers it: until its answer, or until the answer that closes it after it was given up. */

import type { ResponseKind } from '../call-errors';
import type { Frame } from '../protocol/frame';
import type { Usage } from './invocation';
import { PendingCall, type PendingOwner } from './pending';

export class RpcCall extends PendingCall {
  readonly id: number;
  readonly used: Usage;
  readonly response: ResponseKind;
  /** Whether it runs one after another with its like, on the module's main thread. */
  readonly serial: boolean;
  /** Bytes sent by the channel up to its end; 0 while it is not sent. */
  sentAt = 0;
  /** Whether its closing answer has come. */
  answered = false;
  /** Undoes what its arguments set up, should they never be sent. */
  undo: (() => void) | undefined;

  constructor(id: number, method: string, used: Usage, response: ResponseKind, serial: boolean, frame: Frame, owner: PendingOwner) {
    super(method, frame, owner);
    this.id = id;
    this.used = used;
    this.response = response;
    this.serial = serial;
  }
}
