import type { Link } from "./rows.ts";

/** The links that say nothing new: a longer way leads there too. Those of a circle all stay. */
export function impliedLinks<L extends Link & { readonly cyclic: boolean }>(
  links: readonly L[],
): ReadonlySet<L> {
  const next = Map.groupBy(links, ({ from }) => from);
  return new Set(links.filter((link) => !link.cyclic && leadsRound(link, next)));
}

function leadsRound<L extends Link>(link: L, next: ReadonlyMap<string, readonly L[]>): boolean {
  const seen = new Set<string>([link.from]);
  for (const node of seen) {
    for (const step of next.get(node) ?? []) {
      if (step.from === link.from && step.to === link.to) continue;
      if (step.to === link.to) return true;
      seen.add(step.to);
    }
  }
  return false;
}
