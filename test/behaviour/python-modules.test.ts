import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { python, shutdown } from '../../src/api/python';
import { PythonError } from '../../src/call-errors';
import { kw } from '../../src/channel/keywords';
import { FIXTURES, temporaryFolder } from '../support/fixture';
import { rejection } from '../support/until';

const PLACE = join(FIXTURES, 'python-files');
const MODEL = join(PLACE, 'model.py');

// biome-ignore lint/suspicious/noExplicitAny: a Python module has whatever names it has
let m: any;
beforeAll(async () => {
  m = await python(MODEL);
});
afterAll(shutdown);

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('what a module has', () => {
  it('functions give promises, with keywords too', async () => {
    expect([await m.predict({ age: 2 }), await m.predict({ age: 2 }, kw({ precision: 1 }))]).toEqual([2.47, 2.5]);
    const { predict } = m;
    expect(await predict({ age: 4 }, undefined)).toBe(4.94);
  });

  it('classes make instances, by new or not, whose methods and attributes answer', async () => {
    const [called, constructed] = [await m.Counter(4), await new m.Counter(kw({ start: 5 }))];
    expect([await called.increment(), await constructed.increment(kw({ by: 2 })), await called.value]).toEqual([5, 7, 5]);
  });

  it('an object that is passed back is the same object, and the same handle when it returns', async () => {
    const [one, other] = [await m.Counter(), await m.Counter()];
    expect([await m.same(one, one), await m.same(one, other), await m.same(one, await m.identity(one))]).toEqual([true, false, true]);
    expect(await m.identity(one)).toBe(one);
    expect(await m.SHARED).toBe(await m.SHARED);
  });

  it('constants are awaited', async () => {
    expect([await m.VERSION, await m.NAN, await m.CONFIG]).toEqual(['1.0', Number.NaN, { layers: [1, { size: 2 }] }]);
  });

  it('generators are streams, asynchronous ones too', async () => {
    expect([await collect(m.count(3)), await collect(m.count_later(3)), await m.later('x')]).toEqual([[0, 1, 2], [0, 1, 2], 'x']);
    for await (const item of m.count(1e9)) if (item === 3) break;
    expect(await m.VERSION).toBe('1.0');
  });

  it('its own functions, classes and constants can be passed', async () => {
    expect(await m.apply(m.identity, 1, m.VERSION)).toEqual([1, '1.0']);
    expect([await m.kind(m.Counter), await m.kind(m.count)]).toEqual(['type', 'function']);
    expect(await m.apply((x: number) => x * 2, 1, 2)).toEqual([2, 4]);
  });

  it('a name that is not there is told of, with one that is near', async () => {
    expect(await rejection(m.predicct(1))).toMatchObject({
      code: 'ERR_SYNAPSE_UNKNOWN_METHOD',
      message: expect.stringContaining('Did you mean predict?'),
    });
    expect(await rejection(m.nothing.then())).toMatchObject({ code: 'ERR_SYNAPSE_UNKNOWN_METHOD' });
  });
});

describe('values', () => {
  it('come back as what they are', async () => {
    const moment = new Date(Date.UTC(2020, 0, 2));
    const numbers = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2n ** 70n];
    expect(await m.values()).toEqual([...numbers, new TextEncoder().encode('ab'), new Map([[1, 2]]), moment, null]);
    const sent = [Number.NaN, Number.NEGATIVE_INFINITY, -0, 2n ** 70n, new Date(5), new Map([[1, [2]]]), new Uint8Array([1, 2]), null];
    expect(await m.identity(sent)).toEqual(sent);
    expect(await m.identity(Buffer.from('bytes'))).toEqual(new TextEncoder().encode('bytes'));
  });

  it('arrive as what they are', async () => {
    const kinds = [new Date(), new Map(), Buffer.from('x'), 2n ** 70n, 1.5, 'x', true, null, [], {}].map((value) => m.kind(value));
    expect(await Promise.all(kinds)).toEqual(['datetime', 'dict', 'bytes', 'int', 'float', 'str', 'bool', 'NoneType', 'list', 'dict']);
  });
});

it('printing does no harm, whatever is printed', async () => {
  expect(await Promise.all([m.noise(), m.noise(), m.VERSION])).toEqual(['done', 'done', '1.0']);
});

describe('an exception of Python', () => {
  it('is a PythonError with its type and traceback', async () => {
    const error = await rejection<PythonError>(m.fail());
    expect(error).toBeInstanceOf(PythonError);
    expect(error).toMatchObject({ name: 'PythonError(ValueError)', message: 'row 3 is bad', isPythonError: true, type: 'ValueError' });
    expect(error.pythonTraceback).toMatch(/^Traceback[\s\S]*model\.py", line \d+, in fail[\s\S]*ValueError: row 3 is bad/);
    expect(error.pythonTraceback).not.toContain('synapse_py');
  });

  it('while a module is imported rejects python(), and the next attempt imports it again', async () => {
    const folder = await temporaryFolder();
    await cp(join(PLACE, 'broken.py'), join(folder, 'broken.py'));
    const broken = join(folder, 'broken.py');
    expect(await rejection(python(broken))).toMatchObject({ name: 'PythonError(RuntimeError)', message: 'not yet' });
    await writeFile(join(folder, 'mended'), '');
    expect(await (await python(broken)).STATE).toBe('mended');
  });

  it('has the stack of the call in this program, when a module is imported too', async () => {
    const folder = await temporaryFolder();
    const failing = join(folder, 'failing.py');
    await writeFile(failing, 'raise ValueError("at once")\n');
    async function caller(): Promise<unknown> {
      return await python(failing);
    }
    expect((await rejection<Error>(caller())).stack).toMatch(
      /^PythonError\(ValueError\): at once[\s\S]*at (async )?caller .*python-modules/,
    );
  });

  it('tells of a syntax error and of a module that is not there', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'typo.py'), 'def f(:\n');
    expect(await rejection(python(join(folder, 'typo.py')))).toMatchObject({ name: 'PythonError(SyntaxError)' });
    expect(await rejection(python('no_such_module_here'))).toMatchObject({ name: 'PythonError(ModuleNotFoundError)' });
  });
});

describe('a specification', () => {
  it('is a path, with or without the ending, or a URL', async () => {
    expect(await python(join(PLACE, 'model'))).toBe(m);
    expect(await python(pathToFileURL(MODEL))).toBe(m);
    expect(await python(pathToFileURL(MODEL).href)).toBe(m);
  });

  it.each([
    ['/nowhere/x.py', 'ERR_SYNAPSE_ENTRY_NOT_FOUND'],
    [join(PLACE, 'left'), 'ERR_SYNAPSE_ENTRY_NOT_FOUND'],
    ['', 'ERR_SYNAPSE_INVALID_OPTION'],
    [5, 'ERR_SYNAPSE_INVALID_OPTION'],
    ['./mo\0del.py', 'ERR_SYNAPSE_INVALID_OPTION'],
    ['file://elsewhere/%2Fmodel.py', 'ERR_SYNAPSE_INVALID_OPTION'],
    [join(MODEL, 'model.py'), 'ERR_SYNAPSE_ENTRY_NOT_FOUND'],
  ])('that is %p is refused with %s', async (spec, code) => {
    expect(await rejection(python(spec as string))).toMatchObject({ code });
  });

  it('is refused with options that there are not', async () => {
    for (const options of [{ workers: 2 }, { nonsense: 1 }, { cwd: 'a\0b' }, null])
      expect(await rejection(python(MODEL, options as object))).toMatchObject({ code: 'ERR_SYNAPSE_INVALID_OPTION' });
  });

  it('may be a package, whose modules are its attributes', async () => {
    const pkg = await python(join(PLACE, 'pkg'));
    expect([await pkg.name(), await pkg.NAME, await pkg.inner.leaf.double(4)]).toEqual([['leaf', 'other'], 'leaf', 8]);
  });

  it('may be an installed module, with submodules that nobody imported yet', async () => {
    const [json, xml] = [await python('json'), await python('xml')];
    const decoder = await json.decoder.JSONDecoder();
    expect([await decoder.decode('{"a": 1}'), await json.dumps({ a: 1 })]).toEqual([{ a: 1 }, '{"a": 1}']);
    const root = await xml.etree.ElementTree.fromstring('<a><b/></a>');
    expect([await root.tag, await (await root.find('b')).tag]).toEqual(['a', 'b']);
    expect(await (await python('os.path')).basename('/a/b')).toBe('b');
  });

  it('may be files of the same name in different folders, whose siblings stay apart', async () => {
    const [left, right] = [await python(join(PLACE, 'left', 'main.py')), await python(join(PLACE, 'right', 'main.py'))];
    const sides = [right.side_later(), left.side_later(), left.side(), right.side(), right.side_later()];
    expect(await Promise.all(sides)).toEqual(['right, later', 'left, later', 'left', 'right', 'right, later']);
  });
});

describe('as an object of JavaScript', () => {
  it('a module, its functions and its objects are no thenables', async () => {
    expect(await m).toBe(m);
    expect(await (async () => m)()).toBe(m);
    expect(await Promise.resolve(m.predict)).toBe(m.predict);
    expect(await (async () => m.Counter)()).toBe(m.Counter);
    const node = await m.Node();
    expect(await node).toBe(node);
  });

  it('can be shown, as text too', async () => {
    const counter = await m.Counter();
    for (const value of [m, m.predict, m.Counter, m.VERSION, counter, counter.increment, m.nested.deep]) {
      expect(inspect(value, { depth: 5, showHidden: true })).not.toBe('');
      expect(`${value}${String(value)}`).toMatch(/^\[/);
      expect(JSON.stringify({ value })).toMatch(/^{"value":"\[/);
    }
    expect(inspect({ m, counter })).toBe('{ m: [Python module model], counter: [Python instance Counter] }');
  });

  it('a module has its names as keys, and can be spread', () => {
    expect(Object.keys(m)).toEqual(expect.arrayContaining(['predict', 'Counter', 'VERSION', 'count']));
    const copy = { ...m };
    expect(copy.predict).toBe(m.predict);
    expect(['predict' in m, 'nothing' in m]).toEqual([true, false]);
  });

  it('can be compared and matched by a test framework', async () => {
    const counter = await m.Counter();
    expect(m).toEqual(m);
    expect([m.predict]).toEqual([m.predict]);
    expect(counter).toEqual(counter);
    for (const value of [m, m.predict, counter]) {
      expect(() => expect(value).toEqual({ a: 1 })).toThrow('toEqual');
      expect(() => expect({ a: value }).toStrictEqual({ a: 1 })).toThrow('toStrictEqual');
      expect(() => expect(value).toMatchObject({ a: 1 })).toThrow();
    }
  });

  it('a name of a module cannot be set', () => {
    expect(() => {
      m.VERSION = '2';
    }).toThrow('cannot be set');
  });
});
