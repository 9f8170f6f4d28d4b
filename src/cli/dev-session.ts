/** A module that follows its files. Owns its worker: when another one takes its place, and who takes the calls meanwhile. */

import type { SynapseOptions } from '../api/options';
import { Synapse } from '../api/synapse';
import type { EnvironmentOptions } from '../environment/environment-options';
import { inspect } from '../environment/inspection';
import { DisposedError, SynapseError } from '../errors';
import { Lane, type Turn } from './lane';

/** Which module, and how it is run. */
export interface DevPlace {
  readonly directory: string;
  readonly entry: string;
  readonly options: SynapseOptions;
  readonly environment: EnvironmentOptions;
}

/** What a session tells. */
export interface DevObserver {
  /** A worker has the code as it is now. */
  onLoaded(isFirst: boolean): void;
  /**
   * The code as it is now cannot be run.
   *
   * @param goesOn whether the worker with the code of before still takes the calls
   */
  onFailed(error: unknown, goesOn: boolean): void;
  /** The worker ended by itself, and is started again. */
  onCrash(error: Error, synapse: Synapse): void;
  onNote(text: string): void;
}

/** A change came while the one before was being loaded. */
const OVERTAKEN = new SynapseError('The files have changed again.');

/** Why a worker was ended: what is told of a call that it had. */
const ENDS = {
  overtaken: 'The files changed again before this call was answered, so the worker with the code of before was ended: make the call again.',
  needs: 'What the module needs changed before this call was answered, so the worker was ended: make the call again.',
  closed: 'This call was not answered: "synapse dev" has ended.',
} as const;

export class DevSession {
  readonly #place: DevPlace;
  readonly #observer: DevObserver;
  readonly #lane = new Lane<Synapse>();
  /** Those that have not ended: besides the one that takes the calls, what still finishes one. */
  readonly #workers = new Set<Synapse>();
  readonly #ends = new WeakMap<Synapse, keyof typeof ENDS>();
  #synapse: Synapse | undefined;
  #hasLoaded = false;
  /** Whether code is among the changes that no load has seen; undefined if there are none. */
  #pendingCode: boolean | undefined;
  #loading: Promise<void> | undefined;
  #overtake = new AbortController();
  #isClosed = false;

  constructor(place: DevPlace, observer: DevObserver) {
    this.#place = place;
    this.#observer = observer;
  }

  /** Makes a call when there is a worker with the code as it is now. */
  add(turn: Turn<Synapse>): void {
    this.#lane.add(turn);
  }

  /** Gives the error of a call as it is to be told: if the session has ended its worker, why. */
  explained(error: unknown, synapse: Synapse): unknown {
    const end = this.#ends.get(synapse);
    return end && error instanceof DisposedError ? new DisposedError(ENDS[end]) : error;
  }

  /** Resolves when no call waits or runs. */
  drained(): Promise<void> {
    return this.#lane.drained();
  }

  /**
   * Takes the files as they are now. What is being loaded is given up for that.
   *
   * @param isCode whether code has changed, and not only what may say what the module needs
   */
  follow(isCode: boolean): void {
    this.#pendingCode = isCode || this.#pendingCode === true;
    this.#overtake.abort(OVERTAKEN);
    this.#loading ??= this.#loadAll();
  }

  /** Ends the worker; calls that run reject. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#lane.pause();
    this.#overtake.abort(OVERTAKEN);
    await this.#loading;
    await this.#endAll('closed');
  }

  async #loadAll(): Promise<void> {
    for (let isCode = this.#takePending(); isCode !== undefined; isCode = this.#takePending()) {
      this.#overtake = new AbortController();
      const { signal } = this.#overtake;
      try {
        await this.#load(isCode, signal);
      } catch (error) {
        if (signal.aborted) this.follow(isCode);
        else this.#onFailed(error);
      }
    }
    this.#loading = undefined;
  }

  /** Whether code is among what has changed; undefined if nothing has. */
  #takePending(): boolean | undefined {
    const isCode = this.#pendingCode;
    this.#pendingCode = undefined;
    return this.#isClosed ? undefined : isCode;
  }

  async #load(isCode: boolean, signal: AbortSignal): Promise<void> {
    const { directory, environment } = this.#place;
    const { state } = await inspect(directory, environment);
    signal.throwIfAborted();
    if (state === 'ready' && !isCode && this.#isGood(this.#synapse)) {
      this.#lane.resume(this.#synapse, false);
      return;
    }
    this.#lane.pause();
    if (state !== 'ready') await this.#makeRoom();
    const fresh = await this.#spawn(signal);
    const old = this.#synapse;
    const last = this.#lane.running;
    this.#synapse = fresh;
    this.#observer.onLoaded(!this.#hasLoaded);
    this.#hasLoaded = true;
    this.#lane.resume(fresh, true);
    if (old) void this.#retire(old, last);
  }

  #isGood(synapse: Synapse | undefined): synapse is Synapse {
    return synapse?.state === 'ready';
  }

  /** An environment cannot be changed while workers use it. */
  async #makeRoom(): Promise<void> {
    if (this.#synapse) this.#observer.onNote('what the module needs has changed');
    this.#synapse = undefined;
    await this.#endAll('needs');
  }

  async #spawn(signal: AbortSignal): Promise<Synapse> {
    const { directory, entry, options } = this.#place;
    const synapse = new Synapse({ ...options, restart: { maxRetries: 0 } });
    this.#workers.add(synapse);
    synapse.on('restart', (error) => this.#observer.onCrash(error, synapse));
    try {
      await synapse.spawn(directory, entry, { signal });
      return synapse;
    } catch (error) {
      await this.#end(synapse);
      throw error;
    }
  }

  /** Lets a worker finish the call that it has; at the next change it has had time enough. */
  async #retire(old: Synapse, last: Promise<void> | undefined): Promise<void> {
    const { signal } = this.#overtake;
    const overtaken = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    if (!signal.aborted) await Promise.race([last, overtaken]);
    await this.#end(old, this.#isClosed ? 'closed' : 'overtaken');
  }

  #onFailed(error: unknown): void {
    if (this.#isClosed) return;
    const goesOn = this.#isGood(this.#synapse);
    this.#observer.onFailed(error, goesOn);
    if (this.#isGood(this.#synapse)) this.#lane.resume(this.#synapse, false);
  }

  async #end(synapse: Synapse, why?: keyof typeof ENDS): Promise<void> {
    if (why && !this.#ends.has(synapse)) this.#ends.set(synapse, why);
    await synapse.dispose();
    this.#workers.delete(synapse);
  }

  async #endAll(why: keyof typeof ENDS): Promise<void> {
    await Promise.all([...this.#workers].map((each) => this.#end(each, why)));
  }
}
