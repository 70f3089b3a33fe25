import { asObject, type Json, type JsonObject } from "../manifests/manifest-file.ts";

/** Matches a value of `exports` or `imports` as Node does; absent where nothing matches. */
export function resolveTarget(
  target: Json | undefined,
  star: string,
  conditions: ReadonlySet<string>,
): string | null | undefined {
  if (typeof target === "string") return target.replaceAll("*", star);
  if (target === null || target === undefined || typeof target !== "object") {
    return target === null ? null : undefined;
  }
  if (Array.isArray(target)) {
    let last: string | null | undefined;
    for (const one of target) {
      last = resolveTarget(one, star, conditions);
      if (typeof last === "string") return last;
    }
    return last;
  }
  for (const [condition, value] of Object.entries(target)) {
    if (condition !== "default" && !conditions.has(condition)) continue;
    const found = resolveTarget(value, star, conditions);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The value for a subpath, exact or by the pattern with the longest text before its star. */
export function matchSubpath(
  map: JsonObject,
  subpath: string,
): { readonly target: Json; readonly star: string } | undefined {
  const exact = map[subpath];
  if (exact !== undefined && !subpath.includes("*")) return { target: exact, star: "" };
  let best: { key: string; before: number; star: string } | undefined;
  for (const key of Object.keys(map)) {
    const star = starOf(key, subpath);
    if (star === undefined) continue;
    const before = key.endsWith("/") ? key.length : key.indexOf("*");
    const better =
      !best || before > best.before || (before === best.before && key.length > best.key.length);
    if (better) best = { key, before, star };
  }
  const target = best && map[best.key];
  if (!best || target === undefined) return undefined;
  // A folder mapping, which Node no longer knows, puts the rest behind its target.
  const isFolder = best.key.endsWith("/") && typeof target === "string" && !target.includes("*");
  return { target: isFolder ? `${target}*` : target, star: best.star };
}

function starOf(key: string, subpath: string): string | undefined {
  const star = key.indexOf("*");
  if (star < 0) {
    return key.endsWith("/") && subpath.startsWith(key) ? subpath.slice(key.length) : undefined;
  }
  const [before, after] = [key.slice(0, star), key.slice(star + 1)];
  const fits =
    subpath.length >= key.length && subpath.startsWith(before) && subpath.endsWith(after);
  return fits && subpath !== before
    ? subpath.slice(star, subpath.length - after.length)
    : undefined;
}

/** `exports` as a map of subpaths, however short it is written. */
export function exportsMap(exports: Json | undefined): JsonObject | undefined {
  if (exports === undefined || exports === null) return undefined;
  const isMap = Object.keys(asObject(exports)).some((key) => key.startsWith("."));
  return isMap ? asObject(exports) : { ".": exports };
}

/** Every file that a value leads to under any condition, in the order in which they are written. */
export function allTargets(target: Json | undefined, star: string): string[] {
  if (typeof target === "string") return [target.replaceAll("*", star)];
  if (Array.isArray(target)) return target.flatMap((one) => allTargets(one, star));
  return Object.values(asObject(target)).flatMap((one) => allTargets(one, star));
}
