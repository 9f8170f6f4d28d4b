/**
 * The implementation that one writes first: a queue, one call in flight, `Buffer.concat` for frames and for what has come so far.
 * Its Python is the same hand-written loop that Synapse runs.
 */

import { spawn } from 'node:child_process';
import { decode, encode } from '@msgpack/msgpack';
import { moduleScript } from '../modules.mjs';
import { SMALL } from '../payload.mjs';

const HEADER_BYTES = 4;

class PlainPeer {
  #queue = [];
  #current;
  #received = Buffer.alloc(0);

  /** @param {string} python */
  constructor(python) {
    this.child = spawn(python, [moduleScript('loop')], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout.on('data', (chunk) => this.#onData(chunk));
  }

  call() {
    return this.#request(SMALL);
  }

  echo(bytes) {
    return this.#request(bytes);
  }

  close() {
    this.child.stdin.on('error', () => {}); // what is unsent when it ends
    this.child.kill('SIGKILL');
  }

  #request(value) {
    return new Promise((resolve, reject) => {
      this.#queue.push({ value, resolve, reject });
      this.#sendNext();
    });
  }

  #sendNext() {
    if (this.#current || this.#queue.length === 0) return;
    this.#current = this.#queue.shift();
    const body = encode(this.#current.value);
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(body.length);
    this.child.stdin.write(Buffer.concat([header, body]));
  }

  #onData(chunk) {
    this.#received = Buffer.concat([this.#received, chunk]);
    if (this.#received.length < HEADER_BYTES) return;
    const end = HEADER_BYTES + this.#received.readUInt32LE(0);
    if (this.#received.length < end) return;
    const { resolve, reject } = this.#current;
    try {
      resolve(decode(this.#received.subarray(HEADER_BYTES, end)));
    } catch (error) {
      reject(error);
    }
    this.#received = this.#received.subarray(end);
    this.#current = undefined;
    this.#sendNext();
  }
}

/** @type {import('./subject.mjs').Subject} */
export const plain = {
  id: 'plain',
  title: 'plain implementation',
  open: (python) => new PlainPeer(python),
};

/** The same, as the measure of how long this interpreter needs to start this script when nothing stands between. */
/** @type {import('./subject.mjs').Subject} */
export const byHand = { ...plain, id: 'by-hand', title: 'same interpreter and script by hand' };
