import { StringDecoder } from "node:string_decoder";

/** More than a result holds, in whatever characters. */
const headBytes = 128 * 1024;
const tailBytes = 256 * 1024;

export interface TakenOutput {
  readonly text: string;
  /** How much there was. */
  readonly bytes: number;
  /** Whether the text has all of it. */
  readonly whole: boolean;
}

/**
 * What a model has not been told of an output: all of it, or both ends if it is long. It stays in
 * bytes until it is asked for, because text of endless output would fill the heap.
 */
export class UnreadOutput {
  readonly #decoder = new StringDecoder("utf8");
  readonly #tail = Buffer.alloc(tailBytes);
  #head: Buffer[] = [];
  #headLength = 0;
  #tailTotal = 0;

  add(chunk: Buffer): void {
    const first = chunk.subarray(0, headBytes - this.#headLength);
    if (first.length > 0) this.#head.push(first);
    this.#headLength += first.length;
    this.#addTail(chunk.subarray(first.length));
  }

  /** Gives it away. A character that has come in part stays for the next time. */
  take(): TakenOutput {
    const bytes = this.#headLength + this.#tailTotal;
    const left = this.#tailTotal - tailBytes;
    const head = this.#decoder.write(Buffer.concat(this.#head));
    const gap = left > 0 ? `${this.#decoder.end()}\n… ${left} bytes left out …\n` : "";
    const text = head + gap + this.#decoder.write(this.#tailInOrder());
    this.#head = [];
    this.#headLength = 0;
    this.#tailTotal = 0;
    return { text, bytes, whole: left <= 0 };
  }

  #addTail(chunk: Buffer): void {
    const last = chunk.subarray(-tailBytes);
    const at = (this.#tailTotal + chunk.length - last.length) % tailBytes;
    const fitting = last.subarray(0, tailBytes - at);
    fitting.copy(this.#tail, at);
    last.subarray(fitting.length).copy(this.#tail);
    this.#tailTotal += chunk.length;
  }

  #tailInOrder(): Buffer {
    if (this.#tailTotal <= tailBytes) return this.#tail.subarray(0, this.#tailTotal);
    const at = this.#tailTotal % tailBytes;
    const ordered = Buffer.concat([this.#tail.subarray(at), this.#tail.subarray(0, at)]);
    const isPart = (byte: number) => (byte & 0xc0) === 0x80;
    return ordered.subarray(ordered.findIndex((byte) => !isPart(byte)));
  }
}
