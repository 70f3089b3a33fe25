// Holds what the lexer finds against what real parsers find, on sources that it was not tuned on.
// node --conditions=@heddle/source scripts/insight/accuracy.ts [--misses N] FOLDER…
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isMinified, maxSourceBytes } from "../../packages/daemon/src/insight/digest.ts";
import { type Language, languageOf, lexFile } from "../../packages/daemon/src/insight/lex/index.ts";
import { pythonOracle } from "./oracle-python.ts";
import { treeSitterOracle } from "./oracle-tree-sitter.ts";
import { typescriptOracle } from "./oracle-typescript.ts";

/** `line specifier` and `line container.name kind`, as both sides are made to say it. */
export interface Found {
  readonly imports: string[];
  readonly definitions: string[];
  /** First and last lines of what the oracle does not look into, such as a macro's tokens. */
  readonly unseen?: readonly (readonly [number, number])[];
}

export interface Score {
  readonly found: number;
  readonly wrong: number;
  readonly missed: number;
  readonly precision: number;
  readonly recall: number;
}

/** Undefined where the oracle cannot read the file. */
export type Oracle = (path: string, text: string) => Found | undefined;

export interface Accuracy {
  readonly files: number;
  readonly unread: number;
  readonly imports: Score;
  readonly definitions: Score;
  /** The first differences, for people. */
  readonly misses: readonly string[];
}

/** Compares over all files of one language under some folders. */
export function measure(oracle: Oracle, files: readonly string[], mostMisses = 0): Accuracy {
  const imports = new Tally(mostMisses);
  const definitions = new Tally(mostMisses);
  let unread = 0;
  for (const path of files) {
    const bytes = readFileSync(path);
    const text = bytes.toString("utf8");
    // What the index does not read either.
    const isLeftOut = bytes.length > maxSourceBytes || isMinified(bytes, path);
    const truth = isLeftOut ? undefined : oracle(path, text);
    const language = languageOf(path, text);
    if (truth === undefined || language === undefined) {
      unread++;
      continue;
    }
    const ours = seen(found(language, text, path), truth.unseen ?? []);
    imports.add(path, ours.imports, truth.imports);
    definitions.add(path, ours.definitions, truth.definitions);
  }
  const misses = [...imports.misses, ...definitions.misses];
  return {
    files: files.length - unread,
    unread,
    imports: imports.score(),
    definitions: definitions.score(),
    misses,
  };
}

function found(language: Language, text: string, path: string): Found {
  const symbols = lexFile(language, text, path);
  return {
    imports: symbols.imports.map(({ line, specifier }) => `${line} ${specifier}`),
    definitions: symbols.definitions.map(
      ({ line, container, name, kind }) =>
        `${line} ${container ? `${container}.` : ""}${name} ${kind}`,
    ),
  };
}

/** What is found where the oracle looks as well. */
function seen(ours: Found, unseen: readonly (readonly [number, number])[]): Found {
  if (unseen.length === 0) return ours;
  const isSeen = (item: string): boolean => {
    const line = Number.parseInt(item, 10);
    return !unseen.some(([first, last]) => line > first && line <= last);
  };
  return { imports: ours.imports.filter(isSeen), definitions: ours.definitions.filter(isSeen) };
}

class Tally {
  readonly misses: string[] = [];
  readonly #most: number;
  #found = 0;
  #wrong = 0;
  #missed = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(path: string, ours: readonly string[], truth: readonly string[]): void {
    const left = new Map<string, number>();
    for (const item of truth) left.set(item, (left.get(item) ?? 0) + 1);
    for (const item of ours) {
      const count = left.get(item) ?? 0;
      if (count > 0) {
        this.#found++;
        left.set(item, count - 1);
      } else {
        this.#wrong++;
        this.#note(`wrong  ${path}:${item}`);
      }
    }
    for (const [item, count] of left) {
      this.#missed += count;
      if (count > 0) this.#note(`missed ${path}:${item}`);
    }
  }

  score(): Score {
    const [found, wrong, missed] = [this.#found, this.#wrong, this.#missed];
    const share = (of: number): number => (found + of === 0 ? 1 : found / (found + of));
    return { found, wrong, missed, precision: share(wrong), recall: share(missed) };
  }

  #note(miss: string): void {
    if (this.misses.length < this.#most) this.misses.push(miss);
  }
}

const languages: readonly {
  endings: string;
  oracle(files: readonly string[]): Oracle | Promise<Oracle>;
}[] = [
  { endings: "{ts,tsx,mts,cts,js,jsx,mjs,cjs}", oracle: () => typescriptOracle },
  { endings: "{py,pyi}", oracle: pythonOracle },
  { endings: "go", oracle: () => treeSitterOracle("go") },
  { endings: "java", oracle: () => treeSitterOracle("java") },
  { endings: "rs", oracle: () => treeSitterOracle("rust") },
];

/** By the endings of each language, for those of which there are sources below the folders. */
export async function measureFolders(
  folders: readonly string[],
  mostMisses: number,
): Promise<Record<string, Accuracy>> {
  const result: Record<string, Accuracy> = {};
  for (const { endings, oracle } of languages) {
    const files = folders.flatMap((folder) =>
      globSync(`**/*.${endings}`, { cwd: folder, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    );
    if (files.length > 0) result[endings] = measure(await oracle(files), files, mostMisses);
  }
  return result;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { misses: { type: "string", default: "20" } },
  });
  console.log(JSON.stringify(await measureFolders(positionals, Number(values.misses)), null, 2));
}
