import { EventListeners } from '../../src/api/event-listeners';

it('calls who listens, in order, and none that has left', () => {
  const listeners = new EventListeners();
  const seen: string[] = [];
  const listen = (who: string) => listeners.add('progress', (data) => seen.push(`${who} ${data}`));
  const [off] = [listen('a'), listen('b')];
  listeners.emit('progress', 1);
  off();
  off();
  listeners.emit('progress', 2);
  listeners.emit('other', 3);
  expect(seen).toEqual(['a 1', 'b 1', 'b 2']);
});

it('lets the same callback listen more than once, each until it leaves', () => {
  const listeners = new EventListeners();
  const callback = jest.fn();
  const [off] = [listeners.add('e', callback), listeners.add('e', callback)];
  off();
  listeners.emit('e', 1);
  expect(callback).toHaveBeenCalledTimes(1);
});

it('is not disturbed by those that come and go meanwhile', () => {
  const listeners = new EventListeners();
  const seen: string[] = [];
  const off = listeners.add('e', () => {
    seen.push('first');
    off();
    listeners.add('e', () => seen.push('late'));
  });
  listeners.add('e', () => seen.push('second'));
  listeners.emit('e', 1);
  expect(seen).toEqual(['first', 'second']);
});

it('throws what a callback throws where nobody else is hurt', () => {
  const listeners = new EventListeners();
  const thrown: unknown[] = [];
  const tick = jest.spyOn(process, 'nextTick').mockImplementation((callback) => {
    try {
      (callback as () => void)();
    } catch (error) {
      thrown.push(error);
    }
  });
  const other = jest.fn();
  const fault = new Error('mine');
  listeners.add('e', () => {
    throw fault;
  });
  listeners.add('e', other);
  listeners.emit('e', 1);
  tick.mockRestore();
  expect([thrown, other.mock.calls]).toEqual([[fault], [[1]]]);
});
