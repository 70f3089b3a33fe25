import type { Writes } from "../../agent/turn-host.ts";
import { contentAt } from "../../os/git-objects.ts";
import type { FileFact } from "../../policy/facts.ts";

/**
 * Whether a change, after which files are as in `tree`, is what was accepted and nothing else:
 * something may have written meanwhile.
 */
export async function isJust(
  accepted: Writes,
  change: readonly FileFact[],
  { gitDir, tree }: { readonly gitDir: string; readonly tree: string },
): Promise<boolean> {
  const same = change.map(async ({ path, kind }) => {
    if (!accepted.has(path)) return false;
    const found = kind === "delete" ? undefined : await contentAt(gitDir, tree, path);
    return isSameText(accepted.get(path), found);
  });
  return !(await Promise.all(same)).includes(false);
}

/** But for the ends of lines, which git may store otherwise than they stand in the file. */
function isSameText(one: Buffer | undefined, other: Buffer | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  const text = (content: Buffer) => content.toString("latin1").replaceAll("\r\n", "\n");
  return text(one) === text(other);
}
