import { expect, test } from "vitest";
import { git } from "../../os/git.ts";
import { makeRepository } from "../../os/repository-fixture.test.support.ts";
import { readHistory } from "./read-history.ts";

const gitOf =
  (gitDir: string) =>
  (args: readonly string[], signal: AbortSignal): Promise<string> =>
    git({ gitDir, args, signal });

test("the log is read whatever its files are called", async () => {
  using repository = await makeRepository({ "a b\n\u00e9.txt": "1\n2\n", "c.bin": "\0\u0001" });
  repository.commit("second", { "a b\n\u00e9.txt": "1\n3\n4\n" });
  const history = await readHistory({ git: gitOf(repository.checkout.gitDir), shallow: false });
  expect(history).toEqual({
    whole: true,
    commits: [
      {
        at: expect.any(Number),
        author: "ada@example.org",
        changes: [{ path: "a b\n\u00e9.txt", added: 2, deleted: 1 }],
      },
      {
        at: expect.any(Number),
        author: "ada@example.org",
        changes: [
          { path: "a b\n\u00e9.txt", added: 2, deleted: 0 },
          { path: "c.bin", added: 0, deleted: 0 },
        ],
      },
    ],
  });
});

test("merges are not counted twice, and a shallow clone is not the whole history", async () => {
  using repository = await makeRepository({ "a.txt": "1\n" });
  repository.git("checkout", "-q", "-b", "side");
  repository.commit("on the side", { "b.txt": "1\n" });
  repository.git("checkout", "-q", "main");
  repository.commit("meanwhile", { "c.txt": "1\n" });
  repository.git("merge", "-q", "side");
  const git = gitOf(repository.checkout.gitDir);
  const whole = await readHistory({ git, shallow: false });
  expect(whole?.commits).toHaveLength(3);
  expect(await readHistory({ git, shallow: true })).toMatchObject({ whole: false });
});

test("a history that takes too long is read in part, and said to be partial", async () => {
  using repository = await makeRepository({ "a.txt": "1\n" });
  const real = gitOf(repository.checkout.gitDir);
  const asked: string[] = [];
  const git = async (args: readonly string[], signal: AbortSignal): Promise<string> => {
    const count = args.find((arg) => arg.startsWith("--max-count=")) ?? "";
    asked.push(count);
    if (asked.length > 1) return real(args, signal);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    throw signal.reason;
  };
  const history = await readHistory({ git, shallow: false, withinMs: 1 });
  expect(asked).toEqual(["--max-count=1001", "--max-count=101"]);
  expect(history).toMatchObject({ commits: [{ author: "ada@example.org" }], whole: false });
});
