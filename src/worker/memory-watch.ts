/** How large workers have grown. Owns how often the system is asked. */

import { readVitals } from '../process/vitals';
import type { Member } from './member';

/** Milliseconds between looks. */
const LOOK_MS = 1000;

export class MemoryWatch {
  readonly #limit: number;
  #lookAt = 0;

  /** @param limit bytes of resident memory; 0 is none */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether a worker has grown beyond the limit; false if the time for a look has not come. */
  async isTooLarge({ worker }: Member): Promise<boolean> {
    const now = performance.now();
    if (this.#limit === 0 || worker.pid === undefined || now < this.#lookAt) return false;
    this.#lookAt = now + LOOK_MS;
    const vitals = await readVitals(worker.pid);
    return vitals !== undefined && vitals.residentBytes > this.#limit;
  }
}
