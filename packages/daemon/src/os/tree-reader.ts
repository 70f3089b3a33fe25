import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  type Stats,
} from "node:fs";
import { sep } from "node:path";

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
const descriptors = "/proc/self/fd";

/** What tells one state of a file from another without reading it. */
export interface FileStamp {
  readonly size: number;
  readonly modifiedMs: number;
  readonly inode: number;
}

export type FileKind = "file" | "directory" | "symlink" | "special";

/** The bytes of a file with its stamp, or why there are none. */
export type ReadFile =
  | { readonly bytes: Buffer; readonly stamp: FileStamp }
  | { readonly refused: "symlink" | "special" | "tooLarge" | "vanished" | "unreadable" };

interface OpenDirectory {
  readonly name: string;
  /** Names an entry for a system call when the entry's name is put behind it. */
  readonly prefix: string;
  readonly fd: number | undefined;
}

/**
 * Reads many files of a tree that somebody else may be changing, for a worker: it blocks. Like
 * `TreeFiles` it follows no link, in no part of a path; it keeps the folders of the last path open,
 * so paths in order are cheap.
 */
export class TreeReader implements Disposable {
  readonly #root: OpenDirectory;
  readonly #open: OpenDirectory[] = [];
  #chunk = Buffer.allocUnsafe(256 * 1024);

  constructor(root: string) {
    const real = realpathSync(root);
    const fd = openSync(real, O_RDONLY | O_DIRECTORY);
    const prefix = existsSync(descriptors) ? `${descriptors}/${fd}/` : `${real}/`;
    this.#root = { name: "", prefix, fd };
  }

  /** What stands at a path, itself not followed; absent if nothing does. */
  stat(path: string): { kind: FileKind; stamp: FileStamp } | undefined {
    const entry = this.#entry(path);
    if (entry === undefined) return undefined;
    try {
      const stats = lstatSync(entry, { throwIfNoEntry: false });
      return stats && { kind: kindOf(stats), stamp: stampOf(stats) };
    } catch {
      return undefined;
    }
  }

  /** A whole file, or why not. The bytes are good until the next read. */
  read(path: string, maxBytes: number): ReadFile {
    const entry = this.#entry(path);
    if (entry === undefined) return { refused: "vanished" };
    let fd: number;
    try {
      // A FIFO that took the file's place would hold the open without O_NONBLOCK.
      fd = openSync(entry, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      return { refused: refusalOf(error) };
    }
    try {
      return this.#readOpen(fd, maxBytes);
    } catch {
      return { refused: "unreadable" };
    } finally {
      closeSync(fd);
    }
  }

  /** The entries of a folder; none where it is gone or is a link. "" is the root. */
  list(path: string): { name: string; kind: FileKind }[] {
    const folder = this.#folder(path === "" ? [] : path.split("/"));
    if (folder === undefined) return [];
    try {
      const entries = readdirSync(folder.prefix, { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
    } catch {
      return [];
    }
  }

  [Symbol.dispose](): void {
    this.#closeFrom(0);
    if (this.#root.fd !== undefined) closeSync(this.#root.fd);
  }

  #readOpen(fd: number, maxBytes: number): ReadFile {
    const before = fstatSync(fd);
    if (!before.isFile()) return { refused: "special" };
    if (before.size > maxBytes) return { refused: "tooLarge" };
    const stamp = stampOf(before);
    if (this.#chunk.length <= before.size) this.#chunk = Buffer.allocUnsafe(before.size * 2);
    let length = 0;
    for (;;) {
      const count = readSync(fd, this.#chunk, length, this.#chunk.length - length, null);
      length += count;
      // A file that says its size needs no more reading to see its end; one that grew has another stamp.
      const isWhole = length === stamp.size && count > 0;
      if (count === 0 || isWhole) return { bytes: this.#chunk.subarray(0, length), stamp };
      if (length > maxBytes) return { refused: "tooLarge" };
      if (length === this.#chunk.length) this.#chunk = grown(this.#chunk);
    }
  }

  #entry(path: string): string | undefined {
    const names = path.split("/");
    const name = names.pop();
    if (!name || name === ".." || name === "." || path.includes("\0")) return undefined;
    const folder = this.#folder(names);
    return folder && folder.prefix + name;
  }

  #folder(names: readonly string[]): OpenDirectory | undefined {
    let depth = 0;
    while (depth < names.length && this.#open[depth]?.name === names[depth]) depth += 1;
    this.#closeFrom(depth);
    for (; depth < names.length; depth += 1) {
      const opened = this.#enter(this.#open[depth - 1] ?? this.#root, names[depth] ?? "");
      if (opened === undefined) return undefined;
      this.#open.push(opened);
    }
    return this.#open.at(-1) ?? this.#root;
  }

  #enter(parent: OpenDirectory, name: string): OpenDirectory | undefined {
    if (name === "" || name === "." || name === "..") return undefined;
    const path = parent.prefix + name;
    try {
      if (!this.#root.prefix.startsWith(descriptors)) return enterChecked(path, name);
      const fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
      return { name, prefix: `${descriptors}/${fd}/`, fd };
    } catch {
      return undefined;
    }
  }

  #closeFrom(depth: number): void {
    for (const { fd } of this.#open.splice(depth)) if (fd !== undefined) closeSync(fd);
  }
}

/** Without /proc each folder is checked by its real path instead, as `TreeFiles` does. */
function enterChecked(path: string, name: string): OpenDirectory | undefined {
  if (!lstatSync(path).isDirectory() || realpathSync(path) !== path.replaceAll("/", sep)) {
    return undefined;
  }
  return { name, prefix: `${path}/`, fd: undefined };
}

function grown(buffer: Buffer): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(buffer.length * 2);
  buffer.copy(larger);
  return larger;
}

function kindOf(entry: Pick<Stats, "isFile" | "isDirectory" | "isSymbolicLink">): FileKind {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  return entry.isSymbolicLink() ? "symlink" : "special";
}

function stampOf({ size, mtimeMs, ino }: Stats): FileStamp {
  return { size, modifiedMs: mtimeMs, inode: ino };
}

function refusalOf(error: unknown): "symlink" | "special" | "vanished" | "unreadable" {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "ELOOP") return "symlink";
  if (code === "ENXIO") return "special";
  return code === "ENOENT" || code === "ENOTDIR" ? "vanished" : "unreadable";
}
