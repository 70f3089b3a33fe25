import { DaemonError } from "@heddle/protocol";
import type { Changes, TurnHost } from "../turn-host.ts";

/** Of larger files nobody resolves conflicts by hand. */
const fileLimitBytes = 2 * 1024 * 1024;
const filesAtMost = 500;
const readAtOnce = 8;

/** Changed files with conflict markers that were not in them before the turn. */
export async function conflictProblems(
  { files, evidence }: Pick<TurnHost, "files" | "evidence">,
  { files: changed }: Changes,
): Promise<string[]> {
  const paths = changed.filter(({ kind }) => kind !== "deleted").map(({ path }) => path);
  const found: string[] = [];
  for (let at = 0; at < Math.min(paths.length, filesAtMost); at += readAtOnce) {
    const some = paths.slice(at, at + readAtOnce);
    const marked = await Promise.all(some.map(async (path) => markerIn(await read(path))));
    for (const [index, path] of some.entries()) {
      const line = marked[index];
      if (line === undefined || markerIn(await evidence.before(path)) !== undefined) continue;
      found.push(`${path}:${line} has a conflict marker; bring both sides together`);
    }
  }
  return found;

  async function read(path: string): Promise<Buffer | undefined> {
    try {
      return (await files.read(path, { maxBytes: fileLimitBytes })).bytes;
    } catch (error) {
      // A link, a submodule, a file that is too large or gone again.
      if (error instanceof DaemonError) return undefined;
      throw error;
    }
  }
}

/** The line on which a conflict begins that also ends: one half alone is somebody's drawing. */
export function markerIn(bytes: Buffer | undefined): number | undefined {
  if (!bytes?.includes("<<<<<<< ") || bytes.includes(0)) return undefined;
  const lines = bytes.toString("utf8").split("\n");
  const begins = lines.findIndex((line) => line.startsWith("<<<<<<< "));
  const middle = lines.findIndex((line, at) => at > begins && /^=======\r?$/.test(line));
  const ends = lines.findIndex((line, at) => at > middle && line.startsWith(">>>>>>> "));
  return begins >= 0 && middle > begins && ends > middle ? begins + 1 : undefined;
}
