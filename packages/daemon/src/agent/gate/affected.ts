import { DaemonError, type Item } from "@heddle/protocol";
import type { TreeFiles } from "../../os/tree-files.ts";
import type { CodeKnowledge } from "../code-knowledge.ts";
import type { TurnHost } from "../turn-host.ts";
import { narrowCheck } from "./narrow.ts";

/** A check that has taken so long is worth another run of a part of it. */
export const slowMs = 2000;
/** Above this share of all tests the whole check tells as soon. */
const shareAtMost = 0.5;
const manifestBytes = 1024 * 1024;

/** What is narrowed: the tree with the changes, and its index. */
export interface ChangedTree {
  readonly files: TreeFiles;
  readonly code: Pick<CodeKnowledge, "affectedTests">;
}

/** A command that runs those tests of a slow check that the changes affect, if there is one. */
export async function affectedPart(
  host: TurnHost,
  { check, paths, items }: { check: string; paths: readonly string[]; items: readonly Item[] },
): Promise<string | undefined> {
  if (!items.some((item) => tookLong(item, check))) return undefined;
  return await partOf(check, paths, host);
}

/** A command that runs those tests of a check that a change of these paths affects, if there is one. */
export async function partOf(
  check: string,
  paths: readonly string[],
  { files, code }: ChangedTree,
): Promise<string | undefined> {
  // The whole check is run all the same, whatever is wrong with the index.
  const found = await code.affectedTests(paths).catch(() => undefined);
  if (!found?.narrowed || found.tests.length > found.of * shareAtMost) return undefined;
  return narrowCheck(check, found.tests, await npmScript(files));
}

function tookLong(item: Item, check: string): boolean {
  return item.type === "commandExecution" && item.cmd === check && (item.wallMs ?? 0) >= slowMs;
}

/** What `npm test` runs. */
async function npmScript(files: TreeFiles): Promise<string | undefined> {
  try {
    const { bytes } = await files.read("package.json", { maxBytes: manifestBytes });
    const { scripts } = JSON.parse(bytes.toString("utf8")) as { scripts?: Record<string, unknown> };
    return typeof scripts?.test === "string" ? scripts.test : undefined;
  } catch (error) {
    if (error instanceof DaemonError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
