import { chmodSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { snapshot } from "../git/checkpoints.ts";
import { gitGround } from "../git/git-fixture.test.support.ts";
import { forbiddenChanges } from "./document-changes.ts";

const { box, makeRepository } = gitGround();

const files = {
  "CHANGES.rst": "Changes\n=======\n",
  "README.md": "# Sample\n",
  "docs/a.md": "# A\n",
  "src/a.ts": "f();\n",
};

type Change = (at: (path: string) => string) => void;
const write =
  (path: string, text: string): Change =>
  (at) =>
    writeFileSync(at(path), text);
const remove =
  (path: string): Change =>
  (at) =>
    rmSync(at(path));
const link =
  (path: string): Change =>
  (at) =>
    symlinkSync("src/a.ts", at(path));

test.each<[string, Change[], string[]]>([
  ["a document", [write("docs/b.md", "x\n"), remove("docs/a.md")], []],
  ["a changelog, whatever its ending", [write("CHANGES.rst", "- One.\n")], []],
  ["code", [write("src/a.ts", "g();\n")], ["src/a.ts"]],
  ["a document's mode", [(at) => chmodSync(at("README.md"), 0o755)], ["README.md"]],
  ["a new document that leads elsewhere", [link("docs/b.md")], ["docs/b.md"]],
  ["a document made a link", [remove("README.md"), link("README.md")], ["README.md"]],
  ["a README that goes", [remove("README.md")], ["README.md"]],
  ["a README that is emptied", [write("README.md", "\n")], ["README.md"]],
  ["a README that moves", [remove("README.md"), write("README.txt", "A.\n")], []],
  ["a changelog that goes", [remove("CHANGES.rst")], ["CHANGES.rst"]],
])("the border holds %s", async (_what, changes, expected) => {
  using fixture = await makeRepository(files);
  const { checkout, path } = fixture;
  for (const change of changes) change((name) => join(path, name));
  const to = await snapshot(box, checkout);
  expect(await forbiddenChanges(checkout.gitDir, "HEAD", to)).toEqual(expected);
});
