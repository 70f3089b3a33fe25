import { afterAll, expect, test } from "vitest";
import { finish, makeSandboxFixture } from "./sandbox-fixture.test.support.ts";

const fixture = makeSandboxFixture();
afterAll(() => fixture[Symbol.dispose]());

const { worktree } = fixture.checkout;
const evil = "[core]\\nfsmonitor = touch /tmp/ran\\n";
const hasRun = "[ -e /tmp/ran ] && echo yes || echo no";

async function output(...lines: string[]): Promise<string> {
  await using box = await fixture.open();
  return (await finish(box, worktree, lines.join("\n"))).output.trim();
}

test("git runs nothing that a file in the home names", async () => {
  const ran = await output(
    "mkdir -p ~/.config/git",
    `printf '${evil}' | tee ~/.gitconfig > ~/.config/git/config`,
    "git status > /dev/null",
    hasRun,
  );
  expect(ran).toBe("no");
});

test("git takes no folder for a repository because its files look like one", async () => {
  const ran = await output(
    "mkdir -p s/objects s/refs; echo 'ref: refs/heads/x' > s/HEAD",
    `printf '${evil}[core]\\nbare = false\\nworktree = /tmp\\n' > s/config`,
    `git -C s status 2>&1; ${hasRun}`,
  );
  expect(ran).toMatch(/safe\.bareRepository[\s\S]*\nno$/);
});

test("a repository that a test makes has the identity and the settings that it is given", async () => {
  const author = await output(
    "cd /tmp && git init -q r && cd r",
    "git config user.name Grace; git config user.email grace@example.org",
    "git commit -q --allow-empty -m one && git log --format='%an <%ae>'",
    "git clone -q --bare . ../r.git && git push -q ../r.git HEAD:refs/heads/two",
  );
  expect(author).toBe("Grace <grace@example.org>");
});
