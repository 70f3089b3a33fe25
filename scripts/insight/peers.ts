import { join } from "node:path";
import { execa } from "execa";
import { install } from "./corpus.ts";

export interface Peer {
  readonly name: string;
  readonly ms: number;
  /** What it said, where it failed. */
  readonly failed?: string;
}

const limitMs = 6 * 60_000;

/** Runs madge and dependency-cruiser on a tree, as their manuals say it. */
export async function measurePeers(folder: string, root: string): Promise<Peer[]> {
  const home = join(folder, "peers");
  await install(home, ["madge@8", "dependency-cruiser@17"]);
  const extensions = "ts,tsx,mts,cts,js,jsx,mjs,cjs";
  return [
    await run(home, "madge", ["--json", "--extensions", extensions, join(root, "packages")]),
    await run(home, "depcruise", [
      "--no-config",
      "--output-type",
      "json",
      "--ts-pre-compilation-deps",
      join(root, "packages"),
    ]),
  ];
}

async function run(home: string, name: string, args: string[]): Promise<Peer> {
  const start = performance.now();
  const result = await execa(join(home, "node_modules/.bin", name), args, {
    cwd: home,
    reject: false,
    timeout: limitMs,
    maxBuffer: 1 << 30,
  });
  const ms = Math.round(performance.now() - start);
  return result.failed ? { name, ms, failed: String(result.stderr).slice(0, 300) } : { name, ms };
}
