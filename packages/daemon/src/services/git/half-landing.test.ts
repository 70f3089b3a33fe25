import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commitTurn } from "./commits.ts";
import { type Fixture, gitGround } from "./git-fixture.test.support.ts";
import { undoHalfLanding } from "./half-landing.ts";
import { removeLeftIndexes } from "./temporary-index.ts";

const { box, makeRepository } = gitGround();

const author = { name: "Grace", email: "grace@example.org" };
const targetRef = "refs/heads/main";

/** A landing that changes, adds and removes files, and how far it had come. */
async function halfLanded(fixture: Fixture, steps: number, more: { staged?: boolean } = {}) {
  fixture.write({ "changed.txt": "before\n", "gone.txt": "gone\n", "mine.txt": "before\n" });
  fixture.git("add", "-A");
  fixture.git("commit", "-q", "-m", "more");
  const { checkout } = await fixture.thread();
  fixture.write(
    { "changed.txt": "after\n", "mine.txt": "after\n", "new.txt": "new\n" },
    checkout.worktree,
  );
  rmSync(join(checkout.worktree, "gone.txt"));
  const ids = { threadId: "thr_1", turnId: "turn_1" };
  const made = await commitTurn(box, checkout, { ...ids, author, message: "work" });
  const tip = made?.commit ?? "";
  const moves = [
    () => fixture.write({ "changed.txt": "after\n" }),
    () => rmSync(join(fixture.path, "gone.txt")),
    () => fixture.write({ "new.txt": "new\n" }),
    () => rmSync(join(fixture.path, "mine.txt")),
    () => writeFileSync(join(fixture.path, "mine.txt"), ""),
    () => fixture.write({ "mine.txt": "after\n" }),
  ];
  for (const move of moves.slice(0, steps)) move();
  if (more.staged) fixture.git("read-tree", tip);
  return { gitCommonDir: fixture.checkout.gitCommonDir, targetRef, tip };
}

test.each([0, 1, 2, 3, 4, 5, 6])(
  "a landing that was killed after %i steps leaves the checkout as it was",
  async (steps) => {
    using fixture = await makeRepository();
    const landing = await halfLanded(fixture, steps);
    await undoHalfLanding(box, landing);
    expect(fixture.git("status", "--porcelain")).toBe("");
    expect(readFileSync(join(fixture.path, "changed.txt"), "utf8")).toBe("before\n");
    expect(existsSync(join(fixture.path, "new.txt"))).toBe(false);
  },
);

test("one that was killed between the index and the branch does, too", async () => {
  using fixture = await makeRepository();
  const landing = await halfLanded(fixture, 6, { staged: true });
  await undoHalfLanding(box, landing);
  expect(fixture.git("status", "--porcelain")).toBe("");
});

test("what the user has written meanwhile stays", async () => {
  using fixture = await makeRepository();
  const landing = await halfLanded(fixture, 3);
  fixture.write({ "mine.txt": "the user's\n", "other.txt": "untracked\n" });
  await undoHalfLanding(box, landing);
  expect(readFileSync(join(fixture.path, "mine.txt"), "utf8")).toBe("the user's\n");
  expect(fixture.git("status", "--porcelain")).toBe(" M mine.txt\n?? other.txt");
});

test("the lock that it held is known for its own and removed, another's is not", async () => {
  using fixture = await makeRepository();
  const { gitDir } = fixture.checkout;
  const lock = join(gitDir, "index.lock");
  const held = join(gitDir, "heddle-index-1-held");
  writeFileSync(held, "");
  linkSync(held, lock);
  await removeLeftIndexes(fixture.checkout);
  expect([existsSync(lock), existsSync(held)]).toEqual([false, false]);
  const landing = await halfLanded(fixture, 1);
  writeFileSync(lock, "");
  await removeLeftIndexes(fixture.checkout);
  await expect(undoHalfLanding(box, landing)).rejects.toThrow("index.lock");
  expect(existsSync(lock)).toBe(true);
});
