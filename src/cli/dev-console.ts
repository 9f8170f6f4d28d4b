/** What `synapse dev` shows and reads. Owns the line that a person types on, and that what is printed does not run through it. */

import { clearLine, createInterface, cursorTo, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { type Style, styled } from './output';

/** What is typed, or comes through a pipe. */
export interface DevInput {
  onLine(line: string): void;
  /** There are no more lines. */
  onEnd(): void;
}

export class DevConsole {
  /** Takes what the module prints. */
  readonly logs: Writable;
  readonly #lines: Interface;
  readonly #isTerminal: boolean;
  #isClosed = false;
  /** What the module has printed of a line. */
  #begun = '';

  constructor({ onLine, onEnd }: DevInput) {
    this.#isTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
    const prompt = styled('cyan', '> ', process.stderr);
    this.#lines = createInterface({
      input: process.stdin,
      terminal: this.#isTerminal,
      prompt,
      ...(this.#isTerminal ? { output: process.stderr } : {}),
    });
    this.#lines.on('line', (line) => {
      if (line.trim() !== '') onLine(line.trim());
      this.#prompt();
    });
    this.#lines.on('close', () => this.#isClosed || onEnd());
    if (this.#isTerminal) this.#lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    const decoder = new StringDecoder();
    this.logs = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#log(decoder.write(chunk));
        done();
      },
    });
  }

  /** Tells what happens. */
  note(text: string, style: Style = 'dim'): void {
    this.#tell(process.stderr, `${styled(style, `synapse: ${text}`, process.stderr)}\n`);
  }

  /** Tells an error. */
  error(text: string): void {
    this.#tell(process.stderr, `${text}\n`);
  }

  /** Writes a line of results. */
  result(line: string): void {
    this.#tell(process.stdout, `${line}\n`);
  }

  close(): void {
    this.#isClosed = true;
    this.#lines.close();
    process.stdin.pause();
  }

  /** A line that is not yet whole would be wiped away with the line that is being typed. */
  #log(text: string): void {
    const all = this.#begun + text;
    const end = this.#isTerminal ? all.lastIndexOf('\n') + 1 : all.length;
    this.#begun = all.slice(end);
    if (end > 0) this.#write(process.stderr, all.slice(0, end));
  }

  #tell(stream: NodeJS.WriteStream, text: string): void {
    const begun = this.#begun === '' ? '' : `${this.#begun}\n`;
    this.#begun = '';
    if (begun !== '') this.#write(process.stderr, begun);
    this.#write(stream, text);
  }

  /** Takes what is being typed away, writes, and gives it back. */
  #write(stream: NodeJS.WriteStream, text: string): void {
    if (this.#isTerminal) {
      cursorTo(process.stderr, 0);
      clearLine(process.stderr, 0);
    }
    stream.write(text);
    this.#prompt();
  }

  #prompt(): void {
    if (this.#isTerminal && !this.#isClosed) this.#lines.prompt(true);
  }
}
