import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addFile, exec, held, type Step, steps } from "./support/steps.ts";
import { Terminal } from "./support/terminal.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

const program = fileURLToPath(new URL("../packages/cli/bin/heddle.js", import.meta.url));
const support = (name: string) => new URL(`./support/${name}`, import.meta.url).href;

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project({
    "a.txt": "one\n",
    "src/okapi.ts": "export const striped = 1;\n",
  });
});
afterAll(() => daemon[Symbol.asyncDispose]());

interface Options {
  readonly cwd?: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly columns?: number;
  readonly rows?: number;
}

/** The program in a terminal, in the folder of the project. */
function heddle({ args = [], env = {}, cwd, ...size }: Options = {}): Terminal {
  const all = { ...daemon.env, LC_ALL: "C.UTF-8", ...env };
  return new Terminal({ args, cwd: cwd ?? project.repository.path, env: all, ...size });
}

async function attached(thread: TestThread, options: Options = {}): Promise<Terminal> {
  const terminal = heddle({ ...options, args: ["attach", thread.id] });
  await terminal.until(/^> ?\n.*(implement|plan)/m);
  return terminal;
}

/** What the terminal sends where the keyboard protocol is on. */
const key = {
  enter: "\r",
  escape: "\x1b",
  altEnter: "\x1b\r",
  shiftTab: "\x1b[Z",
  up: "\x1b[A",
  down: "\x1b[B",
  ctrlC: "\x03",
  ctrlD: "\x04",
  ctrlK: "\x0b",
  ctrlJ: "\x1b[106;5u",
  ctrlM: "\x1b[109;5u",
};

const pasted = (text: string) => `\x1b[200~${text}\x1b[201~`;
const message = (...responses: Step[]) => pasted(steps(...responses));
const count = (text: string, part: string) => text.split(part).length - 1;

async function go({ worktree }: { worktree: string | null }): Promise<void> {
  writeFileSync(join(worktree ?? "", "go"), "");
}

describe("a thread in a terminal", () => {
  test("shows what is said once, as rendered Markdown, above the composer", async () => {
    const thread = await project.thread({ title: "Say hello" });
    await using terminal = await attached(thread);
    await using other = await attached(thread);
    const text = "# Title\n\nHere it **is**, and `code`.\n\n- one\n- two\n";
    terminal.type(`${message({ text })}${key.enter}`);
    for (const one of [terminal, other]) {
      await one.until(/^done · [\s\S]*^>/m);
      expect(one.everything).toContain("Title\n\nHere it is, and code.\n\n- one\n- two\ndone · ");
      expect(count(one.everything, "Here it is")).toBe(1);
      expect(one.everything.split("\n").slice(-2)).toEqual([
        ">",
        expect.stringMatching(/^idle · /),
      ]);
    }
  });

  test("shows an approval with all of its command, and takes the answer of whoever is first", async () => {
    const thread = await project.thread({ policy: "ask" });
    await using terminal = await attached(thread);
    await using other = await attached(thread);
    terminal.type(`${message(exec("echo 'a\x1b[2Jb'"), exec("echo second"), { text: "ok" })}\r`);
    for (const one of [terminal, other]) {
      await one.until(/\$ echo 'a\\x1b\[2Jb'[\s\S]*allow it\?.*\[y\]es/);
      await one.until(/needs you/);
    }
    terminal.type("perhaps\r");
    await terminal.until(/that is no answer/);
    terminal.type("\x15y\r");
    await other.until(/accepted by heddle[\s\S]*\$ echo second[\s\S]*allow it/);
    other.type("n because it is late\r");
    await terminal.until(/declined by heddle: because it is late[\s\S]*done/);
    expect(terminal.screen).not.toContain("allow it?");
    expect(thread.view.approvals.map(({ state }) => state)).toEqual(["accepted", "declined"]);
  });

  test("takes what was begun before an approval came as a message", async () => {
    const thread = await project.thread({ policy: "ask" });
    await using terminal = await attached(thread);
    terminal.type("yes");
    await terminal.until(/^> yes$/m);
    await thread.send(steps(exec("echo hi"), { text: "ok" }));
    await terminal.until(/allow it\?/);
    terminal.type(key.enter);
    await terminal.until(/1 queued/);
    expect(thread.view.approvals).toMatchObject([{ state: "pending" }]);
  });

  test("queues, steers and interrupts while a turn runs, and a detached turn goes on", async () => {
    const thread = await project.thread();
    await using terminal = await attached(thread);
    terminal.type(`${message(held, { text: "first" })}\r`);
    await terminal.until(/running · implement/);
    terminal.type("look here");
    terminal.type(key.altEnter);
    await thread.item("userMessage", ({ input }) => JSON.stringify(input).includes("look here"));
    terminal.type("later\r");
    await terminal.until(/1 queued/);
    terminal.type("text");
    await terminal.until(({ cursorRow }) => cursorRow === "> text");
    terminal.type(key.escape);
    await terminal.until(({ cursorRow }) => cursorRow === ">");
    expect(thread.view.turns[0]?.state).not.toBe("interrupted");
    terminal.type(key.escape);
    const [first] = thread.view.turns;
    expect(first && (await thread.ended(first.id)).state).toBe("interrupted");

    terminal.type(`${message(held, { text: "second" })}\r`);
    await thread.until(({ turns }) => turns[2]?.state === "dispatching");
    terminal.type("x");
    await terminal.until(({ cursorRow }) => cursorRow === "> x");
    terminal.type(key.ctrlC);
    await terminal.until(({ cursorRow }) => cursorRow === ">");
    terminal.type(key.ctrlD);
    expect(await terminal.ended).toBe(0);
    expect(terminal.everything).toMatch(/left; the thread goes on\..*\nto stop its turn/);
    await go(await thread.ready());
    await thread.until(({ turns }) => turns.length === 3 && turns[2]?.state === "done");
  });

  test("is left when somebody archives it", async () => {
    const thread = await project.thread({ title: "Put away" });
    await using terminal = await attached(thread);
    await thread.ready();
    await thread.client.call("thread/archive", { threadId: thread.id });
    expect(await terminal.ended).toBe(0);
    expect(terminal.everything).toMatch(/Put away\nthe thread is archived$/);
  });

  test("switches plan mode by Shift+Tab, and says how far the plan is", async () => {
    const thread = await project.thread();
    await using terminal = await attached(thread);
    terminal.type(key.shiftTab);
    await terminal.until(/idle · plan mode/);
    terminal.type(key.shiftTab);
    await terminal.until(/idle · implement/);
    const plan = [
      { step: "Look", status: "completed" },
      { step: "Build it", status: "in_progress" },
    ];
    const planned = { calls: [{ tool: "update_plan", input: { plan } }] };
    terminal.type(`${message(planned, held, { text: "ok" })}\r`);
    await terminal.until(/running · implement · step 2 of 2: Build it/);
    terminal.type(key.escape);
    await terminal.until(/interrupted/);
  });
});

describe("lists", () => {
  test("the menu finds commands by some of their letters", async () => {
    await using terminal = await attached(await project.thread());
    terminal.type(key.ctrlK);
    await terminal.until(/^command:[\s\S]*\/analyze/m);
    terminal.type("status");
    await terminal.until(/^> \/status/m);
    terminal.type(key.enter);
    await terminal.until(/preset +workspace[\s\S]*^>/m);
    terminal.type(`/menu\r`);
    await terminal.until(/^command:/m);
    terminal.type("undo\r");
    await terminal.until(/^> \/undo$/m);
  });

  test("the sidebar groups threads and goes to the one that is chosen", async () => {
    const asks = await project.thread({ title: "Grouped zebra", policy: "ask" });
    await asks.send(steps(exec("echo hi"), { text: "ok" }));
    await asks.pending();
    const lands = await project.thread({ title: "Grouped okapi" });
    await lands.say(steps(addFile("o.txt", "o"), { text: "The okapi is striped." }));
    const thread = await project.thread({ title: "Grouped idle" });
    await using terminal = await attached(thread);
    terminal.type(`${key.enter}${key.ctrlM}`);
    await terminal.until(/^threads:/m);
    terminal.type("grouped");
    await terminal.until(
      /needs you\n.*Grouped zebra[\s\S]*ready to land\n.*Grouped okapi[\s\S]*idle\n.*Grouped idle/,
    );
    terminal.type(`${key.down}${key.enter}`);
    await terminal.until(/^thread \w+, ready to land.*Grouped okapi[\s\S]*The okapi is striped\./m);
    terminal.type("/sidebar grouped\r");
    await terminal.until(/may mean several|no thread is called grouped/);
    terminal.type(`/sidebar ${thread.id.slice(-8)}\r`);
    await terminal.until(/idle.*Grouped idle/);
  });

  test("the history finds words in all threads and opens the place", async () => {
    const thread = await project.thread({ title: "Long ago" });
    await thread.say(steps({ text: "The quagga was seen." }));
    for (const text of ["x", "y"]) await thread.say(steps({ text }));
    await using terminal = await attached(await project.thread());
    terminal.type(key.ctrlJ);
    await terminal.until(/^history:/m);
    terminal.type("quag");
    await terminal.until(/Long ago.*The quagga was seen/);
    terminal.type(key.enter);
    // What came after it may have moved its heading off the screen.
    const place = /^thread .*Long ago[\s\S]*The quagga was seen\.$/m;
    await terminal.until(({ everything }) => place.test(everything));
  });
});

describe("the composer", () => {
  test("completes commands and files, sends the file, and remembers what was said", async () => {
    const thread = await project.thread();
    await thread.ready();
    await using terminal = await attached(thread);
    terminal.type("/appr");
    await terminal.until(/approve +approve the plan[\s\S]*approval-policy/);
    terminal.type(key.escape);
    await terminal.until((one) => !one.screen.includes("approval-policy"));
    terminal.type(key.escape);
    await terminal.until(({ cursorRow }) => cursorRow === ">");
    terminal.type("look at @oka");
    await terminal.until(/src\/okapi\.ts/);
    terminal.type("\t");
    await terminal.until(/^> look at @src\/okapi\.ts/m);
    terminal.type(key.enter);
    const sent = await thread.item("userMessage");
    expect(sent.input).toEqual([
      { type: "text", text: "look at @src/okapi.ts" },
      { type: "file", path: "src/okapi.ts" },
    ]);
    await terminal.until(/idle|unverified|failed/);
    terminal.type(key.up);
    await terminal.until((one) => one.cursorRow === "> look at @src/okapi.ts");
  });

  test("reads a policy back and sets it only after a yes", async () => {
    const thread = await project.thread();
    await using terminal = await attached(thread);
    terminal.type("/approval-policy never push\r");
    await terminal.until(/put it into force\? \[y\/N\]/);
    terminal.type("no\r");
    await terminal.until(/was not put into force/);
    terminal.type("/approval-policy never push\r");
    await terminal.until((one) => count(one.screen, "put it into force?") === 1);
    terminal.type("y\r");
    await terminal.until(/it is in force/);
    terminal.type("/approval-policy\r");
    await terminal.until(/thread \w+, version 1 by heddle/);
  });

  test("takes a long paste, and gives back what is too long to be sent", async () => {
    const thread = await project.thread();
    await using terminal = await attached(thread);
    terminal.type(pasted("0123456789 line\n".repeat(65_536)));
    await terminal.until(/^> \[paste #1 \+6553/m);
    terminal.type(key.enter);
    await terminal.until(/put long\s+text into a file[\s\S]*^> \[paste #1 \+6553/m);
    terminal.type(key.ctrlC);
    await terminal.until(({ cursorRow }) => cursorRow === ">");
    terminal.type(`${pasted("0123456789 line\n".repeat(20))}${key.enter}`);
    const { input } = await thread.item("userMessage");
    expect(input).toEqual([{ type: "text", text: "0123456789 line\n".repeat(20).trim() }]);
  });
});

describe("the terminal", () => {
  test.each(["SIGTERM", "SIGHUP", "SIGUSR2"] as const)(
    "is given back whole after %s",
    async (signal) => {
      const env = { NODE_OPTIONS: `--import ${support("crash-on-signal.mjs")}` };
      await using terminal = await attached(await project.thread(), { env });
      expect(terminal.pastesAreMarked).toBe(true);
      process.kill(terminal.pid, signal);
      expect(await terminal.ended).toBe({ SIGTERM: 143, SIGHUP: 129, SIGUSR2: 1 }[signal]);
      expect(terminal.isGivenBack).toBe(true);
      expect(terminal.pastesAreMarked).toBe(false);
      expect(terminal.written.lastIndexOf("\x1b[<u")).toBeGreaterThan(
        terminal.written.lastIndexOf("\x1b[>7u"),
      );
      expect(terminal.written.lastIndexOf("\x1b[?25h")).toBeGreaterThan(
        terminal.written.lastIndexOf("\x1b[?25l"),
      );
      expect(terminal.screen).not.toMatch(/^> ?$/m);
    },
  );

  test("may be narrow, without colour and without unicode", async () => {
    const thread = await project.thread({ title: "A title that is much too long for the line" });
    const env = { NO_COLOR: "1", LC_ALL: "C" };
    await using terminal = await attached(thread, { env, columns: 40 });
    const text =
      "| a | b |\n|---|---|\n| 1 | 2 |\n\nA paragraph that is longer than a line can be.";
    terminal.type(`${message({ text })}\r`);
    await terminal.until(/^done/m);
    expect(terminal.everything).toContain("| a | b |\n+---+---+\n| 1 | 2 |");
    expect(terminal.everything).toContain("A paragraph that is longer than a line\ncan be.");
    expect(Buffer.byteLength(terminal.written)).toBe(terminal.written.length);
    const colours = terminal.written.split("\x1b[").filter((part) => /^[0-9;]*[1-9]m/.test(part));
    expect(colours).toEqual([]);
  });

  test("may be resized again and again: nothing is lost, and nothing stays behind", async () => {
    const thread = await project.thread();
    await using terminal = await attached(thread);
    terminal.type(`${message({ text: "Some **words** to keep." })}\r`);
    await terminal.until(/^done/m);
    terminal.type("draft");
    await terminal.until(/^> draft$/m);
    for (const columns of [60, 41, 100, 33, 80]) {
      const { length } = terminal.written;
      await terminal.resize(columns, 20);
      // What is drawn for a size that the terminal no longer has breaks, in any terminal.
      await terminal.until(() => terminal.written.length > length);
    }
    terminal.type("!");
    await terminal.until(/^> draft!$/m);
    expect(count(terminal.everything, "> draft")).toBe(1);
    expect(count(terminal.everything, "Some words to keep.")).toBe(1);
    expect(count(terminal.everything, "idle · ")).toBe(1);
  });

  test("goes on when the daemon is killed below it", async () => {
    const thread = await project.thread();
    await using terminal = await attached(thread);
    await daemon.kill9();
    await daemon.restart();
    terminal.type(`${message({ text: "Still **here**." })}\r`);
    await terminal.until(/Still here\.[\s\S]*done/);
    expect(count(terminal.everything, "Still here.")).toBe(1);
  });

  test("that is dumb gets lines", async () => {
    const thread = await project.thread({ title: "Plain lines" });
    await using terminal = heddle({ args: ["attach", thread.id], env: { TERM: "dumb" } });
    await terminal.until(/Plain lines/);
    terminal.type("/help\n");
    await terminal.until(/\/approval-policy \[sentences\]/);
    expect(terminal.written).not.toContain("\x1b[?2004h");
    terminal.type("/detach\n");
    expect(await terminal.ended).toBe(0);
  });
});

test("alone in a terminal, the program attaches to the thread of the folder that needs somebody", async () => {
  const thread = await project.thread({ title: "Wants an answer", policy: "ask" });
  await thread.send(steps(exec("echo hi"), { text: "ok" }));
  await thread.pending();
  await project.thread({ title: "Newer" });
  await using terminal = heddle();
  await terminal.until(/Wants an answer[\s\S]*allow it\?/);
});

test("where no thread can be meant, it is chosen from the list of all", async () => {
  await project.thread({ title: "Chosen from afar" });
  await using terminal = heddle({ cwd: daemon.root });
  await terminal.until(/^threads:/m);
  terminal.type("afar");
  await terminal.until(/^> Chosen from afar/m);
  terminal.type(key.enter);
  await terminal.until(/^thread \w+.*Chosen from afar/m);
  terminal.type(key.ctrlD);
  expect(await terminal.ended).toBe(0);
  await using other = heddle({ cwd: daemon.root });
  await other.until(/^threads:/m);
  other.type(key.ctrlC);
  expect(await other.ended).toBe(0);
});

test("commands that do not draw do not load what does", () => {
  const env = {
    ...daemon.env,
    HEDDLE_BUILD: "0",
    NODE_OPTIONS: `--import ${support("no-terminal-library.mjs")}`,
  };
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [program, ...args], { env, encoding: "utf8" });
  expect(run("--version")).toMatch(/^\d/);
  expect(run("status", "--json")).toContain("mainModel");
});
