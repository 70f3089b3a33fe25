import type { FileStamp, TreeReader } from "../os/tree-reader.ts";
import type { TreeFileRow } from "../store/index-store.ts";
import { contentKey, maxSourceBytes } from "./digest.ts";
import type { Incomplete, SkipReason } from "./index-types.ts";
import { languageOf } from "./lex/index.ts";
import { type Candidate, type Listing, maxFiles } from "./walk.ts";

/** So that memory is bounded: more files are not listed, more sources listed but not read. */
export interface Limits {
  readonly files: number;
  readonly sources: number;
}

export const usualLimits: Limits = { files: maxFiles, sources: 100_000 };
/** A script without an ending is found by its first line. */
const maxScriptBytes = 64 * 1024;
/** A file changed this shortly before it was read may change again without being seen to. */
const racyMs = 20;

/** What is known before any file is read. */
export interface Known {
  readonly reader: TreeReader;
  readonly rowOf: (path: string) => TreeFileRow | undefined;
  readonly hasContent: (key: string) => boolean;
}

/** What a refresh comes to: rows that are known already, and files that must be read. */
export class RefreshPlan {
  readonly rows = new Map<string, TreeFileRow>();
  readonly skipped: Map<string, SkipReason>;
  readonly read: string[] = [];
  readonly #known: Known;
  readonly #maxSources: number;
  /** By names without their case: the first that has it, and its inode once that is known. */
  readonly #firsts = new Map<string, { readonly path: string; inode: number | undefined }>();
  #sources = 0;

  constructor(known: Known, { sources }: Limits, skipped: Listing["skipped"] = []) {
    this.#known = known;
    this.#maxSources = sources;
    this.skipped = new Map(skipped);
  }

  add({ path, blob }: Candidate): void {
    const row = blob === undefined ? undefined : this.#known.rowOf(path);
    // Git has looked at it just now.
    if (row?.key && row.key === contentKey(blob ?? "", path) && this.#keep(row)) return;
    if (blob !== undefined && this.#isNewSource(path, blob)) {
      this.#sources += 1;
      this.read.push(path);
      return;
    }
    const found = this.#known.reader.stat(path);
    const refused = this.#refusal(path, found);
    if (refused || !found) {
      this.skipped.set(path, refused ?? "vanished");
      return;
    }
    const { stamp } = found;
    const key = mayBeSource(path, stamp.size) ? this.#keyOf(path, stamp, blob) : null;
    if (key === undefined) this.read.push(path);
    else this.rows.set(path, toRow(path, stamp, key));
  }

  /** Takes what reading a file came to. */
  settle(path: string, stamp: FileStamp, key: string): void {
    // With a stamp that no file has it is looked at again.
    const isYoung = Date.now() - stamp.modifiedMs < racyMs;
    this.rows.set(path, toRow(path, isYoung ? { ...stamp, modifiedMs: -1 } : stamp, key));
  }

  /** Takes that a file could not be read. One that is too large is a file of the tree all the same. */
  refuse(path: string, reason: SkipReason): void {
    this.skipped.set(path, reason);
    const found = reason === "tooLarge" ? this.#known.reader.stat(path) : undefined;
    if (found?.kind === "file") this.rows.set(path, toRow(path, found.stamp, null));
  }

  /** Says that the rows are not all of the tree, where they are not. */
  incomplete({ truncated }: Pick<Listing, "truncated">): Incomplete | undefined {
    if (!truncated && this.#sources <= this.#maxSources) return undefined;
    const reason = `it has more ${truncated ? "files than are listed" : "sources than are read"}`;
    return { reason, listed: this.rows.size, indexed: Math.min(this.#sources, this.#maxSources) };
  }

  /** Takes a source as it was, if that is possible. */
  #keep(row: TreeFileRow): boolean {
    if (row.key === null || this.#sources === this.#maxSources || !this.#known.hasContent(row.key))
      return false;
    if (this.#isSecondName(row.path, row.inode)) return false;
    this.#sources += 1;
    this.rows.set(row.path, row);
    return true;
  }

  #refusal(path: string, found: ReturnType<TreeReader["stat"]>): SkipReason | undefined {
    if (!found) return "vanished";
    if (found.kind !== "file") return found.kind === "symlink" ? "symlink" : "special";
    return this.#isSecondName(path, found.stamp.inode) ? "caseCollision" : undefined;
  }

  /** Whether git says that it is a source of which nothing is known: reading it tells the rest. */
  #isNewSource(path: string, blob: string): boolean {
    const isNew =
      this.#sources < this.#maxSources &&
      languageOf(path) !== undefined &&
      this.#known.rowOf(path) === undefined &&
      !this.#known.hasContent(contentKey(blob, path));
    const folded = path.toLowerCase();
    if (!isNew || this.#firsts.has(folded)) return false;
    this.#firsts.set(folded, { path, inode: undefined });
    return true;
  }

  /** Where case does not count one file answers to two names. */
  #isSecondName(path: string, inode: number): boolean {
    const folded = path.toLowerCase();
    const first = this.#firsts.get(folded);
    if (first) first.inode ??= this.#known.reader.stat(first.path)?.stamp.inode;
    if (first?.inode === inode) return true;
    this.#firsts.set(folded, { path, inode });
    return false;
  }

  /** The key of a source's content; null if it is not to be read, absent if it must be. */
  #keyOf(path: string, stamp: FileStamp, blob: string | undefined): string | null | undefined {
    this.#sources += 1;
    if (stamp.size > maxSourceBytes || this.#sources > this.#maxSources) {
      this.skipped.set(path, stamp.size > maxSourceBytes ? "tooLarge" : "overLimit");
      return null;
    }
    const row = this.#known.rowOf(path);
    const key = row?.key && isSame(row, stamp) ? row.key : blob && contentKey(blob, path);
    return key && this.#known.hasContent(key) ? key : undefined;
  }
}

function mayBeSource(path: string, size: number): boolean {
  if (languageOf(path) !== undefined) return true;
  const name = path.slice(path.lastIndexOf("/") + 1);
  return !name.includes(".") && size > 2 && size <= maxScriptBytes;
}

function toRow(
  path: string,
  { size, modifiedMs, inode }: FileStamp,
  key: string | null,
): TreeFileRow {
  return { path, size, modifiedMs, inode, key };
}

function isSame(row: TreeFileRow, { size, modifiedMs, inode }: FileStamp): boolean {
  return row.size === size && row.modifiedMs === modifiedMs && row.inode === inode;
}

/** Whether a row says something else than the one before. */
export function isOther(row: TreeFileRow, before: TreeFileRow | undefined): boolean {
  return !before || row.key !== before.key || !isSame(row, before);
}
