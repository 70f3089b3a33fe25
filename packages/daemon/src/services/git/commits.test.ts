import { chmodSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commitTurn, turnMessage } from "./commits.ts";
import { gitGround } from "./git-fixture.test.support.ts";
import { isClean } from "./worktrees.ts";

const { box, makeRepository } = gitGround();

const turn = {
  message: "Add b",
  author: { name: "Ada", email: "ada@example.org" },
  threadId: "thr_1",
  turnId: "turn_1",
};

test("a turn that changed something is one commit of the user, with index and files in step", async () => {
  using fixture = await makeRepository({ ".gitattributes": "*.txt text eol=lf\n", "a.txt": "a\n" });
  const { checkout } = await fixture.thread();
  fixture.write({ "b.txt": "b\r\n", "run.sh": "#!/bin/sh\n" }, checkout.worktree);
  chmodSync(join(checkout.worktree, "run.sh"), 0o755);
  const made = await commitTurn(box, checkout, turn);

  const log = (format: string) =>
    fixture.gitIn(checkout.worktree, "log", "-1", `--format=${format}`);
  expect(log("%H %T")).toBe(`${made?.commit} ${made?.tree}`);
  expect(log("%an <%ae> %cn <%ce>")).toBe("Ada <ada@example.org> Ada <ada@example.org>");
  expect(log("%B")).toBe("Add b\n\nHeddle-Thread: thr_1\nHeddle-Turn: turn_1\n".trim());
  expect(log("%(trailers:key=Heddle-Thread,valueonly)").trim()).toBe("thr_1");
  expect(log("%P")).toBe(fixture.git("rev-parse", "main"));
  expect(fixture.git("ls-tree", "heddle/a-thread", "run.sh")).toMatch(/^100755/);
  expect(fixture.git("cat-file", "blob", "heddle/a-thread:b.txt")).toBe("b");
  expect(await isClean(box, checkout)).toBe(true);
  expect(readdirSync(checkout.gitDir).filter((name) => /heddle|lock/.test(name))).toEqual([]);
});

test("a turn that changed nothing makes no commit", async () => {
  using fixture = await makeRepository();
  const { checkout } = await fixture.thread();
  expect(await commitTurn(box, checkout, turn)).toBeUndefined();
});

test("a worktree on a detached HEAD takes the commit there", async () => {
  using fixture = await makeRepository();
  const { checkout } = await fixture.thread();
  fixture.gitIn(checkout.worktree, "checkout", "-q", "--detach");
  fixture.write({ "a.txt": "b\n" }, checkout.worktree);
  const made = await commitTurn(box, checkout, turn);
  expect(fixture.gitIn(checkout.worktree, "rev-parse", "HEAD")).toBe(made?.commit);
  expect(fixture.git("rev-parse", "heddle/a-thread")).toBe(fixture.git("rev-parse", "main"));
});

test.each([
  ["", "Work of a turn\n\nHeddle-Thread: thr_1\nHeddle-Turn: turn_1\n"],
  ["fix: a bug", "fix: a bug\n\nHeddle-Thread: thr_1\nHeddle-Turn: turn_1\n"],
  ["Fix\n\nCloses: #1", "Fix\n\nCloses: #1\nHeddle-Thread: thr_1\nHeddle-Turn: turn_1\n"],
  ["\n# a\0b\r\n\r\nBody\n", "# ab\n\nBody\n\nHeddle-Thread: thr_1\nHeddle-Turn: turn_1\n"],
])("the message %j ends in the trailers", (message, expected) => {
  expect(turnMessage({ ...turn, message })).toBe(expected);
});
