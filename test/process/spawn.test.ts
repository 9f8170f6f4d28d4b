import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import crossSpawn from 'cross-spawn';
import { type Descriptors, type ProcessSpec, startProcess } from '../../src/process/spawn';
import { temporaryFolder } from '../support/fixture';
import { rejection, until } from '../support/until';

jest.mock('cross-spawn', () => jest.fn(jest.requireActual('cross-spawn')));

const COUNT = `
  const { fstatSync } = require('node:fs');
  const isOpen = (fd) => { try { return fstatSync(fd).isSocket(); } catch { return false; } };
  process.stderr.write(JSON.stringify([3, 4, 5].map(isOpen)));
`;

function start(code: string, descriptors: Descriptors, rest: Partial<ProcessSpec> = {}) {
  return startProcess({ file: process.execPath, args: ['-e', code], cwd: process.cwd(), env: process.env, descriptors, ...rest });
}

async function textOf(stream: NodeJS.ReadableStream | undefined): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += chunk;
  return text;
}

test.each([
  ['bare', [false, false, false]],
  ['bootstrapped', [true, true, false]],
  ['program', [true, true, true]],
] as const)('a %s process gets its descriptors', async (descriptors, expected) => {
  const process = await start(COUNT, descriptors);
  expect(JSON.parse(await textOf(process.stderr))).toEqual(expected);
  expect([process.stdout !== undefined, process.duplex !== undefined]).toEqual([expected[0], expected[2]]);
  expect(await process.exited).toEqual({ exitCode: 0, signal: null });
});

it('carries bytes both ways on the descriptor for frames', async () => {
  const code = "const s = new (require('node:net').Socket)({ fd: 5, readable: true, writable: true }); s.pipe(s);";
  const { duplex, exited } = await start(code, 'program');
  const size = 3_000_000;
  let bytes = 0;
  duplex?.on('data', (chunk) => {
    bytes += chunk.length;
  });
  duplex?.end(Buffer.alloc(size, 1));
  await once(duplex as NodeJS.ReadableStream, 'end');
  expect(bytes).toBe(size);
  expect(await exited).toMatchObject({ exitCode: 0 });
});

it('merges the log pipe of a program with the text of its standard output, all of it before the end is told', async () => {
  const code = "require('node:fs').writeSync(3, 'by the pipe\\n'); process.stdout.write('text');";
  const process = await start(code, 'program');
  const printed = textOf(process.stdout);
  const onBytes = (chunk: Uint8Array): void => process.addText(chunk);
  if (process.reads) process.reads.onBytes = onBytes;
  else process.output.on('data', onBytes);
  process.output.resume();
  await process.exited;
  expect((await printed).split('\n').sort()).toEqual(['by the pipe', 'text']);
});

it('fails by the code of the system when a program cannot be started', async () => {
  expect(await rejection(start('', 'program', { file: 'no-such-program-anywhere' }))).toMatchObject({ code: 'ENOENT' });
});

it('leaves no descriptor open when a program cannot be started', async () => {
  const file = join(await temporaryFolder(), 'script');
  await writeFile(file, '#!/no/such/interpreter\n', { mode: 0o755 });
  const count = async () => (await readdir('/dev/fd')).length;
  const before = await count();
  for (let attempt = 0; attempt < 20; attempt++) expect(await rejection(start('', 'program', { file }))).toMatchObject({ code: 'ENOENT' });
  await setImmediate();
  expect(await count()).toBeLessThan(before + 10);
});

it('finds what runs a script on Windows, and loads nothing for that elsewhere', async () => {
  const name = 'no-such-program-anywhere';
  for (const platform of ['linux', 'win32'] as const) {
    expect(await rejection(start('', 'bare', { file: name, platform }))).toMatchObject({ code: 'ENOENT' });
  }
  expect(crossSpawn).toHaveBeenCalledTimes(1);
  expect(crossSpawn).toHaveBeenCalledWith(name, ['-e', ''], expect.objectContaining({ windowsHide: true, detached: false }));
});

it('takes no harm from pipes that a process closes while it is written to', async () => {
  const code = "for (const fd of [0, 4, 5]) require('node:fs').closeSync(fd); process.stderr.write('closed'); setInterval(() => 0, 1e6)";
  const { input, duplex, stderr, exited, kill } = await start(code, 'program');
  await once(stderr, 'data');
  for (const stream of [input, duplex]) stream?.write('for nobody');
  await until(() => input.destroyed && duplex?.destroyed === true);
  kill('SIGTERM');
  expect(await exited).toEqual({ exitCode: null, signal: 'SIGTERM' });
});
