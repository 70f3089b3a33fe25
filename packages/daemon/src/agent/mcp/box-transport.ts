import { StringDecoder } from "node:string_decoder";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { type JSONRPCMessage, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
import type { BoxProcess } from "../../sandbox/types.ts";

const lineLimit = 4 * 1024 * 1024;
/** So many lines that are no messages are forgiven: some servers print what they do. */
const noiseAtMost = 1000;

/** Messages as lines on the standard input and output of a command in a box. */
export class BoxTransport implements Transport {
  readonly #process: BoxProcess;
  readonly #failed: (why: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";
  #noise = 0;
  #closed = false;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;

  /** `failed` is told why the server is ended, or has ended. */
  constructor(process: BoxProcess, failed: (why: string) => void) {
    this.#process = process;
    this.#failed = failed;
  }

  async start(): Promise<void> {
    this.#process.onOutput((chunk) => this.#take(this.#decoder.write(chunk)));
    void this.#process.exited.then(({ exitCode, reason }) => {
      this.#end(
        reason === "exited" ? `it ended with exit code ${exitCode}` : `it was ended: ${reason}`,
      );
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#process.write(`${JSON.stringify(message)}\n`);
  }

  async close(): Promise<void> {
    this.#end("it was stopped");
    this.#process.kill();
    await this.#process.exited;
  }

  #take(text: string): void {
    if (this.#closed) return;
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > lineLimit) this.#refuse(`it wrote a line of over ${lineLimit} bytes`);
    else for (const line of lines) this.#hear(line);
  }

  #hear(line: string): void {
    if (this.#closed || line.trim() === "") return;
    const message = parsed(line);
    if (message !== undefined) {
      this.onmessage?.(message);
      return;
    }
    this.#noise += 1;
    const shown = JSON.stringify(line.slice(0, 200));
    if (this.#noise > noiseAtMost) this.#refuse(`it writes what is no message: ${shown}`);
  }

  #refuse(why: string): void {
    this.#end(why);
    this.#process.kill();
  }

  #end(why: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#rest = "";
    this.#failed(why);
    this.onclose?.();
  }
}

function parsed(line: string): JSONRPCMessage | undefined {
  try {
    return JSONRPCMessageSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
