/** Signs of life of one worker. Owns the asking, and the decision that no sign means that it hangs. */

import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { RpcChannel } from '../channel/rpc-channel';
import { readVitals } from '../process/vitals';

/** How often a worker is asked for a sign of life, and how long it may take; both in milliseconds. */
export interface HeartbeatPolicy {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** Looks for an answer while it is waited for. */
const SLICES = 10;
/** The share of a core that a process which computes has at least; threads that only wait for their turn take far less. */
const LEAST_CPU_SHARE = 0.05;

/** What asking needs of a channel. */
export type Pulse = Pick<RpcChannel, 'ping' | 'transferred'>;

/** How to ask the system for a process. */
export type ReadVitals = typeof readVitals;

/**
 * Asks, waits, and looks closer before it decides: a worker that computes without letting its other threads run, or whose answer is stuck
 * behind a large message, is alive.
 */
export class Heartbeat {
  readonly #pulse: Pulse;
  readonly #pid: number;
  readonly #policy: HeartbeatPolicy;
  readonly #onMissed: (timeoutMs: number) => void;
  readonly #vitals: ReadVitals;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** @param onMissed called at most once, with the milliseconds in which nothing came */
  constructor(pulse: Pulse, pid: number, policy: HeartbeatPolicy, onMissed: (timeoutMs: number) => void, vitals: ReadVitals = readVitals) {
    this.#pulse = pulse;
    this.#pid = pid;
    this.#policy = policy;
    this.#onMissed = onMissed;
    this.#vitals = vitals;
    this.#wait();
  }

  /** Asks no more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    this.#timer = setTimeout(() => void this.#beat(), this.#policy.intervalMs).unref();
  }

  async #beat(): Promise<void> {
    const isAlive = await this.#isAlive();
    if (this.#stopped) return;
    if (isAlive) {
      this.#wait();
      return;
    }
    this.stop();
    this.#onMissed(this.#policy.timeoutMs);
  }

  async #isAlive(): Promise<boolean> {
    let isAnswered = false;
    this.#pulse.ping({ quiet: true }).then(
      () => {
        isAnswered = true;
      },
      () => undefined, // the conversation is over, which its end tells
    );
    await setImmediate(); // the ping itself has left by then: what moves later is a sign of life
    const moved = this.#pulse.transferred;
    const hasSign = (): boolean => isAnswered || this.#pulse.transferred !== moved;
    if (await this.#waitFor(hasSign, 1)) return true;
    const begin = performance.now();
    const before = await this.#vitals(this.#pid);
    if (await this.#waitFor(hasSign, SLICES - 1)) return true;
    const after = await this.#vitals(this.#pid);
    if (!before || !after || after.state === 'stopped') return false;
    const enough = (performance.now() - begin) * LEAST_CPU_SHARE;
    return after.state === 'running' || after.cpuMs - before.cpuMs > enough;
  }

  /** Waits for so many slices of the time that a sign may take, not counting that in which this program was too busy to see one. */
  async #waitFor(hasSign: () => boolean, slices: number): Promise<boolean> {
    const slice = Math.max(1, this.#policy.timeoutMs / SLICES);
    for (let count = 0; count < slices && !hasSign() && !this.#stopped; count++) await sleep(slice, undefined, { ref: false });
    return hasSign();
  }
}
