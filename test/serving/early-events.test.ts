import { EarlyEvents } from '../../src/serving/early-events';
import { FakeHost } from '../support/fake-host';

/** Keeps events by what a test does, and gives the data of those that a host then gets. */
function delivered(keep: (early: EarlyEvents) => void): unknown[] {
  const host = new FakeHost();
  host.definitions.addMethod('take', () => 1);
  const early = new EarlyEvents((text) => warnings.push(text));
  keep(early);
  const conversation = host.begin();
  conversation.deliver(early.take());
  const [hello, ...events] = host.told();
  expect(hello?.[0]).toBe('hello');
  return events.map(([kind, id, name, data]) => {
    expect([kind, id, name]).toEqual(['event', 0, 'loaded']);
    return data;
  });
}

const warnings: string[] = [];
beforeEach(() => {
  warnings.length = 0;
});

it('follow the hello, in order, with their data as it was', () => {
  const bytes = new Uint8Array(100_000).fill(1);
  const data = delivered((early) => {
    early.keep('loaded', { part: 1 });
    early.keep('loaded', bytes);
    bytes.fill(2);
  });
  expect(data).toEqual([{ part: 1 }, new Uint8Array(100_000).fill(1)]);
  expect(warnings).toEqual([]);
});

it('are the last thousand, which is told once', () => {
  const data = delivered((early) => {
    for (let number = 0; number < 1010; number++) early.keep('loaded', number);
  });
  expect([data.length, data[0], data.at(-1)]).toEqual([1000, 10, 1009]);
  expect(warnings).toEqual([expect.stringContaining('more events were emitted before serve()')]);
});

it('are together at most a mebibyte; one that is larger by itself drops no other', () => {
  const data = delivered((early) => {
    for (const fill of [1, 2, 3]) early.keep('loaded', new Uint8Array(400_000).fill(fill));
    early.keep('loaded', new Uint8Array(2_000_000));
  });
  expect(data.map((bytes) => (bytes as Uint8Array)[0])).toEqual([2, 3]);
  expect(warnings).toHaveLength(1);
});

it('must have a form', () => {
  expect(() => new EarlyEvents().keep('loaded', { wait: [() => 1] })).toThrow(
    expect.objectContaining({ code: 'ERR_SYNAPSE_SERIALIZATION', path: 'data.wait[0]' }),
  );
});
