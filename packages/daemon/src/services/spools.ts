import { mkdirSync } from "node:fs";
import { open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  DaemonError,
  type Item,
  type ItemId,
  type Methods,
  type ParamsOf,
  type ResultOf,
  type ThreadId,
} from "@heddle/protocol";
import type { Clock } from "../os/clock.ts";
import { SpoolFile } from "../os/spool-file.ts";
import type { Store } from "../store/store.ts";
import type { LiveTexts } from "./live-texts.ts";

const keptMs = 7 * 24 * 3_600_000;
const pruneEveryMs = 3_600_000;
const rangeBytes = 256 * 1024;

export interface SpoolsOptions {
  /** A directory of the daemon's own. */
  readonly root: string;
  readonly store: Store;
  readonly texts: LiveTexts;
  readonly clock: Clock;
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

interface Range {
  readonly offset: number;
  readonly limit: number;
}

/**
 * The whole outputs of commands, on file where they are too long for a result. Later commands of
 * the same thread can read them; they go with the thread, and after a week.
 */
export class Spools {
  readonly #options: SpoolsOptions;
  #prunedAt = Number.NEGATIVE_INFINITY;

  constructor(options: SpoolsOptions) {
    this.#options = options;
  }

  /** The directory of a thread's outputs, which its boxes may read. */
  folder(threadId: ThreadId): string {
    const path = join(this.#options.root, threadId);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }

  begin(threadId: ThreadId, itemId: ItemId): SpoolFile {
    this.#pruneSoon();
    return new SpoolFile(join(this.folder(threadId), fileName(itemId)));
  }

  /** A range of a command's output, from its file or, where it needed none, from its text. */
  async read({
    itemId,
    offset = 0,
    limit = rangeBytes,
  }: ParamsOf<Methods, "item/output">): Promise<ResultOf<Methods, "item/output">> {
    const item = this.#command(itemId);
    const { bytes, total } =
      (await this.#fromFile(item, { offset, limit })) ?? this.#fromText(item, { offset, limit });
    return { base64: bytes.toString("base64"), offset, outputBytes: total };
  }

  /** Removes a thread's outputs; a fault is logged. */
  async remove(threadId: ThreadId): Promise<void> {
    const path = join(this.#options.root, threadId);
    await this.#quietly(rm(path, { recursive: true, force: true }));
  }

  /** The bytes of all outputs that are on file. */
  async size(): Promise<number> {
    const sizes = (await this.#files()).map(async (path) => (await stat(path)).size);
    const found = await Promise.all(sizes.map((size) => size.catch(() => 0)));
    return found.reduce((a, b) => a + b, 0);
  }

  /** Removes outputs that nobody has added to for a week. */
  async prune(): Promise<void> {
    const { clock } = this.#options;
    this.#prunedAt = clock();
    for (const path of await this.#files()) {
      const { mtimeMs } = await stat(path);
      if (mtimeMs < clock() - keptMs) await rm(path, { force: true });
    }
  }

  #pruneSoon(): void {
    if (this.#options.clock() - this.#prunedAt >= pruneEveryMs) void this.#quietly(this.prune());
  }

  #command(itemId: string): Command {
    const item = this.#options.store.items.find(itemId);
    if (item?.type === "commandExecution") return item;
    throw new DaemonError("notFound", `${itemId} is no command`, { itemId });
  }

  async #fromFile(
    { threadId, id }: Command,
    { offset, limit }: Range,
  ): Promise<{ bytes: Buffer; total: number } | undefined> {
    const path = join(this.#options.root, threadId, fileName(id));
    await using file = await open(path).catch(() => undefined);
    if (file === undefined) return undefined;
    const { bytesRead, buffer } = await file.read(Buffer.alloc(limit), 0, limit, offset);
    return { bytes: buffer.subarray(0, bytesRead), total: (await file.stat()).size };
  }

  #fromText(
    { id, outputBytes }: Command,
    { offset, limit }: Range,
  ): { bytes: Buffer; total: number } {
    const { store, texts } = this.#options;
    const whole = Buffer.from(texts.peek(id) || (store.items.text(id) ?? ""));
    if (outputBytes !== null && outputBytes > whole.length) {
      const message = `the whole output of ${id} is no longer kept; item/read has the head of it`;
      throw new DaemonError("notFound", message, { itemId: id });
    }
    return { bytes: whole.subarray(offset, offset + limit), total: whole.length };
  }

  async #files(): Promise<string[]> {
    const { root } = this.#options;
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
  }

  #quietly(work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) =>
      this.#options.logError("outputs could not be removed", { error }),
    );
  }
}

type Command = Extract<Item, { type: "commandExecution" }>;

const fileName = (itemId: ItemId): string => `${itemId}.txt`;
