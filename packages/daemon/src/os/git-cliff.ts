import { createRequire } from "node:module";

/** The changelog program that is installed with Heddle; undefined on a platform that it is not for. */
export function gitCliffPath(): string | undefined {
  const { platform, arch } = process;
  const system = platform === "win32" ? "windows" : platform;
  const binary = `bin/git-cliff${platform === "win32" ? ".exe" : ""}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const fromGitCliff = createRequire(fromHere.resolve("git-cliff"));
    return fromGitCliff.resolve(`git-cliff-${system}-${arch}/${binary}`);
  } catch {
    return undefined;
  }
}
