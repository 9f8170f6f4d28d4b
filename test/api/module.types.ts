import type { Table } from 'apache-arrow';
import { expectTypeOf } from 'expect-type';
import { type AnyModule, Module } from '../../src/api/module';
import { ManagerEvents, ModuleEvents } from '../../src/api/module-events';
import type { PythonStream } from '../../src/api/synapse';
import { arrowCodec } from '../../src/codecs/arrow';
import type { Codec } from '../../src/codecs/codec';
import { msgpackCodec } from '../../src/codecs/msgpack';
import { rawCodec } from '../../src/codecs/raw';
import { rawChunksCodec } from '../../src/codecs/raw-chunks';
import type { ModuleState } from '../../src/worker/lifecycle';

interface AddRequest {
  a: number;
  b: number;
}

interface Progress {
  percent: number;
}

declare const own: Codec<string, { length: number }>;

const worker = new Module('worker')
  .executable('python', ['worker.py'], { cwd: '/', env: { A: 'b' } })
  .method('add', { requestCodec: msgpackCodec.as<AddRequest>(), responseCodec: msgpackCodec.as<number>() })
  .method('sum', { codec: msgpackCodec.as<AddRequest, number>() })
  .method('echo', { codec: msgpackCodec.as<AddRequest>(), timeout: 5, cancellable: false })
  .method('process', { codec: msgpackCodec })
  .method('plain')
  .method('maybe', { requestCodec: msgpackCodec.as<AddRequest | undefined>() })
  .method('bytes', { codec: rawCodec })
  .method('chunks', { codec: rawChunksCodec })
  .method('own', { codec: own })
  .method('numbers', { requestCodec: msgpackCodec.as<number>(), responseCodec: msgpackCodec.as<number>(), response: 'stream' })
  .method('batch', { codec: arrowCodec.as<Table>(), response: 'stream' })
  .method('start', { codec: msgpackCodec.as<string, { job: number }>(), response: 'ack' })
  .method('log', { codec: msgpackCodec.as<string>(), response: 'none' })
  .event('progress', { codec: msgpackCodec.as<Progress>() })
  .event('tick')
  .spawnPolicy({ restartOnCrash: true })
  .maxPayloadSize(1)
  .requestTimeout(0);

/** The types that a Module accumulates. Checked by tsc; never run. */
export function typesAreAccumulated(): void {
  expectTypeOf(worker.send('add', { a: 1, b: 2 })).resolves.toEqualTypeOf<number>();
  expectTypeOf(worker.send('sum', { a: 1, b: 2 }, { timeout: 5 })).resolves.toEqualTypeOf<number>();
  expectTypeOf(worker.send('echo', { a: 1, b: 2 })).resolves.toEqualTypeOf<AddRequest>();
  expectTypeOf(worker.send('process', [1])).resolves.toBeAny();
  expectTypeOf(worker.send('process')).resolves.toBeAny();
  expectTypeOf(worker.send('plain')).resolves.toBeAny();
  expectTypeOf(worker.send('maybe')).resolves.toBeAny();
  expectTypeOf(worker.send('bytes', new Uint8Array(1))).resolves.toEqualTypeOf<Uint8Array>();
  expectTypeOf(worker.send('chunks', [new Uint8Array(1)])).resolves.toEqualTypeOf<Uint8Array[]>();
  expectTypeOf(worker.send('own', 'text')).resolves.toEqualTypeOf<{ length: number }>();
  expectTypeOf(worker.send('start', 'job')).resolves.toEqualTypeOf<{ job: number }>();
  expectTypeOf(worker.send('log', 'text')).resolves.toEqualTypeOf<undefined>();
  expectTypeOf(worker.stream('numbers', 3)).toEqualTypeOf<PythonStream<number>>();
  expectTypeOf(worker.stream('batch', {} as Table)).toEqualTypeOf<PythonStream<Table>>();
  expectTypeOf(worker.onEvent('progress', (data) => expectTypeOf(data).toEqualTypeOf<Progress>())).toEqualTypeOf<() => void>();
  worker.onEvent('tick', (data) => expectTypeOf(data).toBeAny());
  expectTypeOf(worker.state).toEqualTypeOf<ModuleState>();
  expectTypeOf(worker.process).toEqualTypeOf<{ readonly pid: number } | undefined>();
  worker.on(ModuleEvents.STATE, (state) => expectTypeOf(state).toEqualTypeOf<ModuleState>());
  worker.on(ModuleEvents.ERROR, (error) => expectTypeOf(error).toEqualTypeOf<Error>());
  worker.on(ModuleEvents.DISCONNECTED, (...given) => expectTypeOf(given).toEqualTypeOf<[]>());
  expectTypeOf(ManagerEvents.READY).toEqualTypeOf<'ready'>();
}

/** What does not compile. */
export function mistakesAreRefused(): void {
  // @ts-expect-error no such method
  worker.send('ad', { a: 1, b: 2 });
  // @ts-expect-error a payload of another type
  worker.send('add', { a: '1', b: 2 });
  // @ts-expect-error a part of the payload is missing
  worker.send('add', { a: 1 });
  // @ts-expect-error no payload
  worker.send('add');
  // @ts-expect-error it takes bytes
  worker.send('bytes', 'text');
  // @ts-expect-error it takes pieces
  worker.send('chunks', new Uint8Array(1));
  // @ts-expect-error a stream is no result
  worker.send('numbers', 3);
  // @ts-expect-error a result is no stream
  worker.stream('add', { a: 1, b: 2 });
  // @ts-expect-error no such stream
  worker.stream('number', 3);
  // @ts-expect-error a payload of another type
  worker.stream('numbers', '3');
  // @ts-expect-error no such event
  worker.onEvent('progres', () => undefined);
  // @ts-expect-error data of another type
  worker.onEvent('progress', (data: string) => data);
  // @ts-expect-error no such option
  worker.send('add', { a: 1, b: 2 }, { timeot: 5 });
  // @ts-expect-error no such kind of response
  new Module('x').method('f', { response: 'chunks' });
  // @ts-expect-error a codec has three parts
  new Module('x').method('f', { codec: { name: 'half', serialize: () => new Uint8Array() } });
  // @ts-expect-error an event does not answer
  new Module('x').event('e', { response: 'stream' });
  // @ts-expect-error methods, but no event was declared
  new Module('x').method('f').onEvent('e', () => undefined);
}

/** Where names are not known to the compiler, any are taken. */
export function unknownNamesAreOpen(names: string[], any: AnyModule): void {
  const module = new Module('loose');
  for (const name of names) module.method(name);
  expectTypeOf(module.send('anything', 1)).resolves.toBeAny();
  expectTypeOf(module.stream('anything').next()).resolves.toExtend<IteratorResult<unknown>>();
  module.onEvent('anything', (data) => expectTypeOf(data).toBeAny());
  const computed = new Module('computed').method(names[0] as string).method('literal');
  expectTypeOf(computed.send('whatever', 1, { timeout: 1 })).resolves.toBeAny();
  any.send('anything', 1);
  expectTypeOf(worker).toExtend<AnyModule>();
  expectTypeOf(worker).toExtend<Module>();
}
