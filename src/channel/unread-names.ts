/** Names of Python in what is to be sent, which Python must be asked for first. Owns the asking, and how long a call waits for it. */

import type { Unread } from './attribute';
import { type HandleOwner, recordOf } from './handle';
import type { Invocation } from './invocation';
import { type LateCallOptions, PendingCall, type PendingOwner } from './pending';

/** What Python gave for a name, for one message. */
export interface NameRead extends Unread {
  readonly value: unknown;
  /** Why it cannot be sent there, if it cannot. */
  readonly refusal: string | undefined;
}

/** Undoes what an encoding set up; if it is to be repeated, iterables of this program stay open. */
export type Undo = (isRepeated?: boolean) => void;

/** How long a call may wait. */
interface Limits extends Pick<LateCallOptions, 'signal'> {
  /** Milliseconds; 0 waits for ever. */
  readonly timeout: number;
}

const READER: PendingOwner = { stopsCalls: true, phaseOf: () => 'queue', onGivenUp: () => undefined };

/** Thrown by an encoding that is complete but for some names. */
export class UnreadNames extends Error {
  readonly #names: readonly Unread[];
  readonly #known: readonly NameRead[];
  readonly #reader: HandleOwner;
  readonly #undo: Undo | undefined;

  /**
   * @param names those that are not known
   * @param known those that are
   * @param reader the objects of the worker that gets them
   * @param undo what the encoding set up
   */
  constructor(names: readonly Unread[], known: readonly NameRead[], reader: HandleOwner, undo: Undo | undefined) {
    super();
    this.#names = names;
    this.#known = known;
    this.#reader = reader;
    this.#undo = undo;
  }

  /**
   * Reads the names.
   *
   * @param called what gets them, for errors
   * @returns all that are known now
   * @throws what the reading of a name rejects with; CallTimeoutError (ERR_SYNAPSE_CALL_TIMEOUT); the signal's reason
   */
  async read(called: string, { timeout, signal }: Limits): Promise<readonly NameRead[]> {
    const wait = new PendingCall(called, undefined, READER);
    wait.limit(timeout, signal);
    Promise.all(this.#names.map((name) => this.#readOne(name, called))).then(
      (read) => wait.settled || wait.resolve(read),
      (error) => wait.settled || wait.reject(error),
    );
    try {
      const read = (await wait.promise) as NameRead[];
      this.#undo?.(true);
      return [...this.#known, ...read];
    } catch (error) {
      this.#undo?.();
      throw error;
    }
  }

  /**
   * Reads the names and makes the call then, in what is left of its time. Rejects as `read` and `make` do.
   *
   * @param make makes a call
   */
  async before(
    invocation: Invocation,
    options: LateCallOptions & Limits,
    make: (ready: Invocation, options: LateCallOptions) => Promise<unknown>,
  ): Promise<unknown> {
    const { timeout } = options;
    const begun = performance.now();
    const read = await this.read(invocation.name || 'call', options);
    const left = timeout > 0 ? Math.max(1, Math.ceil(timeout - (performance.now() - begun))) : 0;
    return make({ ...invocation, read }, { total: timeout, since: begun, ...options, timeout: left });
  }

  async #readOne(name: Unread, called: string): Promise<NameRead> {
    const value = await name.owner.readAttribute(name.path, this.#reader);
    const record = typeof value === 'function' ? recordOf(value) : undefined;
    const isForeign = record !== undefined && record.owner !== this.#reader;
    return { ...name, value, refusal: isForeign ? refusalOf(name, called) : undefined };
  }
}

/** Gives what was read for a name. */
export function readOf(read: readonly NameRead[], { owner, path }: Unread): NameRead | undefined {
  return read.find((one) => one.owner === owner && one.path === path);
}

function refusalOf(name: Unread, called: string): string {
  return `${titleOf(name)} belongs to another worker than ${called}, which was to get it: take both from one, or send data instead`;
}

/** What a name is called in messages. */
export function titleOf({ owner, path }: Unread): string {
  return path === '' ? owner.title : `${path} of ${owner.title}`;
}
