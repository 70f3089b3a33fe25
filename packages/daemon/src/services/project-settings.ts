import { createHash } from "node:crypto";
import { join } from "node:path";
import { DaemonError, ProjectSettings } from "@heddle/protocol";
import { parse, TomlError } from "smol-toml";
import * as z from "zod";
import { lineOf } from "../os/toml-lines.ts";
import { openTree } from "../os/tree-files.ts";

const relativePath = ".heddle/config.toml";
const limitBytes = 64 * 1024;

/** A repository's settings file. It has no effect until the user trusts its very content. */
export interface SettingsFile {
  readonly path: string;
  readonly hash: string;
  readonly content: string;
}

/** Undefined when the repository has none. */
export async function readSettingsFile(root: string): Promise<SettingsFile | undefined> {
  using tree = openTree(root);
  if ((await tree.stat(relativePath)) === undefined) return undefined;
  const { bytes } = await tree.read(relativePath, { maxBytes: limitBytes });
  const hash = createHash("sha256").update(bytes).digest("hex");
  return { path: join(root, relativePath), hash, content: bytes.toString("utf8") };
}

/** The settings in a file; throws `invalidConfig` with the line. */
export function parseSettings({ path, content }: SettingsFile): ProjectSettings {
  const settings = z.strictObject(ProjectSettings.shape).safeParse(parseToml(path, content));
  if (settings.success) return settings.data;
  const lines = settings.error.issues.map((issue) => {
    const keys = issue.code === "unrecognized_keys" ? issue.keys : issue.path.map(String);
    return `${path}:${lineOf(content, keys)}: ${keys.join(".")}: ${issue.message}`;
  });
  throw new DaemonError("invalidConfig", lines.join("\n"), { path });
}

function parseToml(path: string, content: string): unknown {
  try {
    return parse(content);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new DaemonError("invalidConfig", `${path}:${error.line}: ${error.message}`, { path });
  }
}
