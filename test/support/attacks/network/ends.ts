import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fetching, holding, printed, run } from "../../network.ts";
import { exec, steps } from "../../steps.ts";
import type { Attack } from "../attack.ts";
import { attack } from "./outpost.ts";

/** What belongs to another thread, or to a time that is over. */
export const ends: Attack[] = [
  attack("the proxy's socket of another thread", async ({ arena, thread }) => {
    const { id } = await thread.send(steps(exec(holding(arena.echo.host)), { text: "done" }));
    await printed(thread, "holding");
    const box = join(arena.daemon.paths.state, "box");
    const sockets = readdirSync(box, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith("/proxy"))
      .map((name) => join(box, name));
    assert.notEqual(sockets.length, 0, "there is no such socket");
    const other = await (await arena.daemon.project()).thread();
    const places = ["/.heddle/proxy", ...sockets].map((path) => JSON.stringify(path)).join(", ");
    const connect = `node -e 'for (const p of [${places}]) require("net").connect(p).on("connect", () => console.log("IN")).on("error", (e) => console.log(e.code))'`;
    const output = await run(other, connect);
    await thread.client.call("turn/interrupt", { turnId: id });
    await thread.ended(id);
    assert.deepEqual(new Set(output.trim().split("\n")), new Set(["ENOENT"]));
    return `${sockets.length + 1} paths lead nowhere`;
  }),
  attack("a tunnel that outlives its grant", async ({ arena }) => {
    const project = await arena.daemon.project();
    const grant = await arena.grant(project, arena.echo.host);
    const thread = await project.thread();
    const { id } = await thread.send(steps(exec(holding(arena.echo.host)), { text: "done" }));
    await printed(thread, "holding");
    await arena.revoke(grant);
    await printed(thread, "cut");
    await thread.ended(id);
    return "cut while the command ran";
  }),
  attack("a tunnel that outlives its time", async ({ arena }) => {
    const project = await arena.daemon.project();
    await arena.grant(project, arena.echo.host);
    const thread = await project.thread();
    const { id } = await thread.send(steps(exec(holding(arena.echo.host)), { text: "done" }));
    await printed(thread, "holding");
    await arena.grant(project, arena.echo.host, { expiresAt: Date.now() + 100 });
    await printed(thread, "cut");
    await thread.ended(id);
    return "cut as it expired";
  }),
  attack("a thread's grant after the thread is archived", async ({ arena }) => {
    const project = await arena.daemon.project();
    const thread = await project.thread();
    await thread.ready();
    await arena.grant(project, arena.web.host, { threadId: thread.id });
    await thread.client.call("thread/archive", { threadId: thread.id });
    const { grants } = await thread.client.call("project/read", { projectId: project.project.id });
    assert.deepEqual(grants, []);
    return "it ended with the thread";
  }),
  attack("keys in an environment with a proxy", async ({ thread }) => {
    const output = await run(thread, "cat /proc/*/environ | tr '\\0' '\\n'");
    assert.match(output, /^https_proxy=/m, "there is no proxy");
    assert.doesNotMatch(output, /canary/i);
    return "the proxy's variables and no other";
  }),
];

const flood = `const net = require("net");
process.on("uncaughtException", () => {});
let left = 10000, open = 0;
const more = () => { while (open < 1000 && left > 0) { left -= 1; open += 1;
  net.connect(3128, "127.0.0.1", function () { this.write("GET http://a/ HTTP/1.1\\r\\nX: "); setTimeout(() => this.destroy(), 50); })
    .on("error", () => {}).on("close", () => { open -= 1; more(); }).resume(); } };
more();`;

export const exhaustion: Attack[] = [
  attack(
    "10,000 connections with heads that never end",
    async ({ arena, thread }) => {
      const { pid } = arena.daemon;
      const files = () => readdirSync(`/proc/${pid}/fd`).length;
      await run(thread, fetching(`http://${arena.web.host}/before`));
      const before = files();
      const { id } = await thread.send(steps(exec(`node -e '${flood}'`), { text: "done" }));
      let most = 0;
      const watch = setInterval(() => {
        most = Math.max(most, files());
      }, 20);
      using _ = { [Symbol.dispose]: () => clearInterval(watch) };
      await thread.ended(id);
      assert.ok(most - before < 300, `the daemon had ${most - before} more descriptors`);
      assert.equal(await run(thread, fetching(`http://${arena.web.host}/after`)), "got /after\n");
      return `at most ${most - before} descriptors more, and answered afterwards`;
    },
    { slow: true },
  ),
];
