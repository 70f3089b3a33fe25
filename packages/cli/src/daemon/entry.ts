import { fileURLToPath } from "node:url";

/** Arguments for Node that run a module of the daemon's package, from its source or as built. */
export function nodeArguments(url: string): string[] {
  const file = fileURLToPath(url);
  return file.endsWith(".ts") ? ["--conditions=@heddle/source", file] : [file];
}

export function daemonArguments(): string[] {
  return nodeArguments(import.meta.resolve("@heddle/daemon/main"));
}
