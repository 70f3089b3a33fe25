import { packageVersion } from "@heddle/protocol/package-version";

/** The version of the command line. */
export function version(): string {
  return packageVersion(import.meta.url);
}
