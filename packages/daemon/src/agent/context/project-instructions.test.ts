import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openTree } from "../../os/tree-files.ts";
import { textOf } from "./notes.ts";
import { projectInstructions } from "./project-instructions.ts";

async function told(contents: Readonly<Record<string, string>>, cwd = ""): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "heddle-agents-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  using files = openTree(root);
  const entry = await projectInstructions(files, cwd);
  return entry === undefined ? "" : textOf(entry);
}

test("a project without instructions, or with empty ones, tells nothing", async () => {
  expect(await told({ "AGENTS.md": "\n" })).toBe("");
  expect(await told({ "a.txt": "x" })).toBe("");
});

test("every folder from the root to the working directory speaks, an override in its own place", async () => {
  const contents = {
    "AGENTS.md": "root\n",
    "a/AGENTS.md": "replaced\n",
    "a/AGENTS.override.md": "override\n",
    "a/b/AGENTS.md": "deep\n",
    "c/AGENTS.md": "beside\n",
  };
  expect(await told(contents, "a/b")).toBe(
    [
      "<project_instructions>",
      ...['<file path="AGENTS.md">', "root", "</file>"],
      ...['<file path="a/AGENTS.override.md">', "override", "</file>"],
      ...['<file path="a/b/AGENTS.md">', "deep", "</file>"],
      "</project_instructions>",
    ].join("\n"),
  );
});

test("all together have 32 KiB, cut between lines, and it is said what was cut", async () => {
  const line = `${"ü".repeat(50)}\n`;
  const text = await told({ "AGENTS.md": line.repeat(300), "a/AGENTS.md": line.repeat(100) }, "a");
  expect(Buffer.byteLength(text)).toBeLessThan(32 * 1024 + 500);
  expect(text).toContain("bytes are here; read a/AGENTS.md for the rest)");
  expect(text).not.toContain("\ufffd");
});
