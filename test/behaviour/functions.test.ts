import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { kw } from '../../src/index';
import { copyFixture, FIXTURES, makeForFixture, spawnFixture } from '../support/fixture';
import { rejection } from '../support/until';

describe('a file of plain functions', () => {
  it('answers calls by name, with one argument', async () => {
    const synapse = await spawnFixture('functions');
    expect(await synapse.send('add', 1)).toBe(2.5);
    expect(await synapse.send('echo', { rows: [1, 2] })).toEqual({ rows: [1, 2] });
  });

  it('takes positional and keyword arguments through py', async () => {
    const synapse = await spawnFixture('functions');
    expect(await synapse.py.add(1, 2)).toBe(3);
    expect(await synapse.py.add(1, kw({ b: 4, negative: true }))).toBe(-5);
    expect(await synapse.py.count(1, 2, kw({ x: 1, a: 2 }))).toEqual([2, ['a', 'x']]);
  });

  it('finds builtins where the module has no such name', async () => {
    const synapse = await spawnFixture('functions');
    expect(await synapse.py.round(2.345, kw({ ndigits: 1 }))).toBe(2.3);
  });

  it('applies Python defaults where arguments are undefined at the end', async () => {
    const synapse = await spawnFixture('functions');
    const fallback = 'nothing was passed';
    expect(await synapse.send('is_none')).toBe(fallback);
    expect(await synapse.send('is_none', undefined)).toBe(fallback);
    expect(await synapse.send('is_none', null)).toBeNull();
    expect(await synapse.py.is_none(undefined)).toBe(fallback);
    expect(await synapse.py.add(1, undefined)).toBe(2.5);
  });

  it('gives its constants to await', async () => {
    const synapse = await spawnFixture('functions');
    expect(await synapse.py.VERSION).toBe('1.2');
    expect(await synapse.py.LIMITS).toEqual({ rows: 3 });
    expect(await synapse.py.folder).toBe('/tmp');
  });

  it('runs coroutines', async () => {
    const synapse = await spawnFixture('functions');
    expect(await synapse.py.fetch('ab')).toEqual(new Uint8Array([97, 98]));
  });

  it('answers call() by its handler', async () => {
    const synapse = await spawnFixture('functions');
    expect(await synapse.call([1])).toEqual({ handled: [1] });
  });

  it('keeps the order of many calls at once and answers each with its own', async () => {
    const synapse = await spawnFixture('functions');
    const numbers = Array.from({ length: 2000 }, (_, at) => at);
    expect(await Promise.all(numbers.map((each) => synapse.send('echo', each)))).toEqual(numbers);
  });

  it('is one process', async () => {
    const synapse = await spawnFixture('functions');
    expect(await synapse.send('pid')).toBe(synapse.pid);
  });
});

describe('a name that is not served', () => {
  it.each(['no_such', '_private', '_SECRET', 'eval', 'open', '__import__', 'os.system'])(
    '%s is refused with what there is',
    async (name) => {
      const synapse = await spawnFixture('functions');
      const error = await rejection<Error & { available: string[] }>(synapse.send(name, '1'));
      expect(error).toMatchObject({ name: 'UnknownMethodError', code: 'ERR_SYNAPSE_UNKNOWN_METHOD', method: name });
      expect(await synapse.send('add', 1)).toBe(2.5);
    },
  );

  it('is told with the nearest name', async () => {
    const synapse = await spawnFixture('functions');
    const error = await rejection<Error & { available: string[] }>(synapse.send('ad'));
    expect(error.message).toContain('Did you mean add?');
    expect(error.available).toEqual(expect.arrayContaining(['add', 'fetch', 'VERSION']));
    expect(error.available).not.toContain('_private');
  });

  it('that is a constant cannot be called', async () => {
    const synapse = await spawnFixture('functions');
    expect(await rejection(synapse.send('VERSION'))).toMatchObject({ code: 'ERR_SYNAPSE_UNSUPPORTED_CALL' });
  });
});

it('a module without a handler says what call() needs', async () => {
  const synapse = await spawnFixture('raises');
  expect((await rejection(synapse.call(1))).message).toContain('@synapse_py.handler');
});

it('an entry that ends with nothing to serve is not ready', async () => {
  const synapse = makeForFixture();
  const error = await rejection(synapse.spawn(join(FIXTURES, 'ends-without-reading')));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_SPAWN', message: expect.stringContaining('no public function') });
});

it('a loop takes call() only, and says so', async () => {
  const synapse = await spawnFixture('echo');
  const expected = { code: 'ERR_SYNAPSE_UNSUPPORTED_CALL' };
  expect(await rejection(synapse.send('anything'))).toMatchObject(expected);
  expect(await rejection(Promise.resolve(synapse.py.anything()))).toMatchObject(expected);
  expect(await rejection(synapse.ping())).toMatchObject(expected);
  const all = async () => {
    for await (const _ of synapse.stream('anything'));
  };
  expect(await rejection(all())).toMatchObject(expected);
});

it('__all__ decides what is served', async () => {
  const folder = await copyFixture('functions');
  await writeFile(join(folder, 'main.py'), '__all__ = ["shown"]\ndef shown(): return 1\ndef hidden(): return 2\n');
  const synapse = makeForFixture();
  await synapse.spawn(folder);
  expect(await synapse.send('shown')).toBe(1);
  expect(await rejection(synapse.send('hidden'))).toMatchObject({ available: ['shown'] });
});

it('an entry may serve by itself, and goes on when the conversation is over', async () => {
  const synapse = makeForFixture();
  const lines: string[] = [];
  synapse.on('log', ({ line, method }) => lines.push(method ? `${method}: ${line}` : line));
  await synapse.spawn(join(FIXTURES, 'served'));
  expect(await synapse.send('double', 21)).toBe(42);
  await synapse.dispose();
  expect(lines).toEqual(['before serving', 'double: doubling', 'the conversation is over']);
});

it('the module as an object is no promise, and a text only by its name', async () => {
  const synapse = await spawnFixture('functions');
  expect([JSON.stringify(synapse.py), String(synapse.py), synapse.py.then]).toEqual(['"[Python module]"', '[Python module]', undefined]);
  expect(inspect(synapse.py.VERSION)).toContain('await it to read it');
});

it('more than one argument of send() is told where it goes', async () => {
  const synapse = await spawnFixture('functions');
  const error = await rejection(synapse.send('add', 1, 2 as never));
  expect(error).toMatchObject({ code: 'ERR_SYNAPSE_INVALID_OPTION', message: expect.stringContaining('py.name(a, b, kw(') });
});
