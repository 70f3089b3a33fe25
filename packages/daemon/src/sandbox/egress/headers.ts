/** What a message says to the next hop alone; its framing is written anew. */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

type Pair = readonly [name: string, value: string];

/** Names and values in turn, as node:http takes them, without those of the hop. */
export function endToEnd(rawHeaders: readonly string[], more: readonly string[] = []): string[] {
  const pairs = toPairs(rawHeaders);
  const named = pairs
    .filter(([name]) => name === "connection")
    .flatMap(([, value]) => value.toLowerCase().split(","))
    .map((name) => name.trim());
  const dropped = new Set([...hopByHop, ...named, ...more]);
  return pairs.filter(([name]) => !dropped.has(name)).flat();
}

/** How the body of a request is framed, for a server that gets it from us. */
export function requestFraming(rawHeaders: readonly string[]): string[] {
  const names = new Set(toPairs(rawHeaders).map(([name]) => name));
  if (names.has("transfer-encoding")) return ["transfer-encoding", "chunked"];
  return names.has("content-length") ? [] : ["content-length", "0"];
}

function toPairs(rawHeaders: readonly string[]): Pair[] {
  return rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1] ?? ""] as const] : [],
  );
}
