/** The time between `serve` and the end of the process. Owns the process's side of it: taking the host, and leaving with it. */

import { writeSync } from 'node:fs';
import { StreamTransport } from '../channel/transport';
import { NotReadyError } from '../errors';
import { Conversation } from './conversation';
import type { Definitions } from './definitions';
import { openFrames, runtimeName } from './endpoint';
import { watchFromThread, watchLifeline } from './lifeline';

/** Set by a host for the programs that it starts. */
const HOST_VARIABLE = 'SYNAPSE_HOST';
/** Milliseconds that the program has, after the conversation, to end by itself. */
const EXIT_TIMEOUT_MS = 100;
const STANDARD_ERROR = 2;

/** Begins the conversation; `over` resolves when the host has closed it. */
export function begin(definitions: Definitions): { conversation: Conversation; over: Promise<void> } {
  watchLifeline();
  const frames = openFrames();
  let conversation: Conversation | undefined;
  const over = new Promise<void>((resolve) => {
    conversation = new Conversation(new StreamTransport(frames, frames), definitions, runtimeName(), {
      onHost: watchFromThread,
      onBroken: breakOff,
      onOver: () => {
        setTimeout(() => process.exit(), EXIT_TIMEOUT_MS).unref();
        resolve();
      },
    });
  });
  return { conversation: conversation as Conversation, over };
}

/** Whether a host has started this process and awaits what it serves. */
export function isAwaited(): boolean {
  return process.env[HOST_VARIABLE] !== undefined;
}

/** Makes sure that there is a host, for this process and not for its children. Throws NotReadyError where there is none. */
export function takeHost(): void {
  if (!isAwaited()) {
    throw new NotReadyError(
      'created',
      "serve() found no host: this program is a worker, which is started by new Module('name').executable(command, [script]) of synapse-py.",
    );
  }
  delete process.env[HOST_VARIABLE];
}

function breakOff(error: Error): void {
  const { cause } = error;
  writeSync(STANDARD_ERROR, `The conversation with the host was broken: ${cause instanceof Error ? cause.message : error.message}\n`);
  process.exit(1);
}
