import { createHash } from "node:crypto";
import * as z from "zod";
import type { TreeFiles } from "../../os/tree-files.ts";
import type { FileChange } from "./apply.ts";
import { refusal } from "./refusal.ts";
import { patchSource } from "./write.ts";

const Entry = z.object({
  path: z.string(),
  movedTo: z.string().nullable(),
  /** SHA-256 of the file as it was; null when there was none. */
  before: z.string().nullable(),
  /** The file as it is to be, in base64; null when it is to be gone. */
  after: z.string().nullable(),
});
type Entry = z.infer<typeof Entry>;

/** What it takes to finish a patch after a crash, whichever of its files were written by then. */
export function journalOf(changes: readonly FileChange[]): string {
  const entries: Entry[] = changes.map(({ path, movedTo, before, after }) => ({
    path,
    movedTo: movedTo ?? null,
    before: before ? hashOf(before) : null,
    after: after?.toString("base64") ?? null,
  }));
  return JSON.stringify(entries);
}

/**
 * Brings every file of the journal to what it is to be. A file that is neither as it was nor as it
 * is to be refuses the whole, and nothing is written.
 */
export async function finishChanges(tree: TreeFiles, journal: string): Promise<void> {
  const entries = z.array(Entry).parse(JSON.parse(journal));
  const states = await Promise.all(entries.map((entry) => stateOf(tree, entry)));
  const strange = entries.filter((_, at) => states[at] === "other").map(({ path }) => path);
  if (strange.length > 0) {
    const files = strange.join(", ");
    throw refusal(`${files} changed while the patch was written: read them again`, {
      files: strange,
    });
  }
  for (const [at, entry] of entries.entries()) {
    if (states[at] !== "after") await write(tree, entry);
  }
}

async function stateOf(
  tree: TreeFiles,
  { path, movedTo, before, after }: Entry,
): Promise<"before" | "after" | "partly" | "other"> {
  const source = patchSource(tree);
  const here = await source.read(path);
  const there = movedTo === null ? undefined : await source.read(movedTo);
  const wanted = after === null ? undefined : Buffer.from(after, "base64");
  const target = movedTo === null ? here : there;
  const written = wanted === undefined ? target === undefined : target?.equals(wanted) === true;
  const original = before === null ? here === undefined : here && hashOf(here) === before;
  if (movedTo === null) return written ? "after" : original ? "before" : "other";
  if (written && here === undefined) return "after";
  if (original && (there === undefined || written)) return written ? "partly" : "before";
  return "other";
}

async function write(tree: TreeFiles, { path, movedTo, after }: Entry): Promise<void> {
  if (after !== null) await tree.write(movedTo ?? path, Buffer.from(after, "base64"), {});
  if (after === null || movedTo !== null) await tree.remove(path);
}

function hashOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
