import { inspect } from 'node:util';
import { pythonProxy } from '../../src/api/python-proxy';

function open() {
  const seen: unknown[] = [];
  const py = pythonProxy({
    title: 'py',
    callAttribute: (name, args) => {
      seen.push([name, ...args]);
      return `called ${name}`;
    },
    readAttribute: async (name) => {
      seen.push(name);
      if (name === 'missing') throw new Error('not there');
      return `read ${name}`;
    },
  });
  return { py, seen };
}

it('calls what is called, and reads what is awaited', async () => {
  const { py, seen } = open();
  expect(py.predict(1, 'two')).toBe('called predict');
  expect(await py.VERSION).toBe('read VERSION');
  expect(seen).toEqual([['predict', 1, 'two'], 'VERSION']);
});

it('does nothing when a name is only looked at', () => {
  const { py, seen } = open();
  expect(typeof py.predict).toBe('function');
  expect(seen).toEqual([]);
});

it('rejects where a name is awaited that cannot be read', async () => {
  const { py } = open();
  await expect((async () => await py.missing)()).rejects.toThrow('not there');
});

it('is itself no thenable, and can be shown', async () => {
  const { py, seen } = open();
  expect(await Promise.resolve(py)).toBe(py);
  expect([py.then, inspect(py)]).toEqual([undefined, '[Python module]']);
  expect(() => {
    py.VERSION = 1;
  }).toThrow('cannot be set');
  expect(seen).toEqual([]);
});
