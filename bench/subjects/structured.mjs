/** A structured answer that Python has encoded beforehand: received by Synapse, or by hand and decoded at once. */

import { spawn } from 'node:child_process';
import { decode } from '@msgpack/msgpack';
import { Synapse } from '../../dist/index.mjs';
import { moduleDirectory, moduleScript } from '../modules.mjs';

const HEADER_BYTES = 8;

/** @type {import('./subject.mjs').Subject} */
export const sendStructured = {
  id: 'send-structured',
  title: 'Synapse, send()',
  async open() {
    const module = new Synapse();
    await module.spawn(moduleDirectory('prepared'));
    return { receive: () => module.send('give'), close: () => module.dispose() };
  },
};

/** Puts what comes into memory that it makes once, then decodes it. */
class ReceivingPeer {
  #body;
  #filled = 0;
  #answer;

  /** @param {string} python */
  constructor(python) {
    this.child = spawn(python, [moduleScript('prepared', 'raw.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout.on('data', (chunk) => this.#onData(chunk));
  }

  receive() {
    return new Promise((resolve, reject) => {
      this.#answer = { resolve, reject };
      this.child.stdin.write('?');
    });
  }

  close() {
    this.child.stdin.on('error', () => {}); // what is unsent when it ends
    this.child.kill('SIGKILL');
  }

  #onData(chunk) {
    let part = chunk;
    if (this.#body === undefined) {
      this.#body = Buffer.allocUnsafeSlow(Number(chunk.readBigUInt64LE(0))); // the header never comes in two
      part = chunk.subarray(HEADER_BYTES);
    }
    this.#filled += part.copy(this.#body, this.#filled);
    if (this.#filled < this.#body.length) return;
    const { resolve, reject } = this.#answer;
    try {
      resolve(decode(this.#body));
    } catch (error) {
      reject(error);
    }
    this.#body = undefined;
    this.#filled = 0;
  }
}

/** @type {import('./subject.mjs').Subject} */
export const plainDecode = {
  id: 'plain-decode',
  title: 'the same bytes, decoded at once by @msgpack/msgpack',
  open: (python) => new ReceivingPeer(python),
};
