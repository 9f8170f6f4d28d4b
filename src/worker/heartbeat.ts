/** Signs of life of one worker. Owns the asking, and the decision that no sign means that it hangs. */

import { setImmediate } from 'node:timers/promises';
import type { RpcChannel } from '../channel/rpc-channel';
import { readVitals } from '../process/vitals';

/** How often a worker is asked for a sign of life, and how long it may take; both in milliseconds. */
export interface HeartbeatPolicy {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

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
    const begin = performance.now();
    const pong = this.#pulse.ping({ timeout: this.#policy.timeoutMs, quiet: true }).then(
      () => true,
      () => false,
    );
    await setImmediate(); // the ping itself has left by then: what moves later is a sign of life
    const moved = this.#pulse.transferred;
    const computed = await this.#vitals(this.#pid);
    if (await pong) return true;
    const vitals = await this.#vitals(this.#pid);
    await setImmediate(); // this program may have been busy itself, and what came meanwhile is not read yet
    if (this.#pulse.transferred !== moved) return true;
    if (!vitals || !computed || vitals.state === 'stopped') return false;
    const enough = (performance.now() - begin) * LEAST_CPU_SHARE;
    return vitals.state === 'running' || vitals.cpuMs - computed.cpuMs > enough;
  }
}
