import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { eventsOf, ProgressDisplay } from '../../src/environment/progress';

test.each([
  ['Collecting scikit-learn>=1.5 (from -r requirements.txt (line 2))', { phase: 'resolve', package: 'scikit-learn' }],
  ['  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.whl (16.6 MB)', { phase: 'download', package: 'numpy' }],
  ['  Using cached msgpack-1.1.2-cp311-cp311-linux_x86_64.whl (400 kB)', { phase: 'download', package: 'msgpack' }],
  ['Building wheels for collected packages: odd', { phase: 'build', package: 'odd' }],
  ['Installing collected packages: a, b, c', { phase: 'install', done: 0, total: 3 }],
  ['Successfully installed a-1 b-2 c-3', { phase: 'install', done: 3, total: 3 }],
  ['Resolved 5 packages in 495ms', { phase: 'resolve' }],
  ['Downloading numpy (16.1MiB)', { phase: 'download', package: 'numpy' }],
  ['   Building odd==1.0', { phase: 'build' }],
  ['Prepared 2 packages in 1.2s', { phase: 'install', done: 0, total: 2 }],
  ['Installed 1 package in 3ms', { phase: 'install', done: 1, total: 1 }],
])('reads %p', (line, event) => {
  expect(eventsOf(line)).toEqual([expect.objectContaining(event)]);
});

test.each(['', ' + numpy==2.4.6', 'Looking in links: wheels', 'WARNING: Running pip as root'])('passes over %p', (line) => {
  expect(eventsOf(line)).toEqual([]);
});

function display(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 120, cursorTo: () => true, clearLine: () => true });
  const shown = new ProgressDisplay(stream as unknown as NodeJS.WriteStream);
  for (const phase of ['python', 'venv', 'resolve', 'resolve', 'done'] as const) shown.show({ phase, message: `doing ${phase}` });
  return { stream, shown };
}

it('writes a line for each phase where there is no terminal', () => {
  const { stream, shown } = display(false);
  shown.close();
  expect(stream.read().toString().split('\n')).toEqual([
    'synapse: doing python',
    'synapse: doing venv',
    'synapse: doing resolve',
    'synapse: doing done',
    '',
  ]);
});

it('draws a bar on a terminal that stands where things are', async () => {
  const { stream, shown } = display(true);
  await once(stream, 'readable');
  shown.close();
  expect(stream.read().toString()).toMatch(/100% doing done/);
});

it('draws nothing when all was done before there was a bar', async () => {
  const { stream, shown } = display(true);
  shown.close();
  await import('cli-progress');
  await new Promise(setImmediate);
  expect(stream.read()).toBeNull();
});
