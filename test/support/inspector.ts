import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket } from "ws";

/** Asks a process that was started with `--inspect` what its heap holds. */
export class Inspector implements AsyncDisposable {
  readonly #socket: WebSocket;
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async attach(port: number): Promise<Inspector> {
    const targets = await fetch(`http://127.0.0.1:${port}/json/list`);
    const [target] = (await targets.json()) as { webSocketDebuggerUrl: string }[];
    const socket = new WebSocket(target?.webSocketDebuggerUrl ?? "");
    await once(socket, "open");
    return new Inspector(socket);
  }

  /**
   * What is still in use after a whole collection, in bytes. Compiled code is counted apart: it
   * grows for long as functions become hot, and stops.
   */
  async heap(): Promise<{ dataBytes: number; codeBytes: number }> {
    // What is freed by a finalizer goes with the next collection.
    for (let pass = 0; pass < 3; pass += 1) await this.#ask("HeapProfiler.collectGarbage");
    const expression = 'process.getBuiltinModule("node:v8").getHeapSpaceStatistics()';
    const answer = await this.#ask("Runtime.evaluate", { expression, returnByValue: true });
    const { value } = answer.result as { value: { space_name: string; space_used_size: number }[] };
    const bytesOf = (code: boolean) =>
      value
        .filter(({ space_name }) => /^(code|trusted)_/.test(space_name) === code)
        .reduce((sum, { space_used_size }) => sum + space_used_size, 0);
    return { dataBytes: bytesOf(false), codeBytes: bytesOf(true) };
  }

  async #ask(
    method: string,
    params: Readonly<Record<string, unknown>> = {},
  ): Promise<Record<string, unknown>> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#socket.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [data] = (await once(this.#socket, "message")) as [Buffer];
      const answer = JSON.parse(String(data)) as { id?: number; result?: Record<string, unknown> };
      if (answer.id === id) return answer.result ?? {};
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await once(this.#socket, "close");
  }
}

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
