import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryPairs, type FilePair } from "./sources.ts";

/** Dependencies that publish readable sources, in two versions that lie far apart. */
const versions = [
  ["better-sqlite3", "12.0.0", "13.2.0"],
  ["commander", "14.0.0", "15.1.0"],
  ["execa", "9.6.1", "10.2.1"],
  ["node-cron", "4.0.0", "4.6.0"],
  ["openai", "7.4.0", "7.57.0"],
  ["ws", "8.18.0", "8.23.0"],
  ["zod", "4.1.0", "4.6.7"],
] as const;

/** Fetches both versions of each package with npm, into a directory that is removed again. */
export function packagePairs(): FilePair[] {
  const root = mkdtempSync(join(tmpdir(), "heddle-patch-fuzz-"));
  try {
    return versions.flatMap(([name, older, newer]) =>
      directoryPairs(name, fetchPackage(root, name, older), fetchPackage(root, name, newer)),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function fetchPackage(root: string, name: string, version: string): string {
  const target = join(root, `${name}-${version}`);
  mkdirSync(target);
  const pack = ["pack", "--silent", "--ignore-scripts", `${name}@${version}`];
  const archive = execFileSync("npm", pack, { cwd: target, encoding: "utf8" }).trim();
  execFileSync("tar", ["-xzf", archive, "--strip-components=1"], { cwd: target });
  return target;
}
