import { afterAll, describe, expect, test } from "vitest";
import { makeRepository } from "../../os/repository-fixture.test.support.ts";
import { namedCommit } from "./named-commit.ts";

const repository = await makeRepository({ "a.txt": "one\n" });
afterAll(() => repository[Symbol.dispose]());
const { gitDir } = repository.checkout;
const first = repository.git("rev-parse", "HEAD");
const second = repository.commit("second", { "a.txt": "two\n" });
repository.git("tag", "-a", "v1", "-m", "the first", first);
const beginning = second.slice(0, 8);
repository.git("branch", beginning, first);

describe("a commit is named", () => {
  test.each([
    ["by its hash", second, second],
    ["by the beginning of it, in capitals", first.slice(0, 9).toUpperCase(), first],
    ["by the beginning of it, though a branch is called so", beginning, second],
    ["by HEAD", "HEAD", second],
    ["by how far it is behind", "HEAD~1", first],
    ["by a tag that has a text of its own", "v1", first],
    ["by the hash of that tag", repository.git("rev-parse", "v1"), first],
  ])("%s", async (_what, given, commit) => {
    expect(await namedCommit(gitDir, given)).toBe(commit);
  });
});

describe("is refused", () => {
  test.each([
    ["what is not there", "v9", /there is no commit v9; `git log` lists them/],
    ["an option", "--all", /there is no commit --all/],
    ["all but a commit", "^HEAD", /there is no commit \^HEAD/],
    ["a range", "HEAD~1..HEAD", /there is no commit HEAD~1\.\.HEAD/],
    ["a file", "HEAD:a.txt", /HEAD:a\.txt is a blob, not a commit/],
    ["the hash of a tree", repository.git("rev-parse", "HEAD^{tree}"), /is a tree, not a commit/],
  ])("%s", async (_what, given, message) => {
    await expect(namedCommit(gitDir, given)).rejects.toMatchObject({
      kind: "notFound",
      message: expect.stringMatching(message),
    });
  });

  test("a beginning that several commits have", async () => {
    const made = new Set<string>();
    let twins: string[] = [];
    for (let at = 0; twins.length < 2; at += 1) {
      const commit = repository.git("commit-tree", "HEAD^{tree}", "-m", `${at}`);
      made.add(commit);
      twins = [...made].filter((one) => one.startsWith(commit.slice(0, 4)));
    }
    await expect(namedCommit(gitDir, twins[0]?.slice(0, 4) ?? "")).rejects.toMatchObject({
      kind: "invalidParams",
      message: expect.stringMatching(/begins several commits; give more of it/),
    });
  });
});
