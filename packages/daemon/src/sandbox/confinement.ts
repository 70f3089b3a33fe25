import { missingLimit } from "./limits.ts";
import { filterCount } from "./runtime.ts";

/** What the kernel says against a process's confinement, if anything, in its `status` and `limits`. */
export function confinementFlaw(facts: string, outerFilters: number): string | undefined {
  if (!/^Seccomp:\s+2$/m.test(facts) || filterCount(facts) <= outerFilters) {
    return "the system call filter is not applied";
  }
  if (!/^CapEff:\s+0+$/m.test(facts)) return "capabilities are kept";
  const limit = missingLimit(facts);
  return limit === undefined ? undefined : `the limit "${limit}" is not applied`;
}
