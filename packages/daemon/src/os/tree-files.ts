import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  fsync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, sep } from "node:path";
import { promisify } from "node:util";
import { DaemonError } from "@heddle/protocol";
import { splitPath } from "./tree-paths.ts";

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
const descriptors = "/proc/self/fd";
const flush = promisify(fsync);
const chunkBytes = 256 * 1024;

/** A directory of the walk: `at` names one of its entries for the next system call. */
interface Directory extends AsyncDisposable {
  at(name: string): string;
}

/** An entry for system calls, its name for people, and what names the entries beside it. */
type Entry = [path: string, shown: string, beside: Directory["at"]];

export interface TreeFile {
  readonly bytes: Buffer;
  /** The permission bits alone. */
  readonly mode: number;
}

export interface TreeStat {
  readonly kind: "file" | "directory" | "symlink" | "other";
  readonly size: number;
  readonly mode: number;
  readonly modifiedAt: number;
}

export interface TreeOptions {
  /** Walk by descriptors, which needs /proc. By default it is used where it is there. */
  readonly byDescriptor?: boolean;
}

/**
 * Opens the files under `root` to code that takes its paths from a model.
 *
 * The root is opened once and each further component is opened relative to the descriptor before
 * it, without following links, so no change of the tree during a call leads outside. Without /proc
 * (macOS) each component is checked by lstat and realpath instead: links are refused as well, but
 * a directory that is swapped for a link between check and use can be followed.
 *
 * All calls but the flush to disk are synchronous: they take microseconds, where each trip through
 * the thread pool waits for its threads to be scheduled, milliseconds on a busy machine.
 */
export function openTree(root: string, options: TreeOptions = {}): TreeFiles {
  return new TreeFiles(root, options.byDescriptor ?? existsSync(descriptors));
}

/** Paths are relative to the root; absolute ones inside of it are accepted. */
export class TreeFiles implements Disposable {
  readonly #roots: readonly string[];
  readonly #fd: number;
  readonly #byDescriptor: boolean;
  #running = 0;
  #disposed = false;

  constructor(root: string, byDescriptor: boolean) {
    this.#roots = [realpathSync(root), root];
    this.#fd = openSync(root, O_RDONLY | O_DIRECTORY);
    this.#byDescriptor = byDescriptor;
  }

  /** The one spelling of a path, relative to the root; throws when it is not allowed. */
  resolve(path: string): string {
    return splitPath(path, this.#roots).join("/");
  }

  read(path: string, { maxBytes }: { maxBytes: number }): Promise<TreeFile> {
    return this.#within(path, async (entry, shown) => {
      const stats = await regularFile(entry, shown);
      if (stats === undefined) throw new DaemonError("notFound", `no file ${shown}`);
      return readWhole(entry, shown, maxBytes);
    });
  }

  /**
   * Replaces a file in one step, or creates it and its parents; returns the directories created,
   * outermost first. A file that exists keeps its permission bits unless `mode` is given.
   */
  async write(
    path: string,
    bytes: Uint8Array,
    { mode }: { mode?: number } = {},
  ): Promise<string[]> {
    const created: string[] = [];
    try {
      await this.#within(path, (...place) => replaceFile(place, bytes, mode), created);
    } catch (error) {
      for (const directory of created.toReversed()) {
        await this.removeDirectory(directory).catch(() => {});
      }
      throw error;
    }
    return created;
  }

  remove(path: string): Promise<void> {
    return this.#within(path, async (entry, shown) => {
      await regularFile(entry, shown);
      unlinkSync(entry);
    });
  }

  /** Removes a directory that is empty. */
  removeDirectory(path: string): Promise<void> {
    return this.#within(path, async (entry) => rmdirSync(entry));
  }

  /** Moves a file to a name that is free, creating the parents of it. */
  rename(from: string, to: string): Promise<void> {
    return this.#within(from, async (source, shownSource) => {
      if (!(await regularFile(source, shownSource))) {
        throw new DaemonError("notFound", `no file ${shownSource}`);
      }
      await this.#within(
        to,
        async (target, shown) => {
          if (await present(target)) throw new DaemonError("conflict", `${shown} exists already`);
          renameSync(source, target);
        },
        [],
      );
    });
  }

  /** What stands at a path, itself not followed if it is a link; undefined if nothing does. */
  async stat(path: string): Promise<TreeStat | undefined> {
    try {
      return await this.#within(path, async (entry) => describe(lstatSync(entry)));
    } catch (error) {
      if (error instanceof DaemonError && error.kind === "notFound") return undefined;
      throw error;
    }
  }

  /** Calls that run still finish; the root is closed after the last of them. */
  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#running === 0) closeSync(this.#fd);
  }

  async #within<T>(
    path: string,
    act: (...place: Entry) => Promise<T>,
    created?: string[],
  ): Promise<T> {
    const names = splitPath(path, this.#roots);
    if (this.#disposed) throw new Error("the tree is closed");
    this.#running += 1;
    const shown = names.join("/");
    try {
      await using parent = await this.#walk(names.slice(0, -1), created);
      return await act(parent.at(names.at(-1) ?? ""), shown, parent.at);
    } catch (error) {
      throw explain(error, shown);
    } finally {
      this.#running -= 1;
      if (this.#disposed && this.#running === 0) closeSync(this.#fd);
    }
  }

  async #walk(names: string[], created?: string[]): Promise<Directory> {
    let here = this.#rootDirectory();
    for (const [depth, name] of names.entries()) {
      await using left = here;
      const shown = names.slice(0, depth + 1).join("/");
      if (created && (await makeDirectory(left.at(name)))) created.push(shown);
      here = await this.#enter(left.at(name), shown);
    }
    return here;
  }

  #rootDirectory(): Directory {
    const base = this.#byDescriptor ? `${descriptors}/${this.#fd}` : this.#roots[0];
    return { at: (name) => `${base}/${name}`, [Symbol.asyncDispose]: async () => {} };
  }

  async #enter(path: string, shown: string): Promise<Directory> {
    if (!this.#byDescriptor) return this.#enterChecked(path, shown);
    try {
      const fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
      return {
        at: (name) => `${descriptors}/${fd}/${name}`,
        [Symbol.asyncDispose]: async () => closeSync(fd),
      };
    } catch (error) {
      // Linux answers ENOTDIR for a link as well as for a file.
      if (errno(error) === "ENOTDIR" || errno(error) === "ELOOP")
        throw await notEntered(path, shown);
      throw error;
    }
  }

  async #enterChecked(path: string, shown: string): Promise<Directory> {
    if (!lstatSync(path).isDirectory()) throw await notEntered(path, shown);
    const real = realpathSync(path);
    if (!real.startsWith(`${this.#roots[0]}${sep}`)) throw linked(shown);
    return { at: (name) => `${real}/${name}`, [Symbol.asyncDispose]: async () => {} };
  }
}

async function regularFile(entry: string, shown: string): Promise<Stats | undefined> {
  const stats = await present(entry);
  if (stats?.isSymbolicLink()) throw linked(shown);
  if (stats && !stats.isFile()) throw notAFile(shown);
  return stats;
}

async function present(entry: string): Promise<Stats | undefined> {
  try {
    return lstatSync(entry);
  } catch (error) {
    if (errno(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function readWhole(path: string, shown: string, maxBytes: number): Promise<TreeFile> {
  // A FIFO that took the file's place would hold the open without O_NONBLOCK.
  using file = opened(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const stats = fstatSync(file.fd);
  if (!stats.isFile()) throw notAFile(shown);
  const chunks: Buffer[] = [];
  for (let size = 0; size <= maxBytes; ) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, maxBytes + 1 - size));
    const bytesRead = readSync(file.fd, chunk, 0, chunk.length, null);
    if (bytesRead === 0) return { bytes: Buffer.concat(chunks), mode: stats.mode & 0o777 };
    chunks.push(chunk.subarray(0, bytesRead));
    size += bytesRead;
  }
  throw tooLarge(shown, maxBytes);
}

async function replaceFile(
  [path, shown, beside]: Entry,
  bytes: Uint8Array,
  mode: number | undefined,
): Promise<void> {
  const kept = mode ?? (await regularFile(path, shown))?.mode;
  const temporary = beside(temporaryName(basename(path)));
  // A write that was killed has left it; the same write, done again, takes it away.
  removeIfPresent(temporary);
  try {
    await writeWhole(temporary, bytes, kept);
    renameSync(temporary, path);
  } catch (error) {
    removeAfterFailure(temporary);
    throw error;
  }
}

function temporaryName(name: string): string {
  return `.heddle-${createHash("sha256").update(name).digest("hex").slice(0, 32)}.tmp`;
}

function removeIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errno(error) !== "ENOENT") throw error;
  }
}

function removeAfterFailure(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // What made the write fail is what the caller is told.
  }
}

function opened(path: string, flags: number): Disposable & { readonly fd: number } {
  const fd = openSync(path, flags, 0o666);
  return { fd, [Symbol.dispose]: () => closeSync(fd) };
}

async function writeWhole(path: string, bytes: Uint8Array, mode?: number): Promise<void> {
  using file = opened(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
  writeFileSync(file.fd, bytes);
  if (mode !== undefined) fchmodSync(file.fd, mode & 0o777);
  await flush(file.fd);
}

async function makeDirectory(path: string): Promise<boolean> {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (errno(error) === "EEXIST") return false;
    throw error;
  }
}

function describe(stats: Stats): TreeStat {
  const { size, mode, mtimeMs } = stats;
  const kind = stats.isFile()
    ? "file"
    : stats.isDirectory()
      ? "directory"
      : stats.isSymbolicLink()
        ? "symlink"
        : "other";
  return { kind, size, mode: mode & 0o777, modifiedAt: Math.trunc(mtimeMs) };
}

async function notEntered(path: string, shown: string): Promise<DaemonError> {
  if ((await present(path))?.isSymbolicLink()) return linked(shown);
  return new DaemonError("invalidParams", `${shown} is not a directory`, { path: shown });
}

const linked = (shown: string): DaemonError =>
  new DaemonError("outsideWorktree", `${shown} is a symbolic link: name the file it points to`, {
    path: shown,
  });

const notAFile = (shown: string): DaemonError =>
  new DaemonError("invalidParams", `${shown} is not a regular file`, { path: shown });

const tooLarge = (shown: string, maxBytes: number): DaemonError =>
  new DaemonError("tooLarge", `${shown} is larger than ${maxBytes} bytes`, {
    path: shown,
    maxBytes,
  });

const errno = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error ? String(error.code) : undefined;

function explain(error: unknown, path: string): unknown {
  if (error instanceof DaemonError) return error;
  const options = { cause: error };
  switch (errno(error)) {
    case "ENOENT":
      return new DaemonError("notFound", `no file ${path}`, { path }, options);
    case "ELOOP":
      return linked(path);
    case "ENXIO":
      return notAFile(path);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new DaemonError("notGranted", `no permission for ${path}`, { path }, options);
    case "ENOSPC":
    case "EDQUOT":
      return new DaemonError("storageFull", `no space left for ${path}`, { path }, options);
    case "ENAMETOOLONG":
    case "EISDIR":
    case "ENOTEMPTY":
      return new DaemonError(
        "invalidParams",
        `${path} cannot be used as a file`,
        { path },
        options,
      );
    default:
      return error;
  }
}
