import { expectTypeOf } from 'expect-type';
import {
  type CallOptions,
  type CancelReport,
  type Environment,
  type Handle,
  kw,
  type LogLine,
  type ModuleState,
  type ProvisionEvent,
  type PythonError,
  type provision,
  type StateChange,
  type Synapse,
} from '../../src/index';

interface Model {
  predict(row: readonly number[]): Promise<number>;
  readonly version: Promise<string>;
}

/** The types that the documentation gives. Checked by tsc; never run. */
export function typesAreAsDocumented(synapse: Synapse, provisioned: ReturnType<typeof provision>): void {
  expectTypeOf(synapse.spawn).parameter(0).toEqualTypeOf<string | URL>();
  expectTypeOf(synapse.spawn).returns.resolves.toEqualTypeOf<void>();
  expectTypeOf(synapse.call).parameters.toEqualTypeOf<[payload: unknown, options?: CallOptions | undefined]>();
  expectTypeOf<ReturnType<typeof synapse.call<number>>>().resolves.toEqualTypeOf<number>();
  expectTypeOf(synapse.call(1)).resolves.toEqualTypeOf<unknown>();
  expectTypeOf(synapse.state).toEqualTypeOf<ModuleState>();
  expectTypeOf(synapse.pid).toEqualTypeOf<number | undefined>();
  expectTypeOf(provisioned).resolves.toEqualTypeOf<Environment>();
  synapse.on('state', (change) => expectTypeOf(change).toEqualTypeOf<StateChange>());
  synapse.on('log', (line) => expectTypeOf(line).toEqualTypeOf<LogLine>());
  synapse.on('provision', (event) => expectTypeOf(event).toEqualTypeOf<ProvisionEvent>());
  expectTypeOf(synapse.send('f')).resolves.toEqualTypeOf<unknown>();
  expectTypeOf(synapse.send<number>('f', { a: 1 }, { timeout: 5 })).resolves.toEqualTypeOf<number>();
  expectTypeOf(synapse.stream<number>('f', 3)).toExtend<AsyncIterable<number>>();
  expectTypeOf(synapse.stream('f')[Symbol.asyncDispose]).returns.toEqualTypeOf<PromiseLike<void>>();
  expectTypeOf(synapse.onEvent<{ epoch: number }>('progress', ({ epoch }) => expectTypeOf(epoch).toEqualTypeOf<number>())).toEqualTypeOf<
    () => void
  >();
  expectTypeOf(synapse.ping()).resolves.toEqualTypeOf<number>();
  expectTypeOf(synapse.py.predict([1], kw({ precision: 2 }))).toBeAny();
  expectTypeOf(synapse.send<Handle<Model>>('load')).resolves.toEqualTypeOf<Handle<Model>>();
  expectTypeOf<Handle<Model>['version']>().resolves.toEqualTypeOf<string>();
  expectTypeOf<Handle<Model>['release']>().returns.toEqualTypeOf<void>();
  expectTypeOf<Handle>().toBeAny();
  expectTypeOf<PythonError['causes']>().toEqualTypeOf<readonly PythonError[]>();
  synapse.on('cancel', (report) => expectTypeOf(report).toEqualTypeOf<CancelReport>());
  // @ts-expect-error keywords are an object
  kw(1);
  // @ts-expect-error a method has a name
  synapse.send();
  // @ts-expect-error a number is no directory
  synapse.spawn(1);
  // @ts-expect-error a payload is needed
  synapse.call();
}
