import { expectTypeOf } from 'expect-type';
import type { CallOptions, Environment, LogLine, ModuleState, ProvisionEvent, provision, StateChange, Synapse } from '../../src/index';

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
  // @ts-expect-error a number is no directory
  synapse.spawn(1);
  // @ts-expect-error a payload is needed
  synapse.call();
}
