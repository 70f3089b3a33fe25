const depthLimit = 64;
const batchLimit = 1000;

/** A frame that was read: a request or a batch, and what its requests have to be looked at for. */
export interface Incoming {
  readonly value: unknown;
  readonly bytes: number;
  /** Some text in it may hold half of a pair of surrogates. */
  readonly torn: boolean;
}

/** Why a frame is not read; `id` is unknown then. */
export interface Unread {
  readonly kind: "parseError" | "invalidRequest";
  readonly reason: string;
}

/**
 * Reads a text frame. How deep it is nested and how long its batch is are seen before it is parsed,
 * so that neither costs more than the bytes do.
 */
export function readFrame(bytes: Buffer): Incoming | Unread {
  const { depth, elements } = shapeOf(bytes);
  if (depth > depthLimit) {
    const reason = `expected at most ${depthLimit} levels of nesting`;
    return { kind: "invalidRequest", reason };
  }
  if (elements > batchLimit) return { kind: "invalidRequest", reason: batchReason };
  const text = bytes.toString("utf8");
  const value = parseJson(text);
  if (value === undefined) return notJson;
  const empty = Array.isArray(value) && value.length === 0;
  if (empty) return { kind: "invalidRequest", reason: batchReason };
  return { value, bytes: bytes.length, torn: /\\u[dD][89a-fA-F]/.test(text) };
}

export const notJson: Unread = {
  kind: "parseError",
  reason: "expected one JSON text in a text frame",
};
const batchReason = `expected one request, or a batch of 1 to ${batchLimit}`;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const code = {
  quote: 0x22,
  comma: 0x2c,
  list: 0x5b,
  backslash: 0x5c,
  listEnd: 0x5d,
  object: 0x7b,
  objectEnd: 0x7d,
} as const;

/**
 * How deep a JSON text is nested, and how many elements its outermost list or object has; as far as
 * it is not nested too deep.
 */
export function shapeOf(json: Uint8Array): { depth: number; elements: number } {
  let depth = 0;
  let deepest = 0;
  let commas = 0;
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at]) {
      case code.quote:
        at = stringEnd(json, at + 1);
        break;
      case code.list:
      case code.object:
        depth += 1;
        if (depth > deepest) deepest = depth;
        if (deepest > depthLimit) return { depth: deepest, elements: commas + 1 };
        break;
      case code.listEnd:
      case code.objectEnd:
        depth -= 1;
        break;
      case code.comma:
        if (depth === 1) commas += 1;
        break;
    }
  }
  return { depth: deepest, elements: commas + 1 };
}

/** Where the quote stands that ends the string which begins at `from`. */
function stringEnd(json: Uint8Array, from: number): number {
  for (let at = from; ; at += 1) {
    at = json.indexOf(code.quote, at);
    if (at < 0) return json.length;
    let first = at;
    while (first > from && json[first - 1] === code.backslash) first -= 1;
    if ((at - first) % 2 === 0) return at;
  }
}
