import gt from "semver/functions/gt.js";
import valid from "semver/functions/valid.js";

/** Whether the first version is the newer one, which of versions that are none it never is. */
export function isNewer(one: string, other: string): boolean {
  return valid(one) !== null && valid(other) !== null && gt(one, other);
}
