/** The states of a worker, and which may follow which. Pure: whoever holds a state changes it only through `next`. */

/**
 * `created`: nothing was started. `provisioning`: its environment is being made or checked. `initializing`: its process runs and
 * has not said that it is ready. `connecting`: it has; the channel opens. `ready`: takes calls. `disconnected`: it ended or could
 * not be started; may be spawned again. `closed`: disposed, for good.
 */
export type ModuleState = 'created' | 'provisioning' | 'initializing' | 'connecting' | 'ready' | 'disconnected' | 'closed';

/** What happens to a worker. */
export type LifecycleEvent = 'provision' | 'start' | 'hello' | 'open' | 'lose' | 'close';

/** A change of state, and why. */
export interface StateChange {
  readonly from: ModuleState;
  readonly to: ModuleState;
  readonly reason: string;
}

const TRANSITIONS: Record<ModuleState, Partial<Record<LifecycleEvent, ModuleState>>> = {
  created: { provision: 'provisioning', close: 'closed' },
  provisioning: { start: 'initializing', lose: 'disconnected', close: 'closed' },
  initializing: { hello: 'connecting', lose: 'disconnected', close: 'closed' },
  connecting: { open: 'ready', lose: 'disconnected', close: 'closed' },
  ready: { lose: 'disconnected', close: 'closed' },
  disconnected: { provision: 'provisioning', close: 'closed' },
  closed: {},
};

/**
 * Gives the state that follows.
 *
 * @throws Error the event cannot happen in this state: a fault of this library, never of its user
 */
export function next(state: ModuleState, event: LifecycleEvent): ModuleState {
  const to = TRANSITIONS[state][event];
  if (to === undefined) throw new Error(`A worker that is ${state} cannot ${event}.`);
  return to;
}

/** Whether an event can happen in a state. */
export function allows(state: ModuleState, event: LifecycleEvent): boolean {
  return TRANSITIONS[state][event] !== undefined;
}
