import { placeHunks } from "./match.ts";
import { type Hunk, type Operation, parsePatch } from "./parse.ts";
import { refusal } from "./refusal.ts";
import { applySplices, type Range, splicesOf } from "./splice.ts";
import { decodeText, encodeText, splitLines, type TextFile } from "./text.ts";
import { looserTier, type Tier } from "./tiers.ts";

/** The files that a patch is planned against. */
export interface PatchSource {
  /** The one spelling of a path; throws for one that is not allowed. */
  resolve(path: string): string;
  /** Undefined when there is no such file. */
  read(path: string): Promise<Buffer | undefined>;
}

export interface FileChange {
  readonly kind: "add" | "update" | "delete" | "move";
  readonly path: string;
  /** Only for a move. */
  readonly movedTo: string | undefined;
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
  readonly added: number;
  readonly removed: number;
  /** The loosest tier that a hunk of the file needed. */
  readonly tier: Tier;
  /** Where new lines stand in `after`; empty for a range where lines were only removed. */
  readonly changed: readonly Range[];
}

/** Works out what the whole patch does, or throws `patchRefused`. Writes nothing. */
export async function planPatch(patch: string, source: PatchSource): Promise<FileChange[]> {
  const operations = parsePatch(patch).map((operation) => resolvePaths(operation, source));
  refuseSharedPaths(operations);
  const changes: FileChange[] = [];
  for (const operation of operations) changes.push(await planOperation(operation, source));
  return changes;
}

function resolvePaths(operation: Operation, source: PatchSource): Operation {
  const path = source.resolve(operation.path);
  if (operation.kind !== "update") return { ...operation, path };
  const movedTo = operation.movedTo === undefined ? undefined : source.resolve(operation.movedTo);
  return { ...operation, path, movedTo: movedTo === path ? undefined : movedTo };
}

function refuseSharedPaths(operations: readonly Operation[]): void {
  const seen = new Set<string>();
  for (const operation of operations) {
    const moved = operation.kind === "update" ? operation.movedTo : undefined;
    for (const path of moved === undefined ? [operation.path] : [operation.path, moved]) {
      if (seen.has(path)) {
        throw refusal(`the patch has two operations on ${path}: put them into one`, { path });
      }
      seen.add(path);
    }
  }
}

async function planOperation(operation: Operation, source: PatchSource): Promise<FileChange> {
  const before = await source.read(operation.path);
  if (operation.kind === "add") return planAdd(operation.path, operation.content, before);
  if (before === undefined) {
    throw refusal(`cannot ${operation.kind} ${operation.path}: there is no such file`, {
      path: operation.path,
    });
  }
  if (operation.kind === "delete") return planDelete(operation.path, before);
  if (operation.movedTo !== undefined && (await source.read(operation.movedTo)) !== undefined) {
    throw refusal(`cannot move ${operation.path}: ${operation.movedTo} exists already`, {
      path: operation.movedTo,
    });
  }
  return planUpdate(operation.path, operation.movedTo, operation.hunks, before);
}

function planAdd(path: string, content: string, before: Buffer | undefined): FileChange {
  if (before !== undefined) {
    throw refusal(`cannot add ${path}: it exists already; use '*** Update File:'`, { path });
  }
  const added = splitLines(content).length;
  const changed = [{ start: 0, end: added }];
  const after = Buffer.from(content, "utf8");
  return {
    kind: "add",
    path,
    movedTo: undefined,
    before,
    after,
    added,
    removed: 0,
    tier: "exact",
    changed,
  };
}

function planDelete(path: string, before: Buffer): FileChange {
  const removed = decodeText(before)?.lines.length ?? 0;
  return {
    kind: "delete",
    path,
    movedTo: undefined,
    before,
    after: undefined,
    added: 0,
    removed,
    tier: "exact",
    changed: [],
  };
}

function planUpdate(
  path: string,
  movedTo: string | undefined,
  hunks: readonly Hunk[],
  before: Buffer,
): FileChange {
  const { after, tier, changed } =
    hunks.length === 0
      ? { after: before, tier: "exact" as const, changed: [] }
      : updateText(path, hunks, before);
  if (movedTo === undefined && after.equals(before)) {
    throw refusal(`the update of ${path} changes nothing`, { path });
  }
  const lines = hunks.flatMap((hunk) => hunk.lines);
  const count = (kind: "add" | "delete"): number =>
    lines.filter((line) => line.kind === kind).length;
  const kind = movedTo === undefined ? "update" : "move";
  return {
    kind,
    path,
    movedTo,
    before,
    after,
    added: count("add"),
    removed: count("delete"),
    tier,
    changed,
  };
}

function updateText(
  path: string,
  hunks: readonly Hunk[],
  before: Buffer,
): { after: Buffer; tier: Tier; changed: Range[] } {
  const file = decodeText(before);
  if (file === undefined) throw refusal(`cannot update ${path}: it is a binary file`, { path });
  const places = placeHunks(path, file, inEncoding(path, file, hunks));
  const result = applySplices(file, places.flatMap(splicesOf));
  const tier = places.map((place) => place.tier).reduce(looserTier, "exact");
  return { after: encodeText(result.file), tier, changed: result.changed };
}

// Bytes of an unknown encoding are compared as they are, and never mixed with UTF-8.
function inEncoding(path: string, file: TextFile, hunks: readonly Hunk[]): readonly Hunk[] {
  if (file.encoding === "utf8") return hunks;
  return hunks.map((hunk) => ({
    ...hunk,
    lines: hunk.lines.map(({ kind, text }) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the test is for ASCII.
      if (kind === "add" && !/^[\x00-\x7f]*$/.test(text)) {
        throw refusal(`cannot add other than ASCII text to ${path}: it is not UTF-8`, { path });
      }
      return { kind, text: Buffer.from(text, "utf8").toString("latin1") };
    }),
  }));
}
