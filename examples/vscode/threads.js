const { spawn } = require("node:child_process");
const { createInterface } = require("node:readline");

const needsYou = ["waitingForApproval", "waitingForUser"];
const atWork = ["provisioning", "queued", "running", "landing"];
const restartAfterMs = 5000;

/**
 * Follows all threads, and calls methods, through `heddle rpc --stdio`; `changed` is called with a
 * Map by id.
 */
function followThreads(command, changed) {
  let child;
  let again;
  let disposed = false;
  let call = () => {};
  const begin = (options = []) => {
    const threads = new Map();
    const calls = new Map();
    const [file, ...args] = command;
    const words = [...args, "rpc", "--stdio", ...options];
    child = spawn(file, words, { stdio: ["pipe", "pipe", "ignore"] });
    child.on("error", () => {});
    child.once("close", () => {
      if (disposed) return;
      changed(new Map());
      // A daemon that was stopped stays so until somebody starts it.
      again = setTimeout(begin, restartAfterMs, ["--no-start"]);
    });
    child.stdin.on("error", () => {});
    call = (method, params, done) => {
      const id = calls.size + 1;
      calls.set(id, done);
      child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    };
    const keep = (thread) => {
      // A page of the list may come after an event that is newer.
      if ((threads.get(thread.id)?.updatedAt ?? 0) > thread.updatedAt) return;
      if (thread.status === "archived") threads.delete(thread.id);
      else threads.set(thread.id, thread);
    };
    const list = (cursor) =>
      call("thread/list", { cursor }, ({ data, nextCursor }) => {
        data.forEach(keep);
        if (nextCursor !== null) return list(nextCursor);
        changed(threads);
      });
    createInterface({ input: child.stdout }).on("line", (line) => {
      const { id, method, params, result } = JSON.parse(line);
      if (method === "daemon/event" && params.event.type === "threadChanged") {
        keep(params.event.thread);
        changed(threads);
      } else if (result !== undefined) calls.get(id)?.(result);
    });
    const client = { name: "vscode", kind: "editor" };
    call("initialize", { protocolVersion: 1, client }, () =>
      // In this order nothing is missed between the list and the feed.
      call("daemon/subscribe", {}, () => list()),
    );
  };
  begin();
  return {
    call: (method, params, done) => call(method, params, done),
    dispose() {
      disposed = true;
      clearTimeout(again);
      child.kill();
    },
  };
}

/** The words of `slash/list` that tell the agent something, with nothing to read before the call. */
function tellingWords(words) {
  return words.filter(
    ({ arguments: [first, ...more], reads }) =>
      first?.param === "input" && more.length === 0 && reads.length === 0,
  );
}

/** What such a word calls in a thread. */
function callOf({ method, params }, threadId, text) {
  const fill = (_key, value) => (value === "$threadId" ? threadId : value);
  const filled = JSON.parse(JSON.stringify(params), fill);
  return { method, params: { ...filled, input: [{ type: "text", text }] } };
}

/** `1 needs you, 2 working`; empty where nothing is to be told. */
function statusOf(threads) {
  const all = [...threads.values()];
  const needs = all.filter(({ status }) => needsYou.includes(status)).length;
  const works = all.filter(({ status }) => atWork.includes(status)).length;
  const parts = [];
  if (needs > 0) parts.push(`${needs} ${needs === 1 ? "needs" : "need"} you`);
  if (works > 0) parts.push(`${works} working`);
  return parts.join(", ");
}

module.exports = { callOf, followThreads, statusOf, tellingWords };
