import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";

/** Packages with many real sources, TypeScript first; the versions are pinned by their majors. */
const packages = [
  "effect@3",
  "viem@2",
  "rxjs@7",
  "openai@6",
  "xstate@5",
  "drizzle-orm@0.44",
  "ethers@6",
  "type-fest@4",
  "date-fns@4",
  "antd@5",
  "three@0.180",
  "eslint@9",
  "webpack@5",
  "typeorm@0.3",
  "lodash@4",
  "core-js@3",
];

const sources = "**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}";

export interface Corpus {
  readonly root: string;
  readonly files: number;
  readonly bytes: number;
}

/** Unpacks packages into a workspace of at most so many sources; a folder made before is used again. */
export async function makeCorpus(folder: string, limit: number): Promise<Corpus> {
  const root = join(folder, `tree-${limit}`);
  if (!existsSync(root)) {
    await install(join(folder, "packages"), packages);
    fillWorkspace(join(folder, "packages", "node_modules"), root, limit);
    await commitAll(root);
  }
  const files = globSync(`packages/${sources}`, { cwd: root });
  const bytes = files.reduce((sum, file) => sum + statSync(join(root, file)).size, 0);
  return { root, files: files.length, bytes };
}

async function commitAll(root: string): Promise<void> {
  writeFileSync(join(root, ".gitignore"), "node_modules\n");
  const author = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
  for (const args of [
    ["init", "--quiet"],
    ["add", "."],
    [...author, "commit", "--quiet", "-m", "sources"],
  ]) {
    await execa("git", args, { cwd: root, stdio: ["ignore", 2, 2] });
  }
}

/** Installs packages, without running what they bring. */
export async function install(folder: string, names: readonly string[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"private": true}');
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps"];
  await execa("npm", ["install", ...flags, ...names], { cwd: folder, stdio: ["ignore", 2, 2] });
}

/** Each package is a member, which the others find by its name as they do where it is installed. */
function fillWorkspace(installed: string, root: string, limit: number): void {
  let left = limit;
  for (const manifest of globSync(["*/package.json", "@*/*/package.json"], { cwd: installed }).sort(
    (a, b) => order(a) - order(b) || (a < b ? -1 : 1),
  )) {
    const name = dirname(manifest);
    const files = globSync(sources, {
      cwd: join(installed, name),
      exclude: ["**/node_modules/**"],
    });
    const taken = files
      .filter((file) => !file.includes("node_modules/"))
      .sort()
      .slice(0, left);
    left -= taken.length;
    if (taken.length === 0) continue;
    const manifests = globSync("**/package.json", { cwd: join(installed, name) });
    const kept = manifests.filter((file) => !file.includes("node_modules/"));
    for (const file of [...taken, ...kept]) {
      cpSync(join(installed, name, file), join(root, "packages", name, file));
    }
    const link = join(root, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "packages", name), link);
  }
  const workspaces = ["packages/*", "packages/@*/*"];
  writeFileSync(join(root, "package.json"), JSON.stringify({ private: true, workspaces }));
}

/** What was asked for comes before what that depends on. */
function order(manifest: string): number {
  const name = dirname(manifest);
  const at = packages.findIndex((wanted) => wanted.slice(0, wanted.lastIndexOf("@")) === name);
  return at < 0 ? packages.length : at;
}
