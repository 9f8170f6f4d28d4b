import { PassThrough } from 'node:stream';
import type { StartedWorker } from '../../src/engine/engine';
import type { Hello } from '../../src/protocol/message';
import { KIND, writeMessage } from '../../src/protocol/message';
import { Run } from '../../src/worker/run';
import { CHANNEL_OPTIONS } from '../support/channel-options';
import { FakeTransport } from '../support/fake-transport';
import { rejection } from '../support/until';

const OPTIONS = { ...CHANNEL_OPTIONS, maxFrameBytes: 1000 };
const HELLOS = {
  loop: { mode: 'loop', python: '3.11.7', pid: 42 },
  rpc: { mode: 'rpc', python: '3.11.7', pid: 42, methods: {}, classes: [], constants: [], handler: true },
};

function start(announces: boolean) {
  const transport = new FakeTransport();
  const stderr = new PassThrough();
  const hellos: Hello[] = [];
  const printed: string[] = [];
  const started = { transport, announces, info: { pid: 1 }, stdout: undefined, stderr } as unknown as StartedWorker;
  const run = new Run(started, OPTIONS, {
    news: { onEvent: () => undefined, onCancel: () => undefined },
    output: {
      onBytes: () => true,
      onPrinted: (stream, chunk) => printed.push(`${stream}: ${Buffer.from(chunk)}`),
      onLine: () => undefined,
      onEnd: () => undefined,
    },
    onHello: (hello) => hellos.push(hello),
    onStuck: () => undefined,
    onFailure: () => undefined,
    onFreed: () => undefined,
  });
  const sayHello = (mode: keyof typeof HELLOS) => transport.answer(...Buffer.concat(writeMessage([KIND.hello, 1, HELLOS[mode]])));
  return { run, transport, hellos, printed, stderr, sayHello };
}

it('lets the hello decide on the protocol', async () => {
  const [loop, functions, bare] = [start(true), start(true), start(false)];
  expect([loop.run.channel, functions.run.channel, bare.run.channel !== undefined]).toEqual([undefined, undefined, true]);
  loop.sayHello('loop');
  functions.sayHello('rpc');
  expect([loop.run.rpc, functions.run.rpc === functions.run.channel]).toEqual([undefined, true]);
  expect([loop.hellos, functions.hellos].map(([hello]) => hello?.mode)).toEqual(['loop', 'rpc']);
  for (const { run, transport } of [loop, bare]) {
    const answer = run.channel?.request(1, {});
    transport.answer(2);
    expect(await answer).toBe(2);
  }
});

it('ends and closes before the hello as after it', async () => {
  const early = start(true);
  early.run.close(() => new Error('over'));
  early.run.end();
  early.sayHello('rpc');
  expect([early.transport.ended, early.hellos, early.run.channel]).toEqual([true, [], undefined]);
  const late = start(true);
  late.sayHello('rpc');
  const call = rejection(late.run.channel?.request(1, {}) as Promise<unknown>);
  late.run.close(() => new Error('over'));
  late.run.end();
  expect([(await call).message, late.transport.ended]).toEqual(['over', true]);
});

it('remembers what was printed last, by pipe and inside calls', async () => {
  const { run, transport, printed, stderr, sayHello } = start(true);
  sayHello('rpc');
  stderr.write('by pipe\n');
  await new Promise(setImmediate);
  const say = (level: string, text: string) => {
    const payload = Buffer.concat([Buffer.from([0xa0 + text.length]), Buffer.from(text)]);
    transport.answer(...Buffer.concat(writeMessage([KIND.log, 0, level, null], { payload, buffers: [] })));
  };
  say('stdout', 'a:\n');
  expect(run.printed).toBe('a:\nby pipe');
  say('error', 'record');
  expect([run.stderr, printed]).toEqual(['by pipe\nrecord', ['stdout: a:\n', 'stderr: record\n']]);
});
