import type { HistoryHit, Methods, ParamsOf, ResultOf } from "@heddle/protocol";
import type { SearchHit } from "../store/search-table.ts";
import type { Store } from "../store/store.ts";

type Search = ParamsOf<Methods, "history/search">;

/** Full-text search over what was said and done in all threads. */
export function searchHistory(
  store: Store,
  { query = "", limit = 30, offset = 0, projectId, threadId }: Search,
): ResultOf<Methods, "history/search"> {
  const match = matchOf(query);
  if (match === undefined && query.trim() !== "") return { data: [], more: false };
  const hits = store.search.find({ match, projectId, threadId, limit: limit + 1, offset });
  const data = hits.slice(0, limit).flatMap((hit) => described(store, hit) ?? []);
  return { data, more: hits.length > limit };
}

/**
 * What a person types, as FTS5 has it: each word has to occur, a quoted phrase as it stands, and a
 * word with a star behind it as a beginning. Whatever else is typed is no syntax. Undefined where
 * there is no word in it.
 */
export function matchOf(query: string): string | undefined {
  const terms = [...query.matchAll(/"([^"]+)"|(\S+)/g)].flatMap(([, phrase, word = ""]) => {
    const text = (phrase ?? word.replaceAll('"', "")).trim();
    if (!/[\p{L}\p{N}]/u.test(text)) return [];
    const begins = phrase === undefined && text.endsWith("*");
    return [`"${text.replace(/\*+$/, "")}"${begins ? "*" : ""}`];
  });
  return terms.length === 0 ? undefined : terms.join(" ");
}

function described(store: Store, { itemId, snippet }: SearchHit): HistoryHit | undefined {
  const item = store.items.find(itemId);
  const thread = item && store.threads.find(item.threadId);
  if (item === undefined || thread === undefined) return undefined;
  const { threadId, turnId, type, createdAt: at } = item;
  return { threadId, threadTitle: thread.title, turnId, itemId: item.id, type, snippet, at };
}
