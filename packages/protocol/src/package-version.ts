import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";

/** The version of the package that a module belongs to, from source and from a bundle alike. */
export function packageVersion(moduleUrl: string): string {
  const file = findPackageJSON(moduleUrl);
  if (file === undefined) return "unknown";
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
