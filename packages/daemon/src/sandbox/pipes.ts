import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { Socket } from "node:net";

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants;

/** How fast what a finished command's background processes still write is thrown away. */
const discardPauseMs = 10;
/** A pipe holds at most this much, so one drain never follows an endless writer. */
const drainBytes = 1024 * 1024;
const inputBytes = 1024 * 1024;

/** The reading end of a command's output. */
export class OutputPipe implements Disposable {
  readonly #fd: number;
  readonly #socket: Socket;

  constructor(path: string, onChunk: (chunk: Buffer) => void) {
    this.#fd = openPipe(path, O_RDONLY);
    this.#socket = new Socket({ fd: this.#fd, readable: true, writable: false });
    this.#socket.on("data", onChunk).on("error", () => this.#socket.destroy());
  }

  /** Leaves what is written in the pipe until the promise has settled. */
  hold(until: Promise<unknown>): void {
    this.#socket.pause();
    void until.finally(() => this.#socket.resume());
  }

  /** Takes at once what has been written up to now, before the event loop would. */
  drain(onChunk: (chunk: Buffer) => void): void {
    const held: Buffer | null = this.#socket.read();
    if (held !== null) onChunk(held);
    const buffer = Buffer.allocUnsafe(64 * 1024);
    let total = 0;
    while (!this.#socket.destroyed && total < drainBytes) {
      const count = readNow(this.#fd, buffer);
      if (count === 0) return;
      total += count;
      onChunk(Buffer.from(buffer.subarray(0, count)));
    }
  }

  /**
   * Goes on reading, slowly and for nothing: a server that a command left behind would die of a
   * closed pipe.
   */
  discard(): void {
    this.#socket.removeAllListeners("data");
    this.#socket.on("data", () => {
      this.#socket.pause();
      setTimeout(() => this.#socket.resume(), discardPauseMs).unref();
    });
    this.#socket.unref();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** The writing end of a command's input. It is open for both, so that it never ends on its own. */
export class InputPipe implements Disposable {
  readonly #socket: Socket;

  constructor(path: string) {
    this.#socket = new Socket({ fd: openPipe(path, O_RDWR), readable: false, writable: true });
    this.#socket.on("error", () => this.#socket.destroy());
  }

  /** False when the command does not read, and what waits for it is too much already. */
  write(chars: string): boolean {
    if (this.#socket.writableLength + chars.length > inputBytes) return false;
    if (!this.#socket.destroyed) this.#socket.write(chars);
    return true;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

function openPipe(path: string, flags: number): number {
  const fd = openSync(path, flags | O_NONBLOCK | O_NOFOLLOW);
  if (fstatSync(fd).isFIFO()) return fd;
  closeSync(fd);
  throw new Error(`${path} is not a pipe`);
}

function readNow(fd: number, buffer: Buffer): number {
  try {
    return readSync(fd, buffer);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EAGAIN") return 0;
    throw error;
  }
}
