import { expect, test } from "vitest";
import { darwinProfile } from "./darwin-profile.ts";

const checkout = { worktree: "/w", gitDir: "/r/.git/worktrees/w", gitCommonDir: "/r/.git" };

test("everything is denied first, and what is frozen is denied last", () => {
  const rules = darwinProfile({
    checkout,
    readable: ["/lent"],
    writable: ["/w"],
    frozen: ["/w/.git"],
  }).split("\n");
  expect(rules[1]).toBe("(deny default)");
  const allowed = rules.indexOf('(allow file-write* (subpath "/w"))');
  expect(allowed).toBeGreaterThan(1);
  expect(rules.indexOf('(deny file-write* (subpath "/w/.git"))')).toBeGreaterThan(allowed);
});

test("a path cannot close its own quotes", () => {
  const text = darwinProfile({
    checkout,
    readable: ['/x") (allow default) ("'],
    writable: [],
    frozen: [],
  });
  expect(text).toContain('(subpath "/x\\") (allow default) (\\"")');
});
