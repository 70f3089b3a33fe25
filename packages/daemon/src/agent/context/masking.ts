import type { InputEntry } from "../model-types.ts";
import { estimateTokens } from "./tokens.ts";

const keptResults = 8;
/** Shorter results are not worth the words that would stand in their place. */
const worthwhile = 400;
const headWidth = 200;

/** The history with the results of all but its last calls left out: they can be had again. */
export function maskOldResults(history: readonly InputEntry[]): InputEntry[] {
  const results = history.flatMap((entry, at) => (isResult(entry) ? [at] : []));
  const old = new Set(results.slice(0, -keptResults));
  return history.map((entry, at) => (old.has(at) ? mask(entry) : entry));
}

export function isResult({ type }: InputEntry): boolean {
  return type.endsWith("_call_output");
}

function mask(entry: InputEntry): InputEntry {
  const { output } = entry;
  if (typeof output !== "string" || output.length < worthwhile) return entry;
  const head = output.split("\n", 1)[0]?.slice(0, headWidth).toWellFormed() ?? "";
  const file = /^whole_output: .*$/m.exec(output)?.[0];
  const lines = [head, ...(file ? [file] : [])].join("\n");
  return {
    ...entry,
    output: `${lines}\n[an old result: ${estimateTokens(output.length)} tokens were left out; call again for it]`,
  };
}
