/** Which workers have served long enough. Owns the decision, and how often the system is asked for their memory. */

import { readVitals } from '../process/vitals';
import type { Member } from './member';
import type { PoolSize } from './members';

/** Milliseconds between looks at the memory of a worker. */
const LOOK_MS = 1000;

/** Puts a new worker in the place of another one, if that is still wanted when the new one is ready. */
type Replace = (member: Member, isStillWanted: () => boolean) => Promise<void>;

export class Recycling {
  readonly #limits: Pick<PoolSize, 'maxCalls' | 'maxMemoryBytes'>;
  readonly #replace: Replace;
  readonly #onError: (error: Error) => void;
  readonly #replaced = new Set<Member>();
  /** When to look at each again: milliseconds of `performance.now()`. */
  readonly #lookAt = new WeakMap<Member, number>();

  /** @param onError takes why a worker could not be replaced */
  constructor(limits: Pick<PoolSize, 'maxCalls' | 'maxMemoryBytes'>, replace: Replace, onError: (error: Error) => void) {
    this.#limits = limits;
    this.#replace = replace;
    this.#onError = onError;
  }

  /** Replaces a worker that has served long enough; not while the program holds objects of it. */
  async look(member: Member): Promise<void> {
    const { maxCalls } = this.#limits;
    const isDue = (maxCalls > 0 && member.served >= maxCalls) || (await this.#isTooLarge(member));
    const isFree = (): boolean => member.worker.heldHandles === 0;
    if (!isDue || !isFree() || member.retiring || this.#replaced.has(member)) return;
    this.#replaced.add(member);
    try {
      await this.#replace(member, isFree);
    } catch (error) {
      member.served = 0;
      this.#onError(error as Error);
    } finally {
      this.#replaced.delete(member);
    }
  }

  async #isTooLarge(member: Member): Promise<boolean> {
    const { maxMemoryBytes } = this.#limits;
    const { pid } = member.worker;
    const now = performance.now();
    if (maxMemoryBytes === 0 || pid === undefined || now < (this.#lookAt.get(member) ?? 0)) return false;
    this.#lookAt.set(member, now + LOOK_MS);
    const vitals = await readVitals(pid);
    return vitals !== undefined && vitals.residentBytes > maxMemoryBytes;
  }
}
