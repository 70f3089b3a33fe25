import { textsOf } from "../../os/git-objects.ts";
import { blobsOf, type Raw } from "../git/diff-parser.ts";
import { rawChanges } from "../git/diffs.ts";
import { differsInCommentsOnly, isDocument, landmarkOf } from "./documents.ts";

/** The contents of blobs, by their names. */
type TextOf = (blob: string) => string;

/** Which changes between two trees are more than documents and comments. */
export async function forbiddenChanges(
  gitDir: string,
  from: string,
  to: string,
): Promise<string[]> {
  const changes = await rawChanges(gitDir, from, to);
  const read = changes.filter(
    (change) => isPlain(change) && (!isDocument(change.path) || landmarkOf(change.path)),
  );
  const textOf = await textsOf(gitDir, read.flatMap(blobsOf));
  return changes
    .filter((change) => !isPlain(change) || isForbidden(change, changes, textOf))
    .map(({ path }) => path);
}

function isForbidden(change: Raw, all: readonly Raw[], textOf: TextOf): boolean {
  const { path, status, oldBlob, newBlob } = change;
  if (isDocument(path)) return isLost(change, all, textOf);
  return status !== "M" || !differsInCommentsOnly(path, textOf(oldBlob), textOf(newBlob));
}

/** Whether it concerns an ordinary file alone: modes and symbolic links are no words. */
function isPlain({ status, oldMode, newMode }: Raw): boolean {
  if (status === "A") return newMode === "100644";
  if (status === "D") return oldMode.startsWith("100");
  return status === "M" && oldMode === newMode && newMode.startsWith("100");
}

/**
 * Whether it leaves the project without its README or changelog, which may move to another name.
 */
function isLost({ path, status, newBlob }: Raw, all: readonly Raw[], textOf: TextOf): boolean {
  const landmark = landmarkOf(path);
  if (landmark === undefined || status === "A") return false;
  if (status === "M") return textOf(newBlob).trim() === "";
  return !all.some(
    (other) =>
      other.status === "A" &&
      isPlain(other) &&
      landmarkOf(other.path) === landmark &&
      textOf(other.newBlob).trim() !== "",
  );
}
