import { existsSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { leadsGroup, signalTree } from '../src/process-tree';
import { temporaryFolder } from './support/fixture';
import { isRunning, until } from './support/until';

it('reaches a process and what it started', async () => {
  const script = `const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)']); console.log(c.pid)`;
  const parent = execa(process.execPath, ['-e', script], { detached: leadsGroup(process.platform), reject: false, buffer: false });
  const [line] = await new Promise<Buffer[]>((resolve) => parent.stdout.once('data', (chunk) => resolve([chunk])));
  const pids = [parent.pid as number, Number(line)];
  expect(pids.map(isRunning)).toEqual([true, true]);
  signalTree(parent.pid as number, 'SIGKILL');
  await until(() => !pids.some(isRunning));
});

it('takes a process that has ended as no error', async () => {
  const child = execa(process.execPath, ['-e', ''], { detached: leadsGroup(process.platform) });
  await child;
  expect(() => signalTree(child.pid as number, 'SIGTERM')).not.toThrow();
});

it('ends the whole tree by taskkill on Windows, where there are no process groups', async () => {
  const folder = await temporaryFolder();
  const log = join(folder, 'log');
  await writeFile(join(folder, 'taskkill'), `#!/bin/sh\necho "$*" > ${log}.part && mv ${log}.part ${log}\n`);
  await chmod(join(folder, 'taskkill'), 0o755);
  const path = process.env['PATH'];
  process.env['PATH'] = [folder, path].join(delimiter);
  try {
    expect(leadsGroup('win32')).toBe(false);
    signalTree(4242, 'SIGTERM', 'win32');
    await until(() => existsSync(log));
    expect((await readFile(log, 'utf8')).trim()).toBe('/pid 4242 /T /F');
  } finally {
    process.env['PATH'] = path;
  }
});
