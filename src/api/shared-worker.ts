/**
 * One worker for all modules that are imported in the same interpreter. Owns its lives: the first use starts it, and the next one after its
 * end. Each life has a pool of its own, so that nothing that is told late of an earlier one can touch the present one.
 */

import type { InboundStream } from '../channel/inbound-stream';
import { type Invocation, invocationOf } from '../channel/invocation';
import type { CallOptions } from '../channel/pending';
import type { ImporterSpec } from '../engine/engine';
import { localEngine } from '../engine/local-engine';
import { objectionTo } from '../environment/plain-python';
import { DisposedError, SpawnError } from '../errors';
import { Pool } from '../worker/pool';
import { ModuleOutput } from './module-output';
import type { ResolvedOptions } from './options';
import { spawnShown } from './python-spawn';

const NO_OPTIONS: CallOptions = Object.freeze({});

interface Life {
  readonly pool: Pool;
  readonly started: Promise<void>;
}

export class SharedWorker {
  readonly #spec: ImporterSpec;
  readonly #options: ResolvedOptions;
  readonly #output: ModuleOutput;
  #life: Life | undefined;
  /** The life of now, and earlier ones that are not quite over. */
  readonly #pools = new Set<Pool>();
  #isClosed = false;
  #hasStarted = false;
  #isSpent = false;

  constructor(spec: ImporterSpec, options: ResolvedOptions) {
    this.#spec = spec;
    this.#options = options;
    this.#output = new ModuleOutput(
      options.logs,
      () => undefined,
      () => false,
    );
  }

  /** What is another object in each of its lives; undefined while there is none. */
  get life(): object | undefined {
    return this.#life;
  }

  /** Whether its first start failed: another one may have better options. */
  get isSpent(): boolean {
    return this.#isSpent;
  }

  /**
   * Starts the worker if it does not run.
   *
   * @throws whatever `Pool.spawn` throws; ProvisionError the interpreter is no usable Python (ERR_SYNAPSE_PYTHON_NOT_FOUND);
   *   DisposedError it was shut down (ERR_SYNAPSE_DISPOSED)
   */
  async start(): Promise<void> {
    if (this.#isClosed) throw shutDown();
    this.#life ??= this.#begin();
    await this.#life.started;
  }

  /**
   * Imports a module; gives what `load` of python/synapse_py/importer.py gives. Rejects as `Pool.invoke`.
   *
   * @param mend what to do where a package is missing
   */
  import(name: string, path: string | undefined, mend: string): Promise<unknown> {
    return this.#pool.invoke(invocationOf('python', 'load', [name, path, mend]), NO_OPTIONS);
  }

  /** Calls a generator at the first pull. */
  stream(invocation: Invocation): InboundStream {
    return this.#pool.stream(invocation, NO_OPTIONS);
  }

  /** Ends the worker. Outstanding calls reject. */
  async dispose(): Promise<void> {
    this.#isClosed = true;
    this.#life = undefined;
    await Promise.all([...this.#pools].map((pool) => pool.dispose()));
    this.#output.finish();
  }

  get #pool(): Pool {
    if (!this.#life) throw shutDown();
    return this.#life.pool;
  }

  #begin(): Life {
    const { limits, int, size, policy } = this.#options;
    const { supervision, heartbeat } = policy;
    let isStarted = false;
    const leave = (): void => {
      if (this.#life?.pool === pool) this.#life = undefined;
    };
    const pool: Pool = new Pool(
      localEngine,
      { size, policy: supervision, worker: { ...limits, int, heartbeat, verify: undefined } },
      {
        output: () => this.#output.worker(),
        news: { onEvent: () => undefined, onCancel: () => undefined },
        onState: ({ to }) => {
          if (to === 'disconnected') leave();
        },
        onExit: () => {
          if (!isStarted) return;
          leave();
          this.#bury(pool);
        },
        onError: () => undefined,
        onRetry: () => undefined,
        onRestart: () => undefined,
      },
    );
    this.#pools.add(pool);
    const started = this.#spawn(pool).then(
      () => {
        isStarted = true;
        this.#hasStarted = true;
      },
      (error) => {
        leave();
        this.#isSpent = !this.#hasStarted;
        throw error;
      },
    );
    return { pool, started };
  }

  async #spawn(pool: Pool): Promise<void> {
    try {
      await spawnShown(pool, this.#spec, this.#options.progress, () => undefined);
    } catch (error) {
      this.#pools.delete(pool);
      const reason = error instanceof SpawnError ? await this.#objection(error) : undefined;
      throw this.#isClosed && error instanceof DisposedError ? shutDown() : (reason ?? error);
    }
  }

  /** An interpreter without an environment is asked who it is only when it did not start: asking takes as long as a start. */
  async #objection(error: SpawnError): Promise<Error | undefined> {
    const { directory, python, env, cwd } = this.#spec;
    return directory === undefined ? objectionTo(python, { ...process.env, ...env }, cwd ?? process.cwd(), error) : undefined;
  }

  /** Its worker has ended, and it is to start no other. */
  #bury(pool: Pool): void {
    void pool.dispose().finally(() => this.#pools.delete(pool));
  }
}

function shutDown(): DisposedError {
  return new DisposedError('The worker was shut down: call python() again.');
}
