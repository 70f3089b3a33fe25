import { setTimeout as delay } from "node:timers/promises";
import type { CodeKnowledge } from "../code-knowledge.ts";
import type { InputEntry } from "../model-types.ts";
import { userEntry } from "./environment.ts";

/** A tree that was never read may take longer; its thread begins without a map. */
const withinMs = 3000;
const tokens = 1500;
const pathAtMost = 300;
const filesAtMost = 100;

/**
 * The definitions that matter most, around the files that the task names. It is made once, when a
 * thread begins, and is a part of its history from then on.
 */
export async function openingMap(code: CodeKnowledge, task: string): Promise<InputEntry[]> {
  const focus = filesIn(task);
  const late = delay(withinMs, "", { ref: false });
  // A thread goes on without a map, whatever is wrong with the index.
  const made = code.map(tokens, focus).catch(() => "");
  const map = await Promise.race([made, late]);
  if (map === "") return [];
  const text = `<code_map>\n${map}\n</code_map>`;
  return [userEntry([{ type: "input_text", text }])];
}

/** What looks like the name of a file, in time that grows with the text and no faster. */
export function filesIn(task: string): string[] {
  const words = task.split(/[^\w@./-]+/).map((word) => word.replace(/[./-]{1,9}$/, ""));
  const names = words.filter((word) => word.length <= pathAtMost && /.\.\w{1,5}$/.test(word));
  return [...new Set(names)].slice(0, filesAtMost);
}
