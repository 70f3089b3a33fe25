// Writes docs/protocol.md and docs/protocol.json from the schemas, and the manual page from the commands;
// `--check` only compares.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { renderJsonSchema, renderReference } from "@heddle/protocol/reference";
import { commandList } from "../packages/cli/src/command-list.ts";
import { manPage } from "../packages/cli/src/man/man-page.ts";
import { version } from "../packages/cli/src/version.ts";

const root = new URL("..", import.meta.url);
const documents = [
  { file: new URL("docs/protocol.md", root), text: renderReference() },
  { file: new URL("docs/protocol.json", root), text: renderJsonSchema() },
  {
    file: new URL("packages/cli/man/heddle.1", root),
    text: await manPage(commandList, version()),
  },
];

if (process.argv.includes("--check")) {
  for (const { file, text } of documents) {
    if ((await readFile(file, "utf8").catch(() => "")) === text) continue;
    console.error(`${file.pathname} is out of date; run \`npm run reference\``);
    process.exitCode = 1;
  }
} else {
  for (const { file, text } of documents) {
    await mkdir(new URL(".", file), { recursive: true });
    await writeFile(file, text);
  }
}
