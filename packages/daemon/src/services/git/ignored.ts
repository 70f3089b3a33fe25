import type { Checkout, RunBoxedGit } from "../../sandbox/types.ts";
import { runBoxed } from "./boxed.ts";

/** Which of some paths git ignores, whether they are there or not. */
export async function ignoredPaths(
  box: RunBoxedGit,
  checkout: Checkout,
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  const args = ["check-ignore", "-z", "--stdin"];
  const input = paths.map((path) => `${path}\0`).join("");
  const request = { access: "read", checkout, args, input } as const;
  // Exit code 1: none is. 128: one leads through a link or a submodule, and nothing is known.
  const { stdout } = await runBoxed(box, request, [0, 1, 128]);
  return new Set(stdout.toString("utf8").split("\0").filter(Boolean));
}
