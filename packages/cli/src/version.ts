import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";

/** The version of this package, from source and from the bundle alike. */
export function version(): string {
  const file = findPackageJSON(import.meta.url);
  if (file === undefined) return "unknown";
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
