import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { type Database, isDamage } from "./database.ts";

/** What a lexer found in one content; the same for every file and tree that has it. */
export interface ContentRow {
  readonly key: string;
  /** What was found, as the index writes it. */
  readonly body: string;
  /** Numbers of names, packed by the index. */
  readonly names: Uint32Array;
}

/** A file of a tree, and the content that it had when it was last looked at. */
export interface TreeFileRow {
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
  readonly inode: number;
  /** Absent where nothing is read out of such a file. */
  readonly key: string | null;
}

const schema = `
  CREATE TABLE meta (version TEXT NOT NULL) STRICT;
  CREATE TABLE name_chunk (first INTEGER PRIMARY KEY, names TEXT NOT NULL) STRICT;
  CREATE TABLE content (key TEXT PRIMARY KEY, body TEXT NOT NULL, names BLOB NOT NULL) STRICT;
  CREATE TABLE tree (id INTEGER PRIMARY KEY, root TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE tree_file (
    tree_id INTEGER NOT NULL REFERENCES tree (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified_ms REAL NOT NULL,
    inode INTEGER NOT NULL,
    key TEXT,
    PRIMARY KEY (tree_id, path)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Opens the index of a project. It holds only what can be computed again: a file of another version,
 * or a damaged one, is begun anew.
 */
export function openIndexStore(path: string, version: string): IndexStore {
  try {
    return new IndexStore(open(path, version));
  } catch (error) {
    if (!isDamage(error)) throw error;
    removeIndexStore(path);
    return new IndexStore(open(path, version));
  }
}

export function removeIndexStore(path: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true });
}

function open(path: string, version: string): Database {
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const db = new BetterSqlite3(path);
  try {
    // Contents are larger than what fits into a page of the usual size.
    db.pragma("page_size = 16384");
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = NORMAL");
    db.pragma("foreign_keys = ON");
    db.pragma("busy_timeout = 5000");
    // A first index is written once, and not once more while lexers wait; see `checkpoint`.
    db.pragma("wal_autocheckpoint = 5000");
    const written = versionOf(db);
    if (written === undefined) begin(db, version);
    if (written === undefined || written === version) return db;
  } catch (error) {
    db.close();
    throw error;
  }
  db.close();
  removeIndexStore(path);
  return open(path, version);
}

function versionOf(db: Database): string | undefined {
  const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get();
  return known ? db.prepare<[], string>("SELECT version FROM meta").pluck().get() : undefined;
}

function begin(db: Database, version: string): void {
  db.transaction(() => {
    db.exec(schema);
    db.prepare("INSERT INTO meta (version) VALUES (?)").run(version);
  }).immediate();
}

/** The rows of a project's index: contents, which trees share, and the files of each tree. */
export class IndexStore implements Disposable {
  readonly #db: Database;
  readonly #putContent;
  readonly #content;
  readonly #putFile;
  readonly #removeFile;
  readonly #names;

  constructor(db: Database) {
    this.#db = db;
    this.#names = db.prepare<[number, string]>(
      "INSERT INTO name_chunk (first, names) VALUES (?, ?)",
    );
    this.#putContent = db.prepare<[string, string, Buffer]>(
      "INSERT INTO content (key, body, names) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING",
    );
    this.#content = db.prepare<[string], { body: string; names: Buffer }>(
      "SELECT body, names FROM content WHERE key = ?",
    );
    this.#putFile = db.prepare<[number, string, number, number, number, string | null]>(
      `INSERT INTO tree_file (tree_id, path, size, modified_ms, inode, key)
       VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (tree_id, path) DO UPDATE SET size = excluded.size,
         modified_ms = excluded.modified_ms, inode = excluded.inode, key = excluded.key`,
    );
    this.#removeFile = db.prepare<[number, string]>(
      "DELETE FROM tree_file WHERE tree_id = ? AND path = ?",
    );
  }

  /** All or nothing; what is stored within is one transaction. */
  transaction<T>(work: () => T): T {
    return this.#db.transaction(work).immediate();
  }

  /** The names by their numbers, from 0. They hold no line feed. */
  readNames(): string[] {
    const rows = this.#db.prepare<[], string>("SELECT names FROM name_chunk ORDER BY first");
    return rows
      .pluck()
      .all()
      .flatMap((chunk) => chunk.split("\n"));
  }

  /** Adds names; the first of them gets the number `first`. */
  addNames(first: number, names: readonly string[]): void {
    if (names.length > 0) this.#names.run(first, names.join("\n"));
  }

  putContent({ key, body, names }: ContentRow): void {
    this.#putContent.run(key, body, Buffer.from(names.buffer, names.byteOffset, names.byteLength));
  }

  /** Whether there is any content. */
  hasContents(): boolean {
    return this.#db.prepare("SELECT 1 FROM content LIMIT 1").get() !== undefined;
  }

  findContent(key: string): ContentRow | undefined {
    const row = this.#content.get(key);
    return row && { key, body: row.body, names: toNumbers(row.names) };
  }

  /** The number of a tree, which is made if it is new. */
  treeId(root: string): number {
    this.#db.prepare("INSERT INTO tree (root) VALUES (?) ON CONFLICT DO NOTHING").run(root);
    const find = this.#db.prepare<[string], number>("SELECT id FROM tree WHERE root = ?").pluck();
    return find.get(root) as number;
  }

  readTree(treeId: number): TreeFileRow[] {
    return this.#db
      .prepare<[number], TreeFileRow>(
        `SELECT path, size, modified_ms AS modifiedMs, inode, key FROM tree_file
         WHERE tree_id = ? ORDER BY path`,
      )
      .all(treeId);
  }

  putFile(treeId: number, { path, size, modifiedMs, inode, key }: TreeFileRow): void {
    this.#putFile.run(treeId, path, size, modifiedMs, inode, key);
  }

  removeFile(treeId: number, path: string): void {
    this.#removeFile.run(treeId, path);
  }

  /** Forgets the trees that are not named. */
  keepTrees(roots: readonly string[]): void {
    this.#db
      .prepare("DELETE FROM tree WHERE root NOT IN (SELECT value FROM json_each(?))")
      .run(JSON.stringify(roots));
  }

  /** Forgets contents that no tree has, once they are more than `spare`. */
  prune(spare: number): void {
    const unused = "key NOT IN (SELECT key FROM tree_file WHERE key IS NOT NULL)";
    const count = this.#db.prepare<[], number>(`SELECT count(*) FROM content WHERE ${unused}`);
    if ((count.pluck().get() ?? 0) > spare) this.#db.exec(`DELETE FROM content WHERE ${unused}`);
  }

  /** Moves what was written to its place; for when nobody waits. */
  checkpoint(): void {
    this.#db.pragma("wal_checkpoint(TRUNCATE)");
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

function toNumbers(bytes: Buffer): Uint32Array {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return new Uint32Array(copy.buffer);
}
