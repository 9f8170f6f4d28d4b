/** `synapse call`: one call of a module, from a shell. */

import { text as textFrom } from 'node:stream/consumers';
import type { Command } from 'commander';
import { Synapse } from '../api/synapse';
import { InvalidOptionError } from '../errors';
import { type CallRequest, callOf, readJson } from './call-line';
import { type ProvisionFlags, synapseOptions, withEnvironment, withProvisioning } from './environment-flags';
import { interruptible } from './exit-code';
import { answerOf } from './module-call';
import { jsonOf, textOf, writeLine } from './output';

interface Flags extends ProvisionFlags {
  kwargs?: string;
  payload?: string;
  timeout?: number;
}

const EXAMPLES = `
Examples:
  $ synapse call py_module greet '"Ada"'                      a text is in quotes inside the shell's quotes
  $ synapse call py_module greet '"Ada"' greeting='"Welcome"' a keyword argument; also --kwargs '{"greeting": "Welcome"}'
  $ synapse call py_module count 3                            a generator prints one line per value
  $ synapse call py_module --payload '{"x": 1}'               the module's handler, or a loop of its own
  $ echo '{"x": 1}' | synapse call py_module --payload -`;

export function addCall(program: Command): void {
  const command = program
    .command('call')
    .description('calls a function and prints what it returns; what the module prints goes to standard error')
    .argument('<directory>', "the module's directory")
    .argument('[function]', 'its name')
    .argument('[args...]', 'its arguments, each in JSON; name=JSON is a keyword argument')
    .option('--kwargs <object>', 'keyword arguments, as an object in JSON')
    .option('--payload <json>', "call the module's handler with this; - reads it from standard input")
    .option('--timeout <milliseconds>', 'how long the call may take', milliseconds);
  withProvisioning(withEnvironment(command, 'print JSON only, one line per value')).addHelpText('after', EXAMPLES).action(call);
}

async function call(directory: string, name: string | undefined, texts: readonly string[], flags: Flags): Promise<void> {
  const request = await requestOf(name, texts, flags);
  await interruptible(async (signal) => {
    const { timeout } = flags;
    const synapse = new Synapse({
      ...synapseOptions(flags),
      logs: process.stderr,
      ...(timeout === undefined ? {} : { callTimeout: timeout }),
    });
    signal.addEventListener('abort', () => void synapse.dispose());
    try {
      await synapse.spawn(directory, flags.entry ?? 'main', { signal });
      const { isStream, values } = await answerOf(synapse, request);
      for await (const value of values) await writeLine(flags.json ? jsonOf(value) : textOf(value, isStream));
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      await synapse.dispose();
    }
  });
}

async function requestOf(name: string | undefined, texts: readonly string[], { payload, kwargs }: Flags): Promise<CallRequest> {
  if (payload !== undefined) {
    if (name !== undefined || kwargs !== undefined)
      throw new InvalidOptionError(
        'payload',
        'The option --payload is for the handler, which has no name: leave the function and --kwargs out.',
      );
    return { name: '', args: [readJson('payload', payload === '-' ? (await textFrom(process.stdin)).trim() : payload, true)] };
  }
  if (name === undefined) throw new InvalidOptionError('function', 'Name the function to call, or give the handler its --payload.');
  return callOf(name, texts, { isShell: true, more: kwargs === undefined ? {} : keywordsOf(kwargs) });
}

function keywordsOf(text: string): Record<string, unknown> {
  const value = readJson('option --kwargs', text, true);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InvalidOptionError('kwargs', `The option --kwargs must be an object, such as '{"digits": 4}'; it is ${text}.`);
}

function milliseconds(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidOptionError('timeout', `The option --timeout must be a whole number of milliseconds; it is ${text}.`);
}
