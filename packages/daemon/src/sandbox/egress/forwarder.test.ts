import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { forwarders } from "./forwarder.ts";

const megabyte = Buffer.alloc(1024 ** 2, "0123456789abcdef");

describe.each(forwarders)("the forwarder in $file", ({ command, file, program }) => {
  let directory: string;
  let proxy: Server;
  let child: ChildProcess;
  let port: number;
  let serve: (socket: Socket) => void;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "heddle-forwarder-"));
    proxy = createServer({ allowHalfOpen: true }, (socket) => serve(socket));
    proxy.listen(join(directory, "proxy"));
    port = await freePort();
    writeFileSync(join(directory, file), program(join(directory, "proxy"), port));
    child = spawn(command, [join(directory, file)], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await once(child.stdout as NonNullable<ChildProcess["stdout"]>, "data");
    expect(String(line)).toBe("listening\n");
  });
  afterEach(async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
    proxy.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const dial = () => connect({ port, host: "127.0.0.1", allowHalfOpen: true });

  test("passes on every byte in both directions, for many at once", async () => {
    serve = (socket) => socket.pipe(socket);
    const answers = Array.from({ length: 20 }, () => {
      const client = dial();
      client.end(megabyte);
      return buffer(client);
    });
    for (const answer of await Promise.all(answers)) expect(answer.equals(megabyte)).toBe(true);
  });

  test("lets one side end while the other still speaks", async () => {
    serve = async (socket) => {
      const asked = await buffer(socket);
      socket.end(`${asked.length} bytes`);
    };
    const client = dial();
    client.end(megabyte);
    expect(String(await buffer(client))).toBe("1048576 bytes");
  });

  test("passes on what the proxy said last, though it closed with the request half read", async () => {
    serve = (socket) =>
      socket.once("readable", () => socket.end("refused", () => socket.destroy()));
    const client = dial().on("error", () => {});
    client.write("a request");
    expect(String(await buffer(client))).toBe("refused");
    client.destroy();
  });

  test("ends the proxy's side with the client's", async () => {
    const closed = Promise.withResolvers<void>();
    serve = (socket) =>
      socket
        .on("error", () => {})
        .on("close", () => closed.resolve())
        .resume()
        .end();
    const client = dial();
    client.write("hello", () => client.resetAndDestroy());
    await closed.promise;
  });

  test("goes on when nobody listens any more, and takes the next client", async () => {
    serve = (socket) => socket.destroy();
    const first = dial().on("error", () => {});
    first.end("x");
    await buffer(first).catch(() => {});
    serve = (socket) => socket.end("here");
    const second = dial();
    second.end();
    expect(String(await buffer(second))).toBe("here");
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
