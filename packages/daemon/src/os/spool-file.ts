import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";

/** Shorter output stays in memory, because whoever asks for it has been shown all of it. */
const heldBytes = 32 * 1024;
/** What may wait for the disk before the writer has to. */
const backlogBytes = 2 * 1024 * 1024;

/** A stream of output that is kept as a file once it is long, or once somebody asks for the file. */
export class SpoolFile {
  readonly path: string;
  #held: Buffer[] = [];
  #bytes = 0;
  #stream: WriteStream | undefined;
  #error: Error | undefined;
  #ended = false;

  constructor(path: string) {
    this.path = path;
  }

  /** How much was taken, on file or not. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Where much waits for the disk: a promise that settles once it has been written. */
  write(chunk: Buffer): Promise<void> | undefined {
    this.#bytes += chunk.length;
    if (this.#stream) this.#put(this.#stream, chunk);
    else this.#held.push(chunk);
    if (this.#bytes <= heldBytes) return undefined;
    const stream = this.#open();
    return stream.writableLength > backlogBytes ? written(stream) : undefined;
  }

  /** Settles with the path once all that was taken is on file; `undefined` when that failed. */
  async file(): Promise<string | undefined> {
    const stream = this.#open();
    if (!stream.writableEnded) await written(stream);
    if (this.#ended) stream.end();
    return this.#error === undefined ? this.path : undefined;
  }

  /** Nothing more comes. Settles when the file is whole, if there is one; never rejects. */
  async end(): Promise<void> {
    this.#ended = true;
    if (this.#stream === undefined || this.#stream.writableEnded) return;
    this.#stream.end();
    await finished(this.#stream).catch(() => {});
  }

  #open(): WriteStream {
    if (this.#stream) return this.#stream;
    const stream = createWriteStream(this.path, { flags: "a", mode: 0o600 });
    stream.on("error", (error) => {
      this.#error = error;
    });
    this.#stream = stream;
    for (const chunk of this.#held.splice(0)) this.#put(stream, chunk);
    return stream;
  }

  #put(stream: WriteStream, chunk: Buffer): void {
    if (this.#error === undefined) stream.write(chunk);
  }
}

/** Settles when all that waits now is on file, or never will be. */
function written(stream: WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve();
    else stream.write("", () => resolve());
  });
}
