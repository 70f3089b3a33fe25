import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addFile, endSession, exec, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project({ "a.txt": "one\n" });
});
afterAll(() => daemon[Symbol.asyncDispose]());

const done: Step = { text: "done" };

/** Runs one command in a turn of its own; its output and exit code as the clients were told. */
async function run(
  thread: TestThread,
  cmd: string,
): Promise<{ output: string; exitCode: number | null | undefined }> {
  const turn = await thread.say(steps(exec(cmd), done));
  expect(turn.state).toBe("done");
  const item = thread.items("commandExecution").at(-1);
  return { output: item?.text ?? "", exitCode: item?.exitCode };
}

describe("a command reaches", () => {
  test("its own worktree, and what an earlier command left there", async () => {
    const thread = await project.thread();
    await thread.say(steps(exec("mkdir d && echo two > d/b.txt"), exec("cat a.txt d/b.txt"), done));
    expect(thread.lastOutput()).toBe("one\ntwo\n");
  });

  test("a server that a command before it in the same turn has started", async () => {
    const thread = await project.thread();
    const { portBase } = await thread.ready();
    const serve = `node -e 'require("http").createServer((q, r) => r.end("served")).listen(${portBase}, () => console.log("up"))'`;
    const ask = `node -e 'fetch("http://127.0.0.1:${portBase}").then((r) => r.text()).then(console.log)'`;
    const until = "for i in $(seq 100); do curl -sf 127.0.0.1:$PORT && break; sleep 0.05; done";
    const turn = await thread.say(
      steps(exec(serve, { yield_time_ms: 500 }), exec(`${until} || ${ask}`), endSession(1), done),
    );
    expect(turn.state).toBe("done");
    expect(thread.lastOutput()).toContain("served");
    const [server] = thread.items("commandExecution");
    expect(server).toMatchObject({ state: "interrupted", sessionId: null });
  });

  test("nothing that an earlier turn has started: that ended with its turn", async () => {
    const thread = await project.thread();
    await thread.say(steps(exec("sleep 271828", { yield_time_ms: 250 }), done));
    expect(await run(thread, "ps -e -o args= | grep -c 27182[8]")).toMatchObject({ output: "0\n" });
  });

  test("the port that its thread has leased, by name", async () => {
    const thread = await project.thread();
    const { portBase } = await thread.ready();
    expect(await run(thread, "echo $PORT")).toMatchObject({ output: `${portBase}\n` });
  });

  test("a terminal where it asks for one", async () => {
    const thread = await project.thread();
    await thread.say(steps(exec("test -t 0 && test -t 1 && echo terminal", { tty: true }), done));
    expect(thread.lastOutput()).toContain("terminal");
  });
});

describe("a command cannot reach", () => {
  test("the daemon's socket", async () => {
    const thread = await project.thread();
    const { socket } = daemon.paths;
    const connect = `node -e 'require("net").connect("${socket}").on("connect", () => console.log("IN")).on("error", (e) => console.log(e.code))'`;
    const { output } = await run(thread, `ls ${socket}; ${connect}`);
    expect(output).toMatch(/No such file/);
    expect(output).toMatch(/ENOENT/);
  });

  test("the keys and files of the user's home", async () => {
    const thread = await project.thread();
    const home = daemon.env.HOME ?? "";
    const { output } = await run(thread, `cat ${home}/.ssh/id ~/.ssh/id; ls -A ~; echo x > ~/y`);
    expect(output.match(/No such file/g)).toHaveLength(2);
    expect(output).not.toContain("a private key");
    expect(readdirSync(home)).toEqual([".ssh"]);
  });

  test("the worktree of another thread, or its checkout", async () => {
    const [mine, other] = [await project.thread(), await project.thread()];
    const { worktree } = await other.ready();
    const place = project.repository.path;
    const { output } = await run(
      mine,
      `cat ${worktree}/a.txt ${place}/a.txt; echo bad > ${worktree}/a.txt; echo bad > ${place}/a.txt; true`,
    );
    expect(output).not.toContain("one");
    expect(project.repository.read("a.txt")).toBe("one\n");
    expect((await other.diff()).files).toEqual([]);
  });

  test("the daemon's database, its log or the state of other threads", async () => {
    const thread = await project.thread();
    const { state, config } = daemon.paths;
    const { output } = await run(
      thread,
      `ls ${state}; cat ${state}/heddle.db ${state}/heddle.log ${config}`,
    );
    expect(output).not.toContain("SQLite format");
    expect(output).not.toContain("base_url");
  });

  test("the network, the model's server included", async () => {
    const thread = await project.thread();
    const { url } = daemon.model;
    const fetching = `node -e 'fetch("${url}/models").then(() => console.log("IN"), (e) => console.log(e.cause?.code))'`;
    expect((await run(thread, fetching)).output).toBe("ECONNREFUSED\n");
  });

  test("git's own files: no commit, no branch, no hook", async () => {
    const thread = await project.thread();
    const { branch, worktree } = await thread.ready();
    const before = project.repository.git("rev-parse", branch ?? "");
    const { output } = await run(
      thread,
      `git commit --allow-empty -qm x; git branch evil; echo x > ${project.repository.path}/.git/hooks/post-checkout; echo x > .git; git status --short`,
    );
    expect(output).toMatch(/[Rr]ead-only/);
    expect(project.repository.git("rev-parse", branch ?? "")).toBe(before);
    expect(project.repository.git("branch", "--list", "evil")).toBe("");
    expect(worktree).toContain(daemon.paths.state);
  });

  test("other processes of the machine", async () => {
    const thread = await project.thread();
    const { output } = await run(
      thread,
      `kill -0 ${daemon.pid} 2>&1; ps -e -o args= | grep -c main.t[s]`,
    );
    expect(output).toMatch(/No such process/);
    expect(output.trimEnd().endsWith("0")).toBe(true);
  });

  test("an environment variable that was not granted; one that was it can", async () => {
    await using granted = await startTestDaemon({ env: { SECRET: "hidden", OPEN: "shown" } });
    const { project: row, thread: start } = await granted.project();
    const client = await granted.client();
    const resource = { kind: "env", value: "OPEN" } as const;
    await client.call("project/grant", { projectId: row.id, resource });
    const thread = await start();
    const { output } = await run(thread, "echo [$SECRET] [$OPEN]");
    expect(output).toBe("[] [shown]\n");
  });
});

describe("the policy readOnly", () => {
  test("refuses a patch, and the model is told why", async () => {
    const thread = await project.thread({ policy: "readOnly" });
    const turn = await thread.say(steps(addFile("new.txt", "new"), done));
    expect(turn).toMatchObject({ state: "done", commit: null });
    expect(thread.items("fileChange")).toMatchObject([{ state: "declined" }]);
    expect((await thread.diff()).files).toEqual([]);
    const last = daemon.requestsOf(thread).at(-1)?.items.at(-1);
    expect(JSON.stringify(last)).toContain("the policy forbids it: Never change files");
  });

  test("lets commands read, and no command write", async () => {
    const thread = await project.thread({ policy: "readOnly" });
    const { output, exitCode } = await run(thread, "cat a.txt; echo bad > b.txt");
    expect(output).toMatch(/^one\n.*Read-only file system/s);
    expect(exitCode).not.toBe(0);
    expect((await thread.diff()).files).toEqual([]);
  });
});

describe("a folder outside of the project", () => {
  test("is invisible until it is granted, and then it can be read but not written", async () => {
    const { repository, ...granted } = await daemon.project();
    const outside = (await daemon.project({ "shared.txt": "shared\n" })).repository.path;
    const before = await granted.thread();
    expect((await run(before, `cat ${outside}/shared.txt`)).output).toMatch(/No such file/);
    const resource = { kind: "root", value: outside } as const;
    const client = await daemon.client();
    await client.call("project/grant", { projectId: granted.project.id, resource });
    const after = await granted.thread();
    const { output } = await run(after, `cat ${outside}/shared.txt; echo bad > ${outside}/b.txt`);
    expect(output).toMatch(/^shared\n.*Read-only file system/s);
    expect(repository.read("a.txt")).toBe("one\n");
  });

  test.each([
    ["the home directory", ""],
    ["keys", "/.ssh"],
  ])("cannot be granted when it is the place of %s", async (_, below) => {
    const client = await daemon.client();
    const value = `${daemon.env.HOME}${below}`;
    const resource = { kind: "root", value } as const;
    await expect(
      client.call("project/grant", { projectId: project.project.id, resource }),
    ).rejects.toMatchObject({ kind: "notGranted", message: expect.stringContaining(value) });
  });
});

describe("output that is too long for a result", () => {
  const long = "seq -f 'line %.0f' 200000";

  test("is kept on file, which a later command can read and not write", async () => {
    const thread = await project.thread();
    await thread.say(steps(exec(long), done));
    const [item] = thread.items("commandExecution");
    const told = JSON.stringify(daemon.requestsOf(thread).at(-1)?.items.at(-1));
    const file = /whole_output: (\S+?)\\n/.exec(told)?.[1] ?? "";
    expect(file).toContain(`${daemon.paths.state}/spool/${thread.id}/${item?.id}`);
    const look = `wc -l < ${file}; sed -n 100000p ${file}; echo x 2>/dev/null >> ${file} || echo refused`;
    expect((await run(thread, look)).output).toBe("200000\nline 100000\nrefused\n");
    const other = await project.thread();
    expect((await run(other, `cat ${file}`)).output).toMatch(/No such file/);
  });

  test("is read by clients byte by byte, until its thread is archived", async () => {
    const thread = await project.thread();
    await thread.say(steps(exec(long), exec("printf 'short €'"), done));
    const [item, short] = thread.items("commandExecution");
    expect(item?.outputBytes).toBe(2_288_895);
    const read = async (itemId = item?.id, offset = 0) => {
      if (itemId === undefined) throw new Error("there is no command");
      const { base64, outputBytes } = await thread.client.call("item/output", { itemId, offset });
      return { text: Buffer.from(base64, "base64").toString(), outputBytes };
    };
    expect(await read(item?.id, 2_288_895 - 7)).toEqual({
      text: "200000\n",
      outputBytes: 2_288_895,
    });
    expect(await read(item?.id, 2_288_895)).toEqual({ text: "", outputBytes: 2_288_895 });
    expect(await read(short?.id)).toEqual({ text: "short €", outputBytes: 9 });
    await thread.client.call("thread/archive", { threadId: thread.id });
    await expect(read()).rejects.toMatchObject({ kind: "notFound" });
  });
});

test.runIf(process.getuid?.() === 0)(
  "without a box there is no thread, and the user is told what to do",
  async () => {
    await using bare = await startTestDaemon({ env: { HEDDLE_ALLOW_ROOT: "0" } });
    const { thread: start } = await bare.project();
    const thread = await start();
    const { failure } = await thread.until(({ thread }) => thread.status === "failed" && thread);
    expect(failure).toMatchObject({
      kind: "sandboxUnavailable",
      message: expect.stringContaining("sandbox.allow_root = true"),
    });
    const turn = await thread.send("hi").catch(({ message }: Error) => message);
    expect(turn).toContain("sandbox.allow_root = true");
    const { findings } = await thread.client.call("daemon/doctor", {});
    expect(findings.filter(({ ok }) => !ok)).not.toEqual([]);
  },
);
