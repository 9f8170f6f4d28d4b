/** Python objects that this program holds. Owns which handle stands for which, how often each arrived, and the news that one is no longer held. */

import { StaleHandleError } from '../call-errors';
import { iterable } from './answer-items';
import { unreadOf } from './attribute';
import { withCaller } from './caller-stack';
import { type Handle, type HandleOwner, type HandleRecord, handleOf, recordOf } from './handle';
import { InboundStream, type StreamConnection } from './inbound-stream';
import { type Invocation, invocationOf } from './invocation';
import type { CallOptions } from './pending';
import { findWithin } from './search';

const NO_OPTIONS: CallOptions = Object.freeze({});
const NONE: readonly string[] = Object.freeze([]);

/** What handles ask of their channel. */
export interface HandleChannel {
  invoke(invocation: Invocation, options: CallOptions): Promise<unknown>;
  connection(options: CallOptions): StreamConnection;
  /** Tells Python that an object is no longer held, so often as it arrived. */
  release(id: number, count: number): void;
}

export class Handles implements HandleOwner {
  readonly #channel: HandleChannel;
  readonly #alive = new Map<number, { readonly record: HandleRecord; readonly handle: WeakRef<Handle> }>();
  readonly #registry = new FinalizationRegistry<HandleRecord>((record) => this.#drop(record));
  #closed = false;

  constructor(channel: HandleChannel) {
    this.#channel = channel;
  }

  /** Objects that are held. */
  get size(): number {
    return this.#alive.size;
  }

  /** Gives the handle of an object that arrived: the same one as long as somebody has it. */
  arrive(id: number, kind: string, type: string, own = NONE): Handle {
    const known = this.#alive.get(id);
    const handle = known?.handle.deref();
    if (known && handle) {
      known.record.count++;
      return handle;
    }
    const record: HandleRecord = { id, kind, type, own, count: 1, released: false, owner: this };
    const fresh = handleOf(record);
    this.#alive.set(id, { record, handle: new WeakRef(fresh) });
    this.#registry.register(fresh, record, record);
    return fresh;
  }

  /**
   * Gives the id of the object that a handle stands for, if the value is a handle.
   *
   * @throws StaleHandleError it was released, or its worker has ended (ERR_SYNAPSE_STALE_HANDLE)
   * @throws TypeError it belongs to another worker
   */
  idOf(value: object): number | undefined {
    const record = recordOf(value);
    if (!record) return undefined;
    guard(record);
    if (record.owner !== this) throw new TypeError(foreign(record));
    return record.id;
  }

  call(record: HandleRecord, name: string, args: readonly unknown[]): Promise<unknown> {
    return iterable(this.#invoke(record, invocationOf('handle', name, args, record.id)));
  }

  read(record: HandleRecord, name: string): Promise<unknown> {
    return this.#invoke(record, { used: 'handle', name, args: [], kwargs: undefined, on: record.id, get: true });
  }

  iterate(handle: Handle, isLent: boolean): AsyncIterableIterator<unknown> {
    const record = recordOf(handle) as HandleRecord;
    const invocation: Invocation = { used: 'handle', name: '', args: [], kwargs: undefined, on: record.id };
    const onOver = isLent ? () => this.#giveBack(record) : undefined;
    return new InboundStream(() => this.#connection(handle), invocation, NO_OPTIONS, onOver);
  }

  release(record: HandleRecord): void {
    if (record.released) return;
    this.#registry.unregister(record);
    this.#drop(record);
  }

  isStale(record: HandleRecord): boolean {
    return record.released || this.#closed;
  }

  /** The worker is gone, and with it every object. */
  close(): void {
    this.#closed = true;
    this.#alive.clear();
  }

  async #invoke(record: HandleRecord, invocation: Invocation): Promise<unknown> {
    try {
      guard(record);
      return await this.#channel.invoke(invocation, NO_OPTIONS);
    } catch (error) {
      throw withCaller(error, this.#invoke);
    }
  }

  /** Takes the handle, and not only its record, so that the object is held until it is iterated. */
  #connection(handle: Handle): StreamConnection {
    guard(recordOf(handle) as HandleRecord);
    return this.#channel.connection(NO_OPTIONS);
  }

  /** Lets go of what came last; the handle stays what it is if it had come before, for somebody else. */
  #giveBack(record: HandleRecord): void {
    if (record.count === 1 || this.isStale(record)) this.release(record);
    else {
      record.count--;
      this.#channel.release(record.id, 1);
    }
  }

  #drop(record: HandleRecord): void {
    record.released = true;
    if (this.#alive.get(record.id)?.record === record) this.#alive.delete(record.id);
    if (!this.#closed) this.#channel.release(record.id, record.count);
  }
}

function guard(record: HandleRecord): void {
  if (!record.owner.isStale(record)) return;
  const why = record.released ? 'was released' : 'belonged to a worker that has ended';
  throw new StaleHandleError(record.type, `This handle (${record.type}) ${why}: get the object from the module again.`);
}

function foreign({ type }: HandleRecord): string {
  return `a handle (${type}) belongs to its own worker, and this is another one: send the data that it stands for, or get what takes it from that worker (of python(), by the option directory)`;
}

/** Gives whose handle, or attribute of one, is in a value, if one is; the first that is found. */
export function ownerOfHandle(value: unknown): HandleOwner | undefined {
  return findWithin(value, (part) => recordOf(part)?.owner ?? unreadOf(part)?.owner.holder);
}
