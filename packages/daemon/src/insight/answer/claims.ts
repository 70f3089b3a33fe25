import type { CodeClaim, CodePlace } from "@heddle/protocol";

export interface Claims {
  readonly claims: CodeClaim[];
  /** Statements that cite nothing, or something that is not there. */
  readonly dropped: number;
}

const place = /([^\s[\](),`'"]+):(\d{1,7})(?:-\d+)?/g;
const citation = /\s*[[(]`?[^[\]()]*?:\d+[^[\]()]*[\])]/g;

/**
 * What a model said, a line a claim, as far as it can be shown: each place that a claim cites has
 * to exist, and there has to be one.
 */
export function claimsIn(answer: string, exists: (place: CodePlace) => boolean): Claims {
  const lines = answer
    .split("\n")
    .map((line) => line.trim().replace(/^(?:[-*+•]|\d+[.)])\s+/, ""))
    .filter((line) => line !== "" && !/^(?:#|```|-{3})/.test(line));
  const claims = lines.flatMap((line) => claimIn(line, exists) ?? []);
  return { claims, dropped: lines.length - claims.length };
}

function claimIn(line: string, exists: (place: CodePlace) => boolean): CodeClaim | undefined {
  const places = [...line.matchAll(place)].map(([, path = "", number]) => ({
    path: path.replace(/^\.\//, ""),
    line: Number(number),
  }));
  if (places.length === 0 || !places.every(exists)) return undefined;
  const text = line.replaceAll(citation, "").trim();
  return { text: text === "" ? line : text, places };
}
