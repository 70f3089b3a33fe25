import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type Mount, readOnly } from "./mounts.ts";
import type { Runtime } from "./runtime.ts";
import type { Checkout } from "./types.ts";
import { unavailable } from "./unavailable.ts";

/** What describes the repository. Whatever can run, include, connect or hold a secret is left out. */
const harmless = new RegExp(
  `^(?:core\\.(?:${[
    "repositoryformatversion",
    "filemode",
    "bare",
    "logallrefupdates",
    "ignorecase",
    "precomposeunicode",
    "symlinks",
    "autocrlf",
    "eol",
    "safecrlf",
    "sharedrepository",
    "protecthfs",
    "protectntfs",
    "trustctime",
    "checkstat",
    "sparsecheckout",
    "sparsecheckoutcone",
  ].join("|")})|extensions\\.[a-z]+)$`,
);
const plainValue = /^[\w.-]*$/;

/** Sanitised copies of a checkout's git configurations, laid over the real ones. */
export async function maskedConfigs(
  runtime: Runtime,
  { gitDir, gitCommonDir }: Checkout,
): Promise<Mount[]> {
  const optional = new Set([`${gitDir}/config.worktree`, `${gitCommonDir}/config.worktree`]);
  const main = await mask(runtime, join(gitCommonDir, "config"));
  if (main === undefined) throw unavailable(`${gitCommonDir}/config is missing: restore it`);
  const others = await Promise.all([...optional].map((path) => mask(runtime, path)));
  return [main, ...others.filter((found) => found !== undefined)];
}

async function mask(runtime: Runtime, path: string): Promise<Mount | undefined> {
  const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw unavailable(`${path} cannot be read: ${error.message}`, error);
  });
  if (content === undefined) return undefined;
  const hash = createHash("sha256").update(content).digest("hex");
  const copy = runtime.configs.get(hash) ?? writeCopy(runtime, content, hash);
  runtime.configs.set(hash, copy);
  copy.catch(() => runtime.configs.delete(hash));
  return readOnly(path, await copy);
}

async function writeCopy(runtime: Runtime, content: Buffer, hash: string): Promise<string> {
  const copy = join(runtime.dir, `git-config-${hash}`);
  await writeFile(copy, sanitise(await entries(content)), { mode: 0o600 });
  return copy;
}

/** Git parses from its standard input, outside any repository, and follows no include. */
async function entries(content: Buffer): Promise<string[]> {
  const { stdout } = await execa(
    "git",
    ["config", "--file", "-", "--no-includes", "--list", "--null"],
    { input: content, cwd: "/", env: { GIT_CEILING_DIRECTORIES: "/" }, stripFinalNewline: false },
  ).catch((error: Error) => {
    throw unavailable("the repository's git configuration cannot be read: mend it", error);
  });
  return stdout.split("\0").filter((entry) => entry !== "");
}

function sanitise(list: readonly string[]): string {
  const lines = list.flatMap((entry) => {
    const [key = "", ...rest] = entry.split("\n");
    const value = rest.join("\n");
    if (!harmless.test(key) || !plainValue.test(value)) return [];
    const dot = key.indexOf(".");
    const assignment = rest.length === 0 ? key.slice(dot + 1) : `${key.slice(dot + 1)} = ${value}`;
    return [`[${key.slice(0, dot)}]\n\t${assignment}\n`];
  });
  return lines.join("");
}
