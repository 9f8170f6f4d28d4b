/** What comes from the host, decoded. Owns the decoders, and what becomes of functions and streams of the host that lie in a value. */

import { SerializationError, SynapseError } from '../errors';
import { findArrow } from '../protocol/arrow';
import { Decoder, SLICED_BYTES } from '../protocol/decoder';
import { KIND, type Message } from '../protocol/message';
import type { Answers } from './answers';
import { HostFunctions } from './host-functions';
import { type Borrower, HostStreams } from './host-streams';

export class Arrivals {
  readonly #functions: HostFunctions;
  readonly #streams: HostStreams;
  /** Decodes what is decoded at once. */
  readonly #shared: Arrival;

  constructor(answers: Answers) {
    this.#functions = new HostFunctions({
      callHost: (id, target, args) => answers.callHost(id, target, args),
      release: (id, count) => answers.tell([KIND.release, id, count]),
      decode: (answer) => this.value(answer, 'The answer of a function of the host'),
    });
    this.#streams = new HostStreams({
      grant: (id, bytes) => answers.tell([KIND.credit, id, bytes]),
      cancel: (id) => answers.tell([KIND.cancel, id]),
      decode: (part) => this.value(part, 'A part of a stream of the host'),
      discard: (chunk) => this.discard(chunk),
    });
    this.#shared = new Arrival(this.#functions, this.#streams);
  }

  /**
   * Decodes a value; a large one in slices, which gives a promise.
   *
   * @param what names the value in errors
   * @param borrower for whom it has come: streams in it are left when that ends, unless they are being read
   * @throws SerializationError it cannot be decoded (ERR_SYNAPSE_SERIALIZATION)
   */
  value(message: Message, what: string, borrower?: Borrower): unknown {
    const isLarge = message.payloadEnd - message.payloadStart >= SLICED_BYTES;
    const arrival = isLarge ? new Arrival(this.#functions, this.#streams) : this.#shared;
    try {
      const decoded = arrival.decode(message, borrower);
      return decoded instanceof Promise ? decoded.catch((error) => Promise.reject(undecoded(error, what))) : decoded;
    } catch (error) {
      throw undecoded(error, what);
    }
  }

  /** Drops a value that nobody takes: its streams are left, its functions are for the garbage collector. */
  async discard(message: Message): Promise<void> {
    const ends: (() => void)[] = [];
    try {
      await this.value(message, 'A value', { signal: undefined, whenEnded: (callback) => ends.push(callback) });
    } catch {
      // nobody takes it
    }
    for (const end of ends) end();
  }

  /** Takes what answers a call of a function, or belongs to a stream. */
  onMessage(message: Message): void {
    if (message.id % 2 === 1) this.#functions.onAnswer(message);
    else this.#streams.onMessage(message);
  }

  /** The host is gone: whoever waits for something of it is told so. */
  close(): void {
    this.#functions.close(() => disconnected('its functions cannot be called any longer, nor do they answer'));
    this.#streams.close(() => disconnected('nothing more comes of its streams'));
  }
}

/** A decoder, and for whom it decodes. */
class Arrival {
  readonly #decoder: Decoder;
  #borrower: Borrower | undefined;
  #lacksArrow = false;

  constructor(functions: HostFunctions, streams: HostStreams) {
    this.#decoder = new Decoder('rich', {
      int: 'auto',
      hostFunction: (id) => functions.arrive(id),
      hostStream: (id) => streams.arrive(id, this.#borrower),
      table: (stream) => this.#readTable(stream),
    });
  }

  decode({ body, payloadStart, payloadEnd, buffers }: Message, borrower: Borrower | undefined): unknown {
    this.#borrower = borrower;
    this.#lacksArrow = false;
    const decoded = this.#decoder.decodeInSlices(body, payloadStart, payloadEnd, buffers);
    return decoded instanceof Promise ? decoded.then((value) => this.#checked(value)) : this.#checked(decoded);
  }

  /** Looks for the package when the first table comes. Without it the rest is read all the same: there may be references to let go of. */
  #readTable(stream: Uint8Array): unknown {
    const read = findArrow();
    if (!read) this.#lacksArrow = true;
    return read?.(stream);
  }

  #checked(value: unknown): unknown {
    this.#borrower = undefined;
    if (!this.#lacksArrow) return value;
    throw new RangeError('it has an Arrow table, and apache-arrow is not installed for the worker: npm install apache-arrow');
  }
}

/** Gives the error of a value that could not be decoded, in words for both sides. */
function undecoded(error: unknown, what: string): SerializationError {
  const cause = error instanceof SerializationError ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SerializationError('data', `${what} does not decode (${reason}): install the same version of Synapse on both sides.`, {
    cause,
  });
}

function disconnected(consequence: string): SynapseError {
  return new SynapseError(`The host has closed the conversation: ${consequence}.`, { code: 'ERR_SYNAPSE_DISCONNECTED' });
}
