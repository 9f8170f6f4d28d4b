/** A program that serves functions, started as a worker. Owns what it told, and its end with the test. */

import { CallTimes } from '../../src/channel/call-times';
import type { CancelReport } from '../../src/channel/cancellations';
import { InboundStream } from '../../src/channel/inbound-stream';
import { invocationOf } from '../../src/channel/invocation';
import type { CallOptions } from '../../src/channel/pending';
import { localEngine } from '../../src/engine/local-engine';
import type { ExitStatus } from '../../src/process/spawn';
import { Worker } from '../../src/worker/worker';
import type { WorkerOptions } from '../../src/worker/worker-options';
import { until } from './until';

const OPTIONS: WorkerOptions = {
  maxInFlight: 16,
  maxQueue: 1000,
  maxFrameBytes: 256 * 1024 * 1024,
  callTimeout: 0,
  cancelTimeout: 0,
  startupTimeout: 30_000,
  disposeTimeout: 5_000,
  int: 'auto',
  times: new CallTimes(),
  eager: false,
  heartbeat: undefined,
  verify: undefined,
};

const started: Program[] = [];

export class Program {
  readonly worker: Worker;
  readonly events: [string, unknown][] = [];
  readonly cancels: CancelReport[] = [];
  exit: ExitStatus | undefined;
  readonly #printed = { stdout: '', stderr: '' };

  constructor(options: Partial<WorkerOptions> = {}) {
    this.worker = new Worker(
      localEngine,
      { ...OPTIONS, ...options },
      {
        output: {
          onBytes: (stream, chunk) => this.#onBytes(stream, chunk),
          onPrinted: () => undefined,
          onLine: () => undefined,
          onEnd: () => undefined,
        },
        news: { onEvent: (name, data) => this.events.push([name, data]), onCancel: (report) => this.cancels.push(report) },
        onState: () => undefined,
        onExit: (status) => {
          this.exit = status;
        },
        onLost: () => undefined,
        onFreed: () => undefined,
      },
    );
    started.push(this);
  }

  get stdout(): string {
    return this.#printed.stdout;
  }

  get stderr(): string {
    return this.#printed.stderr;
  }

  spawn(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd?: string): Promise<void> {
    return this.worker.spawn({ kind: 'program', command, args, env, cwd, socketBufferSize: undefined }, undefined);
  }

  send(method: string, data?: unknown, options: CallOptions = {}): Promise<unknown> {
    return this.worker.rpc('send', method).invoke(invocationOf('send', method, [data]), options);
  }

  stream(method: string, data?: unknown, options: CallOptions = {}): InboundStream {
    return new InboundStream(() => this.worker.rpc('stream', method).connection(options), invocationOf('stream', method, [data]), options);
  }

  async collect(method: string, data?: unknown): Promise<unknown[]> {
    const items: unknown[] = [];
    for await (const item of this.stream(method, data)) items.push(item);
    return items;
  }

  /** Waits for an event that has come or will come. */
  async event(name: string): Promise<unknown> {
    await until(() => this.events.some(([each]) => each === name));
    return this.events.find(([each]) => each === name)?.[1];
  }

  #onBytes(stream: 'stdout' | 'stderr', chunk: Uint8Array): boolean {
    this.#printed[stream] += Buffer.from(chunk).toString();
    return true;
  }
}

/** Starts a program that the test's end disposes. */
export async function startProgram(
  command: string,
  args: readonly string[],
  options: Partial<WorkerOptions> = {},
  env: NodeJS.ProcessEnv = {},
): Promise<Program> {
  const program = new Program(options);
  await program.spawn(command, args, env);
  return program;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ worker }) => worker.dispose()));
});
