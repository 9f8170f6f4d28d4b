import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Module } from '../../src/api/module';
import { ManagerEvents } from '../../src/api/module-events';
import { ModuleManager } from '../../src/api/module-manager';
import type { SpawnError } from '../../src/errors';
import { Encoder } from '../../src/protocol/encoder';
import { temporaryFolder } from '../support/fixture';
import { Program } from '../support/program';
import { rejection } from '../support/until';

const WHOLE = { mode: 'rpc', python: 'test 1.0', pid: 1, methods: { shout: { response: 'result', parameters: [] } } };

/** Writes a program that says a hello, and then does nothing but wait for the end of its input. */
async function saying(version: unknown, details: object, stream = 1): Promise<string[]> {
  const { payload } = new Encoder('plain').encode([0, version, JSON.parse(JSON.stringify(details))], 'hello');
  const frame = Buffer.alloc(4 + payload.length);
  frame.writeUInt32LE(payload.length);
  frame.set(payload, 4);
  const script = join(await temporaryFolder(), 'worker.cjs');
  const text = `require('node:fs').writeSync(${stream}, Buffer.from('${frame.toString('base64')}', 'base64')); process.stdin.resume();`;
  await writeFile(script, `${text} setInterval(() => undefined, 1000);`);
  return [script];
}

it.each([
  ['of another version', 2, WHOLE, 'The worker speaks version 2 of the protocol and this host version 1'],
  ['without python', 1, { ...WHOLE, python: undefined }, "The worker's hello has no python, which must be a text"],
  ['without pid', 1, { ...WHOLE, pid: undefined }, "The worker's hello has no pid, which must be a whole number"],
  [
    'with a method without parameters',
    1,
    { ...WHOLE, methods: { shout: { response: 'result' } } },
    "The worker's hello has no methods.shout.parameters",
  ],
])('a hello %s fails the spawn by that, not by how the worker was ended for it', async (_, version, details, message) => {
  for (const stream of [1, 5]) {
    const error = await rejection<SpawnError>(new Program().spawn(process.execPath, await saying(version, details, stream)));
    expect(error).toMatchObject({
      code: 'ERR_SYNAPSE_SPAWN',
      output: '',
      lastError: expect.objectContaining({ code: 'ERR_SYNAPSE_FRAME' }),
    });
    expect(error.message).toContain(`broke the protocol before it was ready. ${message}`);
    expect(error.message).not.toMatch(/SIGTERM|its output names/);
  }
});

it('what is not the protocol is not tried again by a manager', async () => {
  const module = new Module('loud').executable(process.execPath, await saying(2, WHOLE)).method('shout');
  const manager = new ModuleManager().register(module);
  const retries: number[] = [];
  manager.on(ManagerEvents.RETRYING, (_, attempt) => retries.push(attempt));
  const error = await rejection<SpawnError>(manager.spawn());
  expect(error).toMatchObject({ attempts: 1, moduleName: 'loud', lastError: expect.objectContaining({ code: 'ERR_SYNAPSE_FRAME' }) });
  expect([error.message, retries]).toEqual([expect.stringContaining('speaks version 2'), []]);
  await manager.shutdown();
});
