/**
 * The raw echo: the same kind of pipes, neither frames nor codec. Node only counts what comes back, which no library that returns the
 * bytes can do, so nothing over these pipes is faster.
 */

import { spawn } from 'node:child_process';
import { moduleScript } from '../modules.mjs';
import { NUMBERS, SMALL_FRAME } from '../payload.mjs';

/** A child that returns as many bytes as it is sent. */
class RawPeer {
  #missing = 0;
  #resolve = () => {};

  /**
   * @param {string} python
   * @param {string} script
   */
  constructor(python, script) {
    this.child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout.on('data', (chunk) => {
      this.#missing -= chunk.length;
      if (this.#missing === 0) this.#resolve();
    });
  }

  call() {
    return this.exchange([SMALL_FRAME], SMALL_FRAME.length);
  }

  /** Sends many small frames, each in a write of its own, and waits for all that comes back. */
  async callMany(count) {
    let last;
    for (let at = 0; at < count; at += 1) last = this.call();
    await last;
  }

  async echo(bytes) {
    await this.exchange([bytes], bytes.length);
    return bytes;
  }

  close() {
    this.child.stdin.on('error', () => {}); // what is unsent when it ends
    this.child.kill('SIGKILL');
  }

  /**
   * @param {Buffer[]} parts what is sent
   * @param {number} size how many bytes come back
   */
  exchange(parts, size) {
    this.#missing += size;
    for (const part of parts) this.child.stdin.write(part);
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}

const LENGTH_BYTES = 8;

/** Whole messages with their length in front: the peer stores each before it answers, as whatever answers a request must. */
class StoringPeer extends RawPeer {
  async echo(bytes) {
    await this.exchange([lengthOf(bytes), bytes], bytes.length);
    return bytes;
  }
}

/** The same one way only: of the array's bytes, their number comes back. */
class TakingPeer extends RawPeer {
  async total() {
    const bytes = Buffer.from(NUMBERS.buffer);
    await this.exchange([lengthOf(bytes), bytes], LENGTH_BYTES);
    return bytes.length;
  }
}

function lengthOf(bytes) {
  const header = Buffer.alloc(LENGTH_BYTES);
  header.writeBigUInt64LE(BigInt(bytes.length));
  return header;
}

/** Bytes as the hand-written loop takes them: the frame's length and MessagePack's bin 32 in front. */
class LoopPeer extends RawPeer {
  async echo(bytes) {
    const header = Buffer.alloc(9);
    header.writeUInt32LE(bytes.length + 5, 0);
    header.writeUInt8(0xc6, 4);
    header.writeUInt32BE(bytes.length, 5);
    await this.exchange([header, bytes], header.length + bytes.length);
    return bytes;
  }
}

/** @type {import('./subject.mjs').Subject} */
export const rawStream = {
  id: 'raw-stream',
  title: 'raw echo, streaming',
  open: (python) => new RawPeer(python, moduleScript('raw-stream')),
};

/** The same client, with the loop that Synapse's module runs: what remains of a call when the side of Node costs nothing. */
/** @type {import('./subject.mjs').Subject} */
export const rawLoop = {
  id: 'raw-loop',
  title: 'raw echo through the hand-written loop',
  open: (python) => new LoopPeer(python, moduleScript('loop')),
};

/** @type {import('./subject.mjs').Subject} */
export const rawStore = {
  id: 'raw-store',
  title: 'raw echo, store and forward',
  open: (python) => new StoringPeer(python, moduleScript('raw-store')),
};

/** @type {import('./subject.mjs').Subject} */
export const rawTake = {
  id: 'raw-take',
  title: 'raw, its bytes one way',
  open: (python) => new TakingPeer(python, moduleScript('raw-take')),
};
