// Heddle's driver for the side-by-side benchmark: name this file in BENCH_DRIVERS, after
// `npm run build`.
//   HEDDLE_BENCH_SOURCE=1  measures the source under type stripping instead of the build
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect, heddlePaths } from "../packages/protocol/dist/node.js";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const entry = process.env.HEDDLE_BENCH_SOURCE
  ? ["--conditions=@heddle/source", at("packages/daemon/src/main.ts")]
  : [at("packages/daemon/dist/bundle/main.js")];
const cli = at("packages/cli/bin/heddle.js");
const node = at("node_modules/.bin/node");

function environment(home, url) {
  // Socket paths are short by law: the scratch folder's may be too long for one.
  const heddleHome = join(home, "h");
  mkdirSync(heddleHome, { recursive: true });
  writeFileSync(
    join(heddleHome, "config.toml"),
    `[providers.bench]\nbase_url = "${url ?? "http://127.0.0.1:9"}/v1"\nwire_api = "responses"\n[models]\nmain = "bench/bench-1"\n[edit_tools]\nbench = "apply_patch"\n[threads]\nmax_running = 64\n`,
  );
  const { PATH, TMPDIR } = process.env;
  return {
    PATH: process.env.BENCH_PATH ?? PATH,
    ...(TMPDIR ? { TMPDIR } : {}),
    HOME: home,
    LANG: "C.UTF-8",
    NO_COLOR: "1",
    HEDDLE_HOME: heddleHome,
    HEDDLE_ALLOW_ROOT: "1",
    // In a checkout the command line runs its source otherwise.
    HEDDLE_BUILD: process.env.HEDDLE_BENCH_SOURCE ? "0" : "1",
  };
}

async function untilAnswering(socketPath) {
  const client = { name: "bench", kind: "script" };
  for (;;) {
    const connected = await connect({ socketPath, client, reconnectForMs: 0 }).catch(
      () => undefined,
    );
    if (connected) return connected;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

class BenchServer {
  #client;
  #followers = new Map();
  #received = { bytes: 0, messages: 0 };

  constructor({ client, readyMs, group }) {
    this.#client = client;
    this.readyMs = readyMs;
    this.group = group;
  }

  ping = () => this.#client.call("daemon/status", {});
  received = () => ({ ...this.#received });

  prepare = async (path) => {
    const known = await this.#client.call("project/read", { path }).catch(() => undefined);
    if (!known) await this.#client.call("project/add", { path, access: "rw" });
  };

  openThread = async (path) => {
    const { project } = await this.#client.call("project/read", { path });
    const thread = await this.#client.call("thread/start", {
      projectId: project.id,
      title: "bench",
    });
    await new Promise((ready) => void this.#follow(thread.id, ready));
    return thread.id;
  };

  checkout = async (threadId) =>
    (await this.#client.call("thread/read", { threadId })).thread.worktree;

  turn = async (threadId, prompt, onDelta) => {
    const ended = new Promise((resolve) => {
      this.#followers.set(threadId, { text: "", onDelta, resolve });
    });
    await this.#client.call("turn/start", { threadId, input: [{ type: "text", text: prompt }] });
    return ended;
  };

  attachModes = {
    "thread/read last 50": async (threadId) => {
      const view = await this.#client.call("thread/read", { threadId, limit: 50 });
      return { bytes: JSON.stringify(view).length, items: view.items.length };
    },
  };

  close = () => this.#client.close();

  async #follow(threadId, ready) {
    for await (const notice of this.#client.followThread(threadId)) {
      const turn = this.#followers.get(threadId);
      if (notice.type === "text") {
        this.#received.bytes += JSON.stringify(notice).length;
        this.#received.messages += 1;
        if (turn) turn.text += notice.text;
        turn?.onDelta?.(notice.text);
        continue;
      }
      const { event } = notice;
      if (event.type === "threadUpdated" && event.thread.status !== "provisioning") ready();
      if (event.type !== "turnCompleted") continue;
      const { state, failure } = event.turn;
      turn?.resolve({ ok: state === "done", text: turn.text, error: failure });
    }
  }
}

const heddle = {
  name: "heddle",
  bin: node,
  api: "responses",
  cold: (home) => [
    { label: "--version", cmd: node, args: [cli, "--version"], env: environment(home) },
    { label: "status", cmd: node, args: [cli, "status"], env: environment(home), okCodes: [0, 69] },
  ],
  async serve({ home, url, group, cwd }) {
    const env = environment(home, url);
    const child = group.spawn(node, entry, { env, cwd, stdio: ["ignore", "ignore", "inherit"] });
    const client = await untilAnswering(heddlePaths(env).socket);
    return new BenchServer({ client, readyMs: performance.now() - child.t0, group });
  },
};

export const drivers = [heddle];
