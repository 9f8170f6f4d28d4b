import { allows, type LifecycleEvent, type ModuleState, next } from '../../src/worker/lifecycle';

const EVENTS: LifecycleEvent[] = ['provision', 'start', 'hello', 'open', 'lose', 'close'];
const TABLE: Record<ModuleState, Partial<Record<LifecycleEvent, ModuleState>>> = {
  created: { provision: 'provisioning', close: 'closed' },
  provisioning: { start: 'initializing', lose: 'disconnected', close: 'closed' },
  initializing: { hello: 'connecting', lose: 'disconnected', close: 'closed' },
  connecting: { open: 'ready', lose: 'disconnected', close: 'closed' },
  ready: { lose: 'disconnected', close: 'closed' },
  disconnected: { provision: 'provisioning', close: 'closed' },
  closed: {},
};
const pairs = Object.keys(TABLE).flatMap((state) => EVENTS.map((event) => [state as ModuleState, event] as const));

test.each(pairs)('%s, then %s: as documented, or refused', (state, event) => {
  const expected = TABLE[state][event];
  expect(allows(state, event)).toBe(expected !== undefined);
  if (expected) expect(next(state, event)).toBe(expected);
  else expect(() => next(state, event)).toThrow(`${state} cannot ${event}`);
});
