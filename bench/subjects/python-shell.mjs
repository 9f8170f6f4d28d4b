/** python-shell in its JSON mode, the one with messages and values. It has no calls: answers are matched to them here, by their order. */

import { moduleDirectory } from '../modules.mjs';
import { SMALL } from '../payload.mjs';

/** @type {import('./subject.mjs').Subject} */
export const pythonShell = {
  id: 'python-shell',
  title: 'python-shell',
  async open(python) {
    const { PythonShell } = await import('python-shell');
    const shell = new PythonShell('main.py', { mode: 'json', pythonPath: python, scriptPath: moduleDirectory('lines') });
    const waiting = [];
    const fail = (error) => {
      for (const { reject } of waiting.splice(0)) reject(error ?? new Error('python-shell ended'));
    };
    shell.on('message', (message) => waiting.shift().resolve(message));
    for (const event of ['error', 'pythonError', 'close']) shell.on(event, fail);
    const send = (value) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        shell.send(value);
      });
    return {
      call: () => send(SMALL),
      echo: async (bytes) => Buffer.from(await send(bytes.toString('base64')), 'base64'),
      close: () => {
        shell.stdin.on('error', () => {}); // what is unsent when it ends
        shell.stdout.destroy(); // it would parse half a line, and throw where nobody can catch it
        shell.kill('SIGKILL');
      },
    };
  },
};
