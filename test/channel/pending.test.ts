import fc from 'fast-check';
import { PendingCall, PendingList } from '../../src/channel/pending';

const owner = { stopsCalls: false, phaseOf: () => 'run' as const, onGivenUp: () => undefined };

it('keeps its order whatever is taken out, as an array would', () => {
  const step = fc.oneof(fc.constant('push' as const), fc.constant('shift' as const), fc.nat({ max: 50 }));
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const list = new PendingList();
      const model: PendingCall[] = [];
      for (const each of steps) {
        if (each === 'push') {
          const call = new PendingCall('call', [], owner);
          list.push(call);
          model.push(call);
        } else if (each === 'shift') expect(list.shift()).toBe(model.shift());
        else if (model.length > 0) list.remove(model.splice(each % model.length, 1)[0] as PendingCall);
        expect(list.size).toBe(model.length);
      }
      for (const call of model) expect(list.shift()).toBe(call);
      expect(list.shift()).toBeUndefined();
    }),
  );
});

it('clears its timer when it is settled', async () => {
  jest.useFakeTimers();
  const call = new PendingCall('call', [], owner);
  call.limit(1000, undefined);
  expect(jest.getTimerCount()).toBe(1);
  call.resolve('done');
  expect(jest.getTimerCount()).toBe(0);
  expect(await call.promise).toBe('done');
  jest.useRealTimers();
});
