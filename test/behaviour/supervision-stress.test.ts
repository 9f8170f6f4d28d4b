/** Calls of all kinds, given up at any moment, to workers that die, are killed, replaced, added and ended meanwhile. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SynapseOptions } from '../../src/api/options';
import type { Synapse } from '../../src/api/synapse';
import { kw } from '../../src/channel/keywords';
import type { CallOptions } from '../../src/channel/pending';
import { makeForFixture, temporaryFolder } from '../support/fixture';
import { isRunning, until } from '../support/until';

/** Each function notes its runs in a file, which survives the worker. */
const MODULE = `
import asyncio, os, time
import synapse_py

def note(tag):
    file = os.open("runs", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, f"{tag} {os.getpid()}\\n".encode())
    os.close(file)

def run(tag, seconds=0):
    note(tag)
    if seconds < 0:
        os._exit(1)
    time.sleep(seconds)
    return tag

async def run_beside(tag, seconds=0):
    note(tag)
    await asyncio.sleep(seconds)
    return tag

@synapse_py.expose(threads=2)
def run_in_thread(tag, seconds=0):
    return run(tag, seconds)

@synapse_py.expose(response="ack")
def acknowledge(tag, seconds=0):
    run(tag, seconds)

def ask(tag, answer):
    note(tag)
    return answer(tag)

def take(tag, data):
    note(tag)
    return data

def count(to):
    for number in range(to):
        time.sleep(0.0005)
        yield number
`;
const CALLS = 500;
const MOST_OPEN = 120;
const RESTART = { retryDelay: 0, maxRetries: 1000, restartLimit: { maxRestarts: 100_000, windowMs: 1000 } };
/** What a call may reject with when workers die and callers give up. */
const EXPECTED = new Set([
  'ERR_SYNAPSE_WORKER_CRASHED',
  'ERR_SYNAPSE_HEARTBEAT_TIMEOUT',
  'ERR_SYNAPSE_CALL_TIMEOUT',
  'ERR_SYNAPSE_QUARANTINED',
  'given up',
]);

type Kind = 'run' | 'run_beside' | 'run_in_thread' | 'idempotent' | 'acknowledge' | 'ask' | 'take' | 'stream' | 'die';

interface Attempt {
  readonly kind: Kind;
  readonly tag: string;
  error?: Error & { code?: string; begun?: boolean };
  settled: number;
}

/** Numbers from 0 to 1 that look random and are the same for the same seed: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How often each kind is called, of 100 calls. */
const SHARES: Readonly<Record<Kind, number>> = {
  run: 40,
  run_beside: 20,
  run_in_thread: 8,
  idempotent: 12,
  acknowledge: 4,
  ask: 4,
  take: 3,
  stream: 6,
  die: 3,
};
const KINDS = (Object.keys(SHARES) as Kind[]).flatMap((kind) => Array.from({ length: SHARES[kind] }, () => kind));

class Storm {
  readonly attempts: Attempt[] = [];
  losses = 0;
  readonly #synapse: Synapse;
  readonly #random: () => number;
  readonly #givingUp: AbortController[] = [];
  #open = 0;
  #reload: Promise<void> = Promise.resolve();

  constructor(synapse: Synapse, seed: number) {
    this.#synapse = synapse;
    this.#random = randomFrom(seed);
    synapse.on('error', () => this.losses++);
  }

  /** Makes all calls and waits until each has settled. */
  async rage(): Promise<void> {
    while (this.attempts.length < CALLS) {
      for (let left = this.#below(30); left > 0; left--) this.#call();
      if (this.#chance(0.15)) this.#kill();
      if (this.#chance(0.05)) this.#reload = this.#reload.then(() => this.#synapse.reload());
      for (const controller of this.#givingUp.splice(0, this.#below(3))) controller.abort(new Error('given up'));
      const most = this.#below(MOST_OPEN);
      await until(() => this.#open <= most || this.#isEndless);
    }
    await Promise.all([this.#reload, until(() => this.#open === 0 || this.#isEndless)]);
  }

  /** Whether a call that ends workers is made again and again. */
  get #isEndless(): boolean {
    return this.losses > CALLS / 5;
  }

  #call(): void {
    const attempt: Attempt = { kind: this.#kind(), tag: `call${this.attempts.length}`, settled: 0 };
    this.attempts.push(attempt);
    this.#open++;
    const settle = (error?: Attempt['error']): void => {
      attempt.settled++;
      if (error) attempt.error = error;
      this.#open--;
    };
    this.#make(attempt).then(() => settle(), settle);
  }

  #make({ kind, tag }: Attempt): Promise<unknown> {
    const synapse = this.#synapse;
    const timed = kw({ tag, seconds: this.#chance(0.7) ? 0 : this.#random() * 0.01 });
    if (kind === 'stream') return this.#consume(synapse.stream('count', this.#below(40)));
    if (kind === 'ask') return synapse.send('ask', kw({ tag, answer: async (asked: string) => asked }));
    if (kind === 'take') return synapse.send('take', kw({ tag, data: new Uint8Array(this.#below(3_000_000)) }), this.#options());
    if (kind === 'acknowledge') return synapse.send('acknowledge', timed);
    if (kind === 'idempotent') return synapse.send('run', timed, { ...this.#options(), idempotent: true });
    if (kind === 'die') return synapse.send('run', kw({ tag, seconds: -1 }), this.#options());
    return synapse.send(kind, timed, this.#options());
  }

  async #consume(stream: AsyncIterable<unknown>): Promise<void> {
    let left = this.#chance(0.3) ? 3 : Number.POSITIVE_INFINITY;
    for await (const _ of stream) if (--left === 0) return;
  }

  #options(): CallOptions {
    const options: CallOptions = {};
    if (this.#chance(0.2)) options.key = `key ${this.#below(5)}`;
    if (this.#chance(0.1)) options.timeout = this.#below(100);
    if (this.#chance(0.15)) {
      const controller = new AbortController();
      this.#givingUp.push(controller);
      options.signal = controller.signal;
    }
    return options;
  }

  #kill(): void {
    const { pids } = this.#synapse;
    const pid = pids[this.#below(pids.length) - 1];
    if (pid !== undefined && isRunning(pid)) process.kill(pid, 'SIGKILL');
  }

  #kind(): Kind {
    return KINDS[this.#below(KINDS.length) - 1] ?? 'run';
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  /** A whole number from 1. */
  #below(most: number): number {
    return 1 + Math.floor(this.#random() * most);
  }
}

/** How often each function body began, by the tag of its call, and where. */
async function readRuns(folder: string): Promise<{ runs: Map<string, number>; pids: Set<number> }> {
  const runs = new Map<string, number>();
  const pids = new Set<number>();
  for (const line of (await readFile(join(folder, 'runs'), 'utf8')).trim().split('\n')) {
    const [tag = '', pid] = line.split(' ');
    runs.set(tag, (runs.get(tag) ?? 0) + 1);
    pids.add(Number(pid));
  }
  return { runs, pids };
}

const BOUNDS: readonly (readonly [string, SynapseOptions])[] = [
  ['one worker', { restart: RESTART, maxInFlight: 8 }],
  ['a pool that grows and shrinks', { restart: RESTART, workers: { min: 2, max: 3, idleTimeout: 50 } }],
  ['a pool whose workers are replaced', { restart: RESTART, workers: { min: 2, max: 2, maxCalls: 40 } }],
];

describe.each(BOUNDS)('with %s, whatever happens to its workers', (_, options) => {
  it.each([1, 2])('every call settles, and none runs twice unless it may (seed %d)', async (seed) => {
    const folder = await temporaryFolder();
    await Promise.all([writeFile(join(folder, 'main.py'), MODULE), writeFile(join(folder, 'requirements.txt'), '')]);
    const synapse = makeForFixture(options);
    await synapse.spawn(folder);
    const storm = new Storm(synapse, seed);
    await storm.rage();
    await synapse.dispose();

    const { attempts, losses } = storm;
    const { runs, pids } = await readRuns(folder);
    const runsOf = ({ tag }: Attempt): number => runs.get(tag) ?? 0;
    const crashed = attempts.filter(({ error }) => error?.code === 'ERR_SYNAPSE_WORKER_CRASHED');
    expect(attempts.filter(({ settled }) => settled !== 1)).toEqual([]);
    expect(attempts.filter(({ error }) => error && !EXPECTED.has(error.code ?? error.message))).toEqual([]);
    expect(attempts.filter((attempt) => attempt.kind !== 'idempotent' && runsOf(attempt) > 1)).toEqual([]);
    expect(attempts.filter((attempt) => !attempt.error && attempt.kind !== 'stream' && runsOf(attempt) === 0)).toEqual([]);
    expect(crashed.filter(({ error, kind }) => error?.begun === false || kind === 'idempotent')).toEqual([]);
    // Of those that run one after another, a worker can take only one with it.
    const inTurn = crashed.filter(({ kind }) => ['run', 'ask', 'take', 'acknowledge', 'die'].includes(kind));
    expect(inTurn.length).toBeLessThanOrEqual(losses);
    expect(losses).toBeGreaterThan(3);
    expect([...pids].filter(isRunning)).toEqual([]);
  });
});
