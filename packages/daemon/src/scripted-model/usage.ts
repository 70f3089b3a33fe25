import { isJson, type Json, list, string } from "./json.ts";
import { type TokenCount, tokensOf } from "./wire.ts";

const BYTES_PER_TOKEN = 4;
const MAX_CONVERSATIONS = 256;

/** Counts tokens as a provider with a prompt cache would. */
export class TokenCounter {
  readonly #previous = new Map<string, Buffer>();

  count(cacheKey: string, request: Buffer, output: readonly Json[]): TokenCount {
    const previous = this.#previous.get(cacheKey);
    this.#remember(cacheKey, request);
    return {
      input: Math.ceil(request.length / BYTES_PER_TOKEN),
      cached: previous ? Math.floor(commonPrefix(previous, request) / BYTES_PER_TOKEN) : 0,
      output: output.reduce((sum, item) => sum + itemTokens(item), 0),
      reasoning: output
        .filter((item) => item.type === "reasoning")
        .reduce((sum, item) => sum + itemTokens(item), 0),
    };
  }

  #remember(cacheKey: string, request: Buffer): void {
    this.#previous.delete(cacheKey);
    this.#previous.set(cacheKey, request);
    const [oldest] = this.#previous.keys();
    if (this.#previous.size > MAX_CONVERSATIONS && oldest !== undefined) {
      this.#previous.delete(oldest);
    }
  }
}

function itemTokens(item: Json): number {
  const parts = [...list(item.content), ...list(item.summary)].filter(isJson);
  const words = parts.reduce((sum, part) => sum + tokensOf(string(part.text)).length, 0);
  const callText = string(item.arguments) + string(item.input);
  return words + Math.ceil(Buffer.byteLength(callText) / BYTES_PER_TOKEN);
}

/** How many bytes two buffers share from their start; halving, as comparing is a memcmp. */
function commonPrefix(a: Buffer, b: Buffer): number {
  let known = 0;
  let end = Math.min(a.length, b.length);
  while (known < end) {
    const middle = known + Math.ceil((end - known) / 2);
    if (a.compare(b, known, middle, known, middle) === 0) known = middle;
    else end = middle - 1;
  }
  return known;
}
