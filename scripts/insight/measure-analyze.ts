import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { quantile } from "../../test/support/process-figures.ts";

const heddle = fileURLToPath(new URL("../../packages/cli/bin/heddle.js", import.meta.url));
const rounds = 9;

/** `heddle analyze` as built, from its start to its end: on a new project, and on a known one. */
export async function measureAnalyze(
  root: string,
): Promise<{ readonly firstMs: number; readonly warmMs: number }> {
  const home = mkdtempSync(join(tmpdir(), "heddle-analyze-"));
  const run = async (...args: string[]): Promise<number> => {
    const start = performance.now();
    await execa("node", [heddle, ...args], {
      cwd: root,
      env: { HEDDLE_HOME: home, HEDDLE_BUILD: "1" },
    });
    return performance.now() - start;
  };
  try {
    await run("project", "add", ".", "--grant", "ro");
    const firstMs = Math.round(await run("analyze"));
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) times.push(await run("analyze"));
    return { firstMs, warmMs: Math.round(quantile(times, 0.5)) };
  } finally {
    await run("daemon", "stop");
    rmSync(home, { recursive: true, force: true });
  }
}
