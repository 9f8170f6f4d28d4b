/** A descriptor as a stream under Bun, whose net.Socket takes none. Owns the little of Bun's own sockets that this needs. */

import { Duplex } from 'node:stream';

interface BunSocket {
  /** Returns how many bytes were taken; less than given means that `drain` is called later. */
  write(bytes: Uint8Array): number;
  end(): void;
  ref(): void;
  unref(): void;
}

interface BunHandlers {
  binaryType: 'buffer';
  data(socket: BunSocket, bytes: Uint8Array): void;
  drain(socket: BunSocket): void;
  end(socket: BunSocket): void;
  close(socket: BunSocket): void;
  error(socket: BunSocket, error: Error): void;
}

interface Bun {
  connect(options: { readonly fd: number; readonly socket: BunHandlers }): Promise<BunSocket>;
}

type Done = (error?: Error | null) => void;

export class BunDescriptor extends Duplex {
  readonly #fd: number;
  readonly #alive: boolean;
  #socket: BunSocket | undefined;
  /** What the system did not take yet of the bytes that are just being written. */
  #rest: Uint8Array[] = [];
  #onWritten: Done | undefined;

  /** @param alive whether it keeps the process alive */
  constructor(fd: number, alive: boolean) {
    super({ allowHalfOpen: true, emitClose: true });
    this.#fd = fd;
    this.#alive = alive;
  }

  override _construct(done: Done): void {
    const { Bun } = globalThis as unknown as { Bun: Bun };
    const socket: BunHandlers = {
      binaryType: 'buffer',
      data: (_, bytes) => this.push(bytes),
      drain: () => this.#flush(),
      end: () => this.push(null),
      close: () => this.destroy(),
      error: (_, error) => this.destroy(error),
    };
    Bun.connect({ fd: this.#fd, socket }).then((opened) => {
      this.#socket = opened;
      if (!this.#alive) opened.unref();
      done();
    }, done);
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: string, done: Done): void {
    this.#begin([chunk], done);
  }

  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], done: Done): void {
    this.#begin(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#socket?.end();
    done(error);
  }

  #begin(parts: Uint8Array[], done: Done): void {
    this.#rest = parts;
    this.#onWritten = done;
    this.#flush();
  }

  #flush(): void {
    let next = this.#rest[0];
    while (next) {
      const taken = this.#socket?.write(next) ?? 0;
      if (taken < next.length) {
        this.#rest[0] = next.subarray(Math.max(taken, 0));
        return;
      }
      this.#rest.shift();
      next = this.#rest[0];
    }
    const done = this.#onWritten;
    this.#onWritten = undefined;
    done?.();
  }
}
