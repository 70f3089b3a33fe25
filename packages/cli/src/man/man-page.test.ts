import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { commandList } from "../command-list.ts";
import { manPage } from "./man-page.ts";

const hasGroff = spawnSync("groff", ["--version"]).status === 0;
if (!hasGroff) console.warn("groff is not installed: the manual page is not rendered");

test.skipIf(!hasGroff)(
  "the manual page renders without a warning, with every command",
  async () => {
    const input = await manPage(commandList, "1.2.3");
    const args = ["-man", "-Tutf8", "-ww", "-P-cbou"];
    const { stdout, stderr } = spawnSync("groff", args, { input, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(commandList.filter(({ name }) => !stdout.includes(`   heddle ${name}`))).toEqual([]);
    expect(stdout).toContain("heddle project grant");
    expect(stdout).toMatch(/--policy <policy>.*\n\s+\S/);
  },
);
