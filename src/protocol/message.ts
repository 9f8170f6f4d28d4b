/** The messages of the protocol as values. Only the hello, a worker's first frame, belongs to the bare protocol. */

import { FrameError } from '../errors';

const PROTOCOL_VERSION = 1;
const HELLO = 0;

/** What a worker tells of itself when it is ready. */
export interface Hello {
  /** `loop`: the entry reads frames itself, so the bare protocol follows. */
  readonly mode: 'loop';
  /** Version of the interpreter, such as `3.11.7`. */
  readonly python: string;
  readonly pid: number;
}

/**
 * Checks a worker's first message.
 *
 * @param message the decoded body of the first frame
 * @throws FrameError it is no hello, or one of another protocol version (ERR_SYNAPSE_FRAME)
 */
export function parseHello(message: unknown): Hello {
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
  if (details?.mode !== 'loop') {
    throw new FrameError(`The worker announced the unknown mode ${JSON.stringify(details?.mode)}.`);
  }
  return details as Hello;
}
