import { DaemonError } from "@heddle/protocol";
import { git } from "../../os/git.ts";
import { objectsBeginning, resolveObject, revParse } from "../../os/git-objects.ts";

/**
 * The commit that a person names as git does. A hash, or its beginning, is looked for among the
 * objects first: a branch that is called so is not meant.
 */
export async function namedCommit(gitDir: string, given: string): Promise<string> {
  const commit = (await commitOfHash(gitDir, given)) ?? (await revParse(gitDir, given));
  if (commit !== undefined) return commit;
  const object = await resolveObject(gitDir, given);
  const kind = object && (await git({ gitDir, args: ["cat-file", "-t", object] }));
  const message =
    kind === undefined
      ? `there is no commit ${given}; \`git log\` lists them`
      : `${given} is a ${kind}, not a commit`;
  throw new DaemonError("notFound", message, { commit: given });
}

async function commitOfHash(gitDir: string, given: string): Promise<string | undefined> {
  if (!/^[0-9a-f]{4,64}$/i.test(given)) return undefined;
  const objects = await objectsBeginning(gitDir, given.toLowerCase());
  const [commit, ...others] = objects.filter(({ type }) => type === "commit");
  if (others.length === 0) return commit?.name;
  const message = `${given} begins several commits; give more of it`;
  throw new DaemonError("invalidParams", message, { commit: given });
}
