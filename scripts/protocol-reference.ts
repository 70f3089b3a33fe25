// Writes docs/protocol.md and docs/protocol.json from the schemas; `--check` only compares.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { renderJsonSchema, renderReference } from "@heddle/protocol/reference";

const root = new URL("..", import.meta.url);
const documents = [
  { file: new URL("docs/protocol.md", root), text: renderReference() },
  { file: new URL("docs/protocol.json", root), text: renderJsonSchema() },
];

if (process.argv.includes("--check")) {
  for (const { file, text } of documents) {
    if ((await readFile(file, "utf8").catch(() => "")) === text) continue;
    console.error(`${file.pathname} is out of date; run \`npm run reference\``);
    process.exitCode = 1;
  }
} else {
  await mkdir(new URL("docs/", root), { recursive: true });
  for (const { file, text } of documents) await writeFile(file, text);
}
