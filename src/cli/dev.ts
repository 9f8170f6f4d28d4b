/** `synapse dev`: a module that is edited while it is called. Owns the calls that are asked for, and what is told of them. */

import type { Command } from 'commander';
import type { Synapse } from '../api/synapse';
import { findDirectory } from '../environment/module-directory';
import { WorkerCrashedError } from '../errors';
import { type CallRequest, readLine } from './call-line';
import { DevConsole } from './dev-console';
import { DevSession } from './dev-session';
import { environmentOptions, type ProvisionFlags, synapseOptions, withEnvironment, withProvisioning } from './environment-flags';
import { interruptible } from './exit-code';
import { answerOf } from './module-call';
import { errorRecord, errorText, jsonOf, textOf } from './output';
import { Watcher } from './watcher';

interface Flags extends ProvisionFlags {
  call?: string[];
}

const HELP = `
Each line of standard input is a call, in the same form: a function, then arguments in JSON; or JSON for the handler. It waits while the module is loaded.

Examples:
  $ synapse dev py_module                                     type: greet "Ada" greeting="Welcome"
  $ synapse dev py_module --call 'greet "Ada"'                calls it again after each change
  $ echo 'greet "Ada"' | synapse dev py_module --json         ends when the calls are answered`;

export function addDev(program: Command): void {
  const command = program
    .command('dev')
    .description('keeps a module running, with the code as it is: a worker with the new code takes over when a file changes')
    .argument('[directory]', "the module's directory", '.')
    .option(
      '--call <line>',
      'a call to make after each change, such as \'greet "Ada"\'; may be given again',
      (line, lines: string[] = []) => [...lines, line],
    );
  withProvisioning(withEnvironment(command, 'print each result as one line of JSON: { call, result } or { call, error }'))
    .addHelpText('after', HELP)
    .action(dev);
}

async function dev(directory: string, flags: Flags): Promise<void> {
  const place = findDirectory(directory);
  const repeated = (flags.call ?? []).map((line) => ({ line, request: readLine(line) }));
  await interruptible((signal) => new Dev(place, repeated, flags).run(signal));
}

interface LineCall {
  readonly line: string;
  readonly request: CallRequest;
}

class Dev {
  readonly #repeated: readonly LineCall[];
  readonly #place: string;
  readonly #isJson: boolean;
  readonly #screen: DevConsole;
  readonly #session: DevSession;
  readonly #watcher: Watcher;
  readonly #ended = new AbortController();
  /** Workers whose end a call has told, and not yet the session. */
  readonly #toldEnds = new WeakSet<Synapse>();
  /** Whether standard input has given a line: one that is empty from the start, such as /dev/null, does not end this. */
  #hasRead = false;

  constructor(place: string, repeated: readonly LineCall[], flags: Flags) {
    this.#place = place;
    this.#repeated = repeated;
    this.#isJson = flags.json === true;
    this.#screen = new DevConsole({ onLine: (line) => this.#take(line), onEnd: () => void this.#onInputEnd() });
    const screen = this.#screen;
    // Compiled code is told apart by seconds: an edit may come within the second of the one before.
    const env = { PYTHONDONTWRITEBYTECODE: '1' };
    const options = { ...synapseOptions(flags), logs: screen.logs, env };
    this.#session = new DevSession(
      { directory: place, entry: flags.entry ?? 'main', options, environment: environmentOptions(flags) },
      {
        onLoaded: (isFirst) => this.#onLoaded(isFirst),
        onFailed: (error, goesOn) => {
          screen.error(errorText(error));
          screen.note(goesOn ? 'the code of before goes on; waiting for a change' : 'waiting for a change', 'yellow');
        },
        onCrash: (error, synapse) => setImmediate(() => this.#onCrash(error, synapse)), // after the call that it had
        onNote: (text) => screen.note(text),
      },
    );
    this.#watcher = new Watcher(place, (paths) => this.#session.follow(paths.some((path) => path.endsWith('.py'))));
  }

  /** Follows the files until there are no more lines, or the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const end = AbortSignal.any([signal, this.#ended.signal]);
    const ended = new Promise<void>((resolve) => end.addEventListener('abort', () => resolve(), { once: true }));
    await this.#watcher.start();
    this.#session.follow(true);
    await ended;
    this.#screen.close();
    this.#watcher.close();
    await this.#session.close();
  }

  #onLoaded(isFirst: boolean): void {
    this.#screen.note(isFirst ? `${this.#place} is ready` : 'reloaded', 'green');
    for (const call of this.#repeated) this.#session.add((synapse) => this.#answer(synapse, call));
  }

  /** A call that the worker had tells of its end, too. */
  #onCrash(error: Error, synapse: Synapse): void {
    if (!this.#toldEnds.delete(synapse)) this.#screen.error(errorText(error));
  }

  #take(line: string): void {
    this.#hasRead = true;
    try {
      const call = { line, request: readLine(line) };
      this.#session.add((synapse) => this.#answer(synapse, call));
    } catch (error) {
      this.#tellError(line, error);
    }
  }

  async #onInputEnd(): Promise<void> {
    if (!process.stdin.isTTY) {
      if (!this.#hasRead) return;
      await this.#session.drained();
    }
    this.#ended.abort();
  }

  async #answer(synapse: Synapse, { line, request }: LineCall): Promise<void> {
    try {
      const { isStream, values } = await answerOf(synapse, request);
      const result = isStream ? 'value' : 'result';
      for await (const value of values) {
        const record = (): string => `{"call":${JSON.stringify(line)},"${result}":${jsonOf(value)}}`;
        this.#screen.result(this.#isJson ? record() : textOf(value, isStream));
      }
    } catch (error) {
      if (error instanceof WorkerCrashedError) this.#toldEnds.add(synapse);
      this.#tellError(line, this.#session.explained(error, synapse));
    }
  }

  #tellError(line: string, error: unknown): void {
    if (this.#isJson) this.#screen.result(JSON.stringify({ call: line, error: errorRecord(error) }));
    else this.#screen.error(errorText(error));
  }
}
