import type { InputEntry } from "../model-types.ts";
import { prefixBytes } from "../request.ts";
import type { TurnHost } from "../turn-host.ts";
import { maskOldResults } from "./masking.ts";
import { bytesOf, newestOf, rebuild } from "./rebuilding.ts";
import { summaryOf } from "./summary.ts";
import { estimateTokens } from "./tokens.ts";

/** The window is made room in when so much of it is used. */
const fullAt = 0.8;
/** Leaving out old results is enough if no more than so much is used afterwards. */
const roomyAt = 0.6;
/** What a model refused although it should have fitted has to become so much shorter. */
const refusedShare = 0.5;

interface Compacted {
  readonly kind: "masked" | "summarized";
  readonly entries: readonly InputEntry[];
  readonly summary: string;
}

/**
 * Makes the history shorter once it fills the model's window, or when the model says that it does.
 * All old results are left out in one go, since each such step costs the provider's cache; only
 * where that is not enough the model sums up what was. Returns whether anything was done.
 */
export async function fitWindow(
  host: TurnHost,
  { tooLong = false }: { tooLong?: boolean } = {},
): Promise<boolean> {
  const { contextTokens, bytesPerToken } = host.window;
  const tokensOf = (bytes: number) => estimateTokens(prefixBytes(host) + bytes, bytesPerToken);
  const tokensBefore = tokensOf(host.window.bytes());
  if (!tooLong && tokensBefore <= contextTokens * fullAt) return false;
  host.setState("compacting");
  const limit = tooLong ? Math.min(contextTokens, tokensBefore * refusedShare) : contextTokens;
  const compacted = await compact(host, { limit, tooLong });
  const tokensAfter = tokensOf(sizeOf(compacted.entries));
  const { kind, entries, summary: text } = compacted;
  host.atomically(() => {
    host.window.compact(entries);
    const figures = { kind, tokensBefore, tokensAfter, contextTokens };
    const draft = { type: "compaction", ...figures, text, textLength: text.length } as const;
    host.completeItem(host.startItem(draft), "completed");
  });
  return true;
}

async function compact(
  host: TurnHost,
  { limit, tooLong }: { limit: number; tooLong: boolean },
): Promise<Compacted> {
  const { bytesPerToken } = host.window;
  const history = host.history();
  const masked = maskOldResults(history);
  const tokens = estimateTokens(prefixBytes(host) + sizeOf(masked), bytesPerToken);
  if (tokens <= limit * roomyAt) return { kind: "masked", entries: masked, summary: "" };
  // The whole history is what the provider has cached, and still fits unless it was refused.
  const windowBytes = limit * bytesPerToken;
  const told = tooLong ? newestOf(masked, windowBytes - prefixBytes(host)) : history;
  const summary = (await summaryOf(host, told, prefixBytes(host) + sizeOf(told))) ?? "(no summary)";
  const facts = await host.window.facts();
  return { kind: "summarized", entries: rebuild(masked, { summary, facts, windowBytes }), summary };
}

function sizeOf(entries: readonly InputEntry[]): number {
  return entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
}
