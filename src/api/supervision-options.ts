/** How workers are kept, as options say it. Owns the defaults and the checks of policies and of the size of pools. */

import { availableParallelism } from 'node:os';
import { checkNames, checkSwitches, invalid, LARGEST_TIMEOUT_MS, wholeOption } from '../option-checks';
import type { HeartbeatPolicy } from '../worker/heartbeat';
import type { PoolSize } from '../worker/members';
import type { RestartLimit, RetryDelay, SpawnPolicy, Supervision } from '../worker/restart-policy';

/** Milliseconds until the hello of a worker that is declared as a Module. */
export const DEFAULT_INIT_TIMEOUT_MS = 30_000;
/** Attempts after the first: enough to outlast a short lack of memory or processes. */
const DEFAULT_MAX_RETRIES = 3;
/** Milliseconds between attempts: short at first, and no burden on a machine where it will not work. */
const DEFAULT_RETRY_DELAY = { type: 'exponential', base: 1000, max: 30_000 } as const;
/** A worker that ends once a minute serves; one that ends at every turn does not. */
const DEFAULT_RESTART_LIMIT: RestartLimit = { maxRestarts: 5, windowMs: 60_000 };
/** Milliseconds between questions for a sign of life, and for the answer: what hangs is noticed within half a minute. */
const DEFAULT_HEARTBEAT_MS = 10_000;
/** Workers that one call may bring down: the first may be chance, the third is not. */
const DEFAULT_QUARANTINE_AFTER = 3;
/** Milliseconds that a worker beyond the least number may have nothing to do. */
const DEFAULT_IDLE_TIMEOUT_MS = 60_000;
/** Workers that a pool may have: far beyond what one machine can use. */
const MOST_WORKERS = 1024;
/** Bytes of a socket's buffer: what systems can count. */
const LARGEST_BUFFER_BYTES = 2 ** 31 - 1;

/** How many workers a Synapse has, and how long each serves. */
export interface PoolOptions {
  /** Workers that are always there. Default 1. */
  min?: number;
  /** Workers that there may be while calls wait. Default: as many as this machine computes at once, but not less than `min`. */
  max?: number;
  /** Milliseconds after which a worker that has nothing to do ends, down to `min`; not while this program holds objects of it. Default 60,000. */
  idleTimeout?: number;
  /** Calls after which a worker is replaced by a new one. Default 0: never. */
  maxCalls?: number;
  /** Bytes of memory (resident) beyond which a worker is replaced by a new one. Default 0: never. */
  maxMemoryBytes?: number;
}

/** A policy after its check. */
export interface ResolvedPolicy {
  readonly supervision: Supervision;
  readonly initTimeout: number | undefined;
  readonly heartbeat: HeartbeatPolicy | undefined;
  readonly socketBufferSize: number | undefined;
}

const POLICY_NAMES: ReadonlySet<string> = new Set<keyof SpawnPolicy>([
  'initTimeout',
  'maxRetries',
  'retryDelay',
  'restartOnCrash',
  'restartLimit',
  'heartbeat',
  'socketBufferSize',
  'quarantineAfter',
]);
const DELAY_NAMES: ReadonlyMap<RetryDelay['type'], ReadonlySet<string>> = new Map([
  ['exponential', new Set(['type', 'base', 'max'])],
  ['fixed', new Set(['type', 'delay'])],
]);
const POOL_NAMES: ReadonlySet<string> = new Set<keyof PoolOptions>(['min', 'max', 'idleTimeout', 'maxCalls', 'maxMemoryBytes']);

/**
 * Checks a policy and fills in defaults.
 *
 * @param policy as it was given
 * @param defaults `restartOnCrash`, and the attempts after a first spawn that failed
 * @throws InvalidOptionError a part of it is unknown or not of its form (ERR_SYNAPSE_INVALID_OPTION)
 */
export function resolvePolicy(policy: SpawnPolicy, defaults: { restartOnCrash: boolean; firstRetries?: number }): ResolvedPolicy {
  checkNames(policy, POLICY_NAMES);
  checkSwitches(policy, ['restartOnCrash']);
  const { restartOnCrash = defaults.restartOnCrash, heartbeat, socketBufferSize, initTimeout } = policy;
  const maxRetries = wholeOption(policy, 'maxRetries', DEFAULT_MAX_RETRIES, 0, Number.MAX_SAFE_INTEGER);
  return {
    supervision: {
      maxRetries,
      firstRetries: policy.maxRetries ?? defaults.firstRetries ?? maxRetries,
      retryDelay: resolveDelay(policy.retryDelay),
      restartOnCrash,
      restartLimit: resolveLimit(policy.restartLimit),
      quarantineAfter: wholeOption(policy, 'quarantineAfter', DEFAULT_QUARANTINE_AFTER, 1, Number.MAX_SAFE_INTEGER),
    },
    initTimeout: initTimeout === undefined ? undefined : wholeOption(policy, 'initTimeout', 0, 0, LARGEST_TIMEOUT_MS),
    heartbeat: heartbeat && resolveHeartbeat(heartbeat),
    socketBufferSize: socketBufferSize === undefined ? undefined : wholeOption(policy, 'socketBufferSize', 1, 1, LARGEST_BUFFER_BYTES),
  };
}

/**
 * Checks how many workers are wanted.
 *
 * @throws InvalidOptionError it is not of its form (ERR_SYNAPSE_INVALID_OPTION)
 */
export function resolveSize(workers: number | 'auto' | PoolOptions = 1): PoolSize {
  if (workers === 'auto') return fixed(availableParallelism());
  if (typeof workers === 'number') return fixed(wholeOption({ workers }, 'workers', 1, 1, MOST_WORKERS));
  if (typeof workers !== 'object') throw invalid('workers', "The option workers must be a number, 'auto', or an object with min and max.");
  checkNames(workers, POOL_NAMES);
  const min = wholeOption(workers, 'min', 1, 1, MOST_WORKERS);
  return {
    min,
    max: wholeOption(workers, 'max', Math.max(min, availableParallelism()), min, MOST_WORKERS),
    idleTimeout: wholeOption(workers, 'idleTimeout', DEFAULT_IDLE_TIMEOUT_MS, 1, LARGEST_TIMEOUT_MS),
    maxCalls: wholeOption(workers, 'maxCalls', 0, 0, Number.MAX_SAFE_INTEGER),
    maxMemoryBytes: wholeOption(workers, 'maxMemoryBytes', 0, 0, Number.MAX_SAFE_INTEGER),
  };
}

function fixed(count: number): PoolSize {
  return { min: count, max: count, idleTimeout: DEFAULT_IDLE_TIMEOUT_MS, maxCalls: 0, maxMemoryBytes: 0 };
}

function resolveDelay(delay: NonNullable<SpawnPolicy['retryDelay']> = DEFAULT_RETRY_DELAY): RetryDelay {
  if (typeof delay === 'number') return fixedDelay(delay, 'retryDelay');
  const names = DELAY_NAMES.get(delay?.type);
  if (!names) throw invalid('retryDelay', "The option retryDelay must be a number, or of type 'fixed' or 'exponential'.");
  checkNames(delay, names);
  if (delay.type === 'fixed') return fixedDelay(delay.delay, 'delay');
  const base = wholeOption(delay, 'base', DEFAULT_RETRY_DELAY.base, 1, LARGEST_TIMEOUT_MS);
  return { type: 'exponential', base, max: wholeOption(delay, 'max', Math.max(base, DEFAULT_RETRY_DELAY.max), base, LARGEST_TIMEOUT_MS) };
}

/** It has no default: `fixed` alone says nothing. */
function fixedDelay(delay: unknown, name: string): RetryDelay {
  return { type: 'fixed', delay: wholeOption({ [name]: delay ?? String(delay) }, name, 0, 0, LARGEST_TIMEOUT_MS) };
}

function resolveLimit(limit: Partial<RestartLimit> = DEFAULT_RESTART_LIMIT): RestartLimit {
  checkNames(limit, new Set(['maxRestarts', 'windowMs']));
  return {
    maxRestarts: wholeOption(limit, 'maxRestarts', DEFAULT_RESTART_LIMIT.maxRestarts, 0, Number.MAX_SAFE_INTEGER),
    windowMs: wholeOption(limit, 'windowMs', DEFAULT_RESTART_LIMIT.windowMs, 1, Number.MAX_SAFE_INTEGER),
  };
}

function resolveHeartbeat(heartbeat: Partial<HeartbeatPolicy>): HeartbeatPolicy {
  checkNames(heartbeat, new Set(['intervalMs', 'timeoutMs']));
  return {
    intervalMs: wholeOption(heartbeat, 'intervalMs', DEFAULT_HEARTBEAT_MS, 1, LARGEST_TIMEOUT_MS),
    timeoutMs: wholeOption(heartbeat, 'timeoutMs', DEFAULT_HEARTBEAT_MS, 1, LARGEST_TIMEOUT_MS),
  };
}
