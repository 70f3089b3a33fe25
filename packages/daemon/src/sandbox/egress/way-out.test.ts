import { afterAll, beforeAll, expect, test } from "vitest";
import { shellQuote } from "../../os/shell-quote.ts";
import {
  finish,
  makeSandboxFixture,
  type SandboxFixture,
} from "../sandbox-fixture.test.support.ts";
import type { Box } from "../types.ts";
import { judgeAddress } from "./addresses.ts";
import { EgressFixture, echoServer, mirror } from "./egress-fixture.test.support.ts";

let fixture: SandboxFixture;
let egress: EgressFixture;
let [plain, echo] = ["", ""];
beforeAll(async () => {
  fixture = makeSandboxFixture();
  egress = await EgressFixture.open(judgeAddress);
  plain = await egress.serve("plain.example", mirror().server);
  echo = await egress.serve("echo.example", echoServer(), "127.0.0.3");
});
afterAll(async () => {
  await egress[Symbol.asyncDispose]();
  fixture[Symbol.dispose]();
});

function open(granted = true): Promise<Box> {
  const { checkout, sandbox } = fixture;
  const network = granted ? { network: egress.network } : {};
  return sandbox.open({ checkout, access: "rw", readable: [], env: {}, ...network });
}

const run = async (box: Box, cmd: string) =>
  (await finish(box, fixture.checkout.worktree, cmd)).output;

test("clients in a box reach a granted host by the proxy that their environment names", async () => {
  await using box = await open();
  const fetching = `fetch("http://${plain}/fetched").then((r) => r.text()).then(console.log)`;
  const asking = `require("node:http").get("http://${plain}/asked", (r) => r.pipe(process.stdout))`;
  expect(await run(box, `node -e '${fetching}'`)).toBe("got /fetched\n");
  expect(await run(box, `node -e '${asking}'`)).toBe("got /asked");
});

test("what is not granted is refused with the command that would allow it", async () => {
  await using box = await open();
  const asking = `require("node:http").get("http://evil.example/", (r) => { console.log(r.statusCode); r.pipe(process.stdout); })`;
  const output = await run(box, `node -e '${asking}'`);
  expect(output).toContain("403\nheddle: evil.example:80 is not granted");
  expect(output).toContain("heddle project grant --host evil.example:80");
});

test("a box without a host has no proxy, no forwarder and no word of them", async () => {
  await using box = await open(false);
  const cmd = "env | grep -ic proxy; ls /.heddle | grep -c -e proxy -e forward; pgrep -c node";
  expect(await run(box, cmd)).toBe("0\n0\n0\n");
});

test("a box with a host reaches nothing past its proxy", async () => {
  await using box = await open();
  const cmd = `unset \${!http*} \${!HTTP*} \${!ALL*} \${!all*}
    node -e 'fetch("http://${plain}/").catch((e) => console.log(e.cause.code))'
    tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '`;
  expect(await run(box, cmd)).toMatch(/^(EAI_AGAIN|ENOTFOUND)\nlo\n$/);
});

test("connections end with the box", async () => {
  const box = await open();
  const opening = `const s = require("node:net").connect(3128, "127.0.0.1");
    s.write("CONNECT ${echo} HTTP/1.1\\r\\nHost: ${echo}\\r\\n\\r\\n");
    s.once("data", (d) => { console.log(String(d).split("\\r\\n")[0]); s.on("close", () => {}); })`;
  const child = await box.run({
    cmd: `node -e ${shellQuote(opening)}`,
    cwd: fixture.checkout.worktree,
    tty: false,
    timeoutMs: 10_000,
  });
  const said = Promise.withResolvers<string>();
  child.onOutput((chunk) => said.resolve(String(chunk)));
  expect(await said.promise).toBe("HTTP/1.1 200 Connection Established\n");
  await box[Symbol.asyncDispose]();
  expect(egress.lines.slice(-2)).toMatchObject([
    { message: "network connection", host: echo },
    { message: "network of a box", connections: 1, refused: 0 },
  ]);
});

test("a flood of connections leave the box and the daemon as they were", async () => {
  await using box = await open();
  const flood = `const net = require("node:net");
    process.on("uncaughtException", () => {});
    let left = 2000, open = 0;
    const more = () => { while (open < 1000 && left > 0) { left -= 1; open += 1;
      net.connect(3128, "127.0.0.1", function () { this.write("GET "); this.end(); })
        .on("error", () => {}).on("close", () => { open -= 1; more(); }).resume(); } };
    more();`;
  await run(box, `node -e ${shellQuote(flood)}`);
  const fetching = `fetch("http://${plain}/after").then((r) => r.text()).then(console.log)`;
  expect(await run(box, `node -e '${fetching}'`)).toBe("got /after\n");
});

test("the hosts are part of the profile's hash", async () => {
  await using granted = await open();
  await using without = await open(false);
  egress.granted.add("more.example:443");
  await using more = await open();
  egress.granted.delete("more.example:443");
  expect(new Set([granted, without, more].map(({ profileHash }) => profileHash)).size).toBe(3);
});
