import { setTimeout as delay } from "node:timers/promises";
import type { CodeKnowledge } from "../code-knowledge.ts";
import type { InputEntry } from "../model-types.ts";
import { userEntry } from "./environment.ts";

/** A tree that was never read may take longer; its thread begins without a map. */
const withinMs = 3000;
const tokens = 1500;

/**
 * The definitions that matter most, around the files that the task names. It is made once, when a
 * thread begins, and is a part of its history from then on.
 */
export async function openingMap(code: CodeKnowledge, task: string): Promise<InputEntry[]> {
  const focus = task.match(/[\w@./-]+\.\w{1,5}\b/g) ?? [];
  const late = delay(withinMs, "", { ref: false });
  // A thread goes on without a map, whatever is wrong with the index.
  const made = code.map(tokens, focus).catch(() => "");
  const map = await Promise.race([made, late]);
  if (map === "") return [];
  const text = `<code_map>\n${map}\n</code_map>`;
  return [userEntry([{ type: "input_text", text }])];
}
