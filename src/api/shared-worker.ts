/** One worker for all modules that are imported in the same interpreter. Owns its starts: the first use starts it, and the next after its end. */

import type { InboundStream } from '../channel/inbound-stream';
import { type Invocation, invocationOf } from '../channel/invocation';
import type { CallOptions } from '../channel/pending';
import type { ImporterSpec } from '../engine/engine';
import { localEngine } from '../engine/local-engine';
import { DisposedError } from '../errors';
import { Pool } from '../worker/pool';
import { ModuleOutput } from './module-output';
import type { ResolvedOptions } from './options';

const NO_OPTIONS: CallOptions = Object.freeze({});

export class SharedWorker {
  readonly #pool: Pool;
  readonly #output: ModuleOutput;
  readonly #spec: ImporterSpec;
  #start: Promise<void> | undefined;
  #isClosed = false;

  constructor(spec: ImporterSpec, { logs, limits, int, size, policy }: ResolvedOptions) {
    this.#spec = spec;
    this.#output = new ModuleOutput(
      logs,
      () => undefined,
      () => false,
    );
    const { supervision, heartbeat } = policy;
    this.#pool = new Pool(
      localEngine,
      { size, policy: supervision, worker: { ...limits, int, heartbeat, verify: undefined } },
      {
        output: () => this.#output.worker(),
        news: { onEvent: () => undefined, onCancel: () => undefined },
        onState: ({ to }) => {
          if (to === 'disconnected') this.#start = undefined;
        },
        onExit: () => undefined,
        onError: () => undefined,
        onRetry: () => undefined,
        onRestart: () => undefined,
      },
    );
  }

  get pid(): number | undefined {
    return this.#pool.pid;
  }

  /**
   * Starts the worker if it does not run.
   *
   * @throws whatever `Pool.spawn` throws; DisposedError it was shut down (ERR_SYNAPSE_DISPOSED)
   */
  async start(): Promise<void> {
    if (this.#isClosed) throw new DisposedError('The worker was shut down: call python() again.');
    this.#start ??= this.#pool.spawn(this.#spec).catch((error) => {
      this.#start = undefined;
      throw error;
    });
    await this.#start;
  }

  /** Imports a module; gives what `load` of python/synapse_py/importer.py gives. Rejects as `Pool.invoke`. */
  import(name: string, path: string | undefined): Promise<unknown> {
    return this.#pool.invoke(invocationOf('python', 'load', [name, path]), NO_OPTIONS);
  }

  /** Calls a generator at the first pull. */
  stream(invocation: Invocation): InboundStream {
    return this.#pool.stream(invocation, NO_OPTIONS);
  }

  /** Ends the worker. Outstanding calls reject. */
  async dispose(): Promise<void> {
    this.#isClosed = true;
    await this.#pool.dispose();
    this.#output.finish();
  }
}
