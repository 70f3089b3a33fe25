import { existsSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { delimiter, dirname, join, sep } from "node:path";
import { shellWord } from "../terminal/format.ts";

const binFolder = join("node_modules", ".bin");

/** The line that makes `heddle` known to the user's shell, or nothing where it finds it anyway. */
export function shellDefinition(env: NodeJS.ProcessEnv = process.env): string | undefined {
  // npx and npm scripts add these folders for their own time only.
  const folders = (env.PATH ?? "").split(delimiter).filter((path) => !isTemporary(path));
  if (folders.some((path) => existsSync(join(path, "heddle")))) return undefined;
  const manifest = findPackageJSON(import.meta.url);
  if (manifest === undefined) return undefined;
  const entry = join(dirname(manifest), "bin", "heddle.js");
  return `heddle() { ${shellWord(process.execPath)} ${shellWord(entry)} "$@"; }`;
}

function isTemporary(path: string): boolean {
  return path === "" || path === binFolder || path.endsWith(sep + binFolder);
}
