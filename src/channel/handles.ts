/** Python objects that this program holds. Owns which handle stands for which, how often each arrived, and the news that one is no longer held. */

import { StaleHandleError } from '../call-errors';
import { withCaller } from './caller-stack';
import { type Handle, type HandleOwner, type HandleRecord, handleOf, recordOf } from './handle';
import { type Invocation, invocationOf } from './invocation';
import { findWithin } from './search';

/** What handles ask of their channel. */
export interface HandleChannel {
  invoke(invocation: Invocation): Promise<unknown>;
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
  arrive(id: number, kind: string, type: string): Handle {
    const known = this.#alive.get(id);
    const handle = known?.handle.deref();
    if (known && handle) {
      known.record.count++;
      return handle;
    }
    const record: HandleRecord = { id, kind, type, count: 1, released: false, owner: this };
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
    if (record.owner !== this) throw new TypeError(`a handle (${record.type}) belongs to its own worker: send the data that it stands for`);
    return record.id;
  }

  call(record: HandleRecord, name: string, args: readonly unknown[]): Promise<unknown> {
    return this.#invoke(record, invocationOf('handle', name, args, record.id));
  }

  read(record: HandleRecord, name: string): Promise<unknown> {
    return this.#invoke(record, { used: 'handle', name, args: [], kwargs: undefined, on: record.id, get: true });
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
      return await this.#channel.invoke(invocation);
    } catch (error) {
      throw withCaller(error, this.#invoke);
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

/** Gives whose handle is in a value, if one is; the first that is found. */
export function ownerOfHandle(value: unknown): HandleOwner | undefined {
  return findWithin(value, (part) => recordOf(part)?.owner);
}
