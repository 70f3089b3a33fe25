import { parse } from "yaml";
import type { Ecosystem, Manifest } from "../index-types.ts";
import { parseGemfile, parseGemfileLock, parseGemspec } from "./bundler.ts";
import { parseCargoLock, parseCargoToml } from "./cargo.ts";
import { parseComposer, parseComposerLock } from "./composer.ts";
import { parseGoMod, parseGoWork } from "./go.ts";
import { type Catalog, parseCatalog, parseGradle, parseGradleSettings } from "./gradle.ts";
import {
  asObject,
  baseOf,
  type Draft,
  dirOf,
  type Lock,
  stringsOf,
  type TextFile,
} from "./manifest-file.ts";
import { parsePom } from "./maven.ts";
import { parsePackageJson } from "./npm.ts";
import { parseNpmLock, parsePnpmLock, parseYarnLock } from "./npm-locks.ts";
import {
  parsePipfile,
  parsePipfileLock,
  parsePyproject,
  parsePythonLock,
  parseRequirements,
} from "./python.ts";

interface Reader {
  readonly name: RegExp;
  readonly ecosystem: Ecosystem;
  readonly parse: (file: TextFile, context: { readonly catalog: Catalog }) => Draft;
}

const readers: readonly Reader[] = [
  { name: /^package\.json$/, ecosystem: "npm", parse: ({ text }) => parsePackageJson(text) },
  { name: /^pnpm-workspace\.yaml$/, ecosystem: "npm", parse: ({ text }) => pnpmWorkspace(text) },
  { name: /^pyproject\.toml$/, ecosystem: "python", parse: ({ text }) => parsePyproject(text) },
  { name: /^Pipfile$/, ecosystem: "python", parse: ({ text }) => parsePipfile(text) },
  {
    name: /^(?:[\w-]*requirements[\w.-]*)\.(?:txt|in)$/,
    ecosystem: "python",
    parse: ({ path, text }) =>
      parseRequirements(text, /dev|test|lint|doc/.test(baseOf(path)) ? "dev" : "runtime"),
  },
  { name: /^go\.mod$/, ecosystem: "go", parse: ({ text }) => parseGoMod(text) },
  {
    name: /^go\.work$/,
    ecosystem: "go",
    parse: ({ text }) => ({ dependencies: [], members: parseGoWork(text) }),
  },
  { name: /^Cargo\.toml$/, ecosystem: "cargo", parse: ({ text }) => parseCargoToml(text) },
  { name: /^pom\.xml$/, ecosystem: "maven", parse: ({ text }) => parsePom(text) },
  {
    name: /^build\.gradle(?:\.kts)?$/,
    ecosystem: "gradle",
    parse: ({ text }, { catalog }) => parseGradle(text, catalog),
  },
  {
    name: /^settings\.gradle(?:\.kts)?$/,
    ecosystem: "gradle",
    parse: ({ text }) => ({ dependencies: [], members: parseGradleSettings(text) }),
  },
  { name: /^composer\.json$/, ecosystem: "composer", parse: ({ text }) => parseComposer(text) },
  { name: /^Gemfile$/, ecosystem: "bundler", parse: ({ text }) => parseGemfile(text) },
  { name: /\.gemspec$/, ecosystem: "bundler", parse: ({ text }) => parseGemspec(text) },
];

const lockReaders: readonly (readonly [RegExp, Ecosystem, (file: TextFile) => Lock])[] = [
  [/^(?:package-lock|npm-shrinkwrap)\.json$/, "npm", parseNpmLock],
  [/^pnpm-lock\.yaml$/, "npm", parsePnpmLock],
  [/^yarn\.lock$/, "npm", parseYarnLock],
  [/^(?:poetry|uv|pdm)\.lock$/, "python", parsePythonLock],
  [/^Pipfile\.lock$/, "python", parsePipfileLock],
  [/^Cargo\.lock$/, "cargo", parseCargoLock],
  [/^composer\.lock$/, "composer", parseComposerLock],
  [/^Gemfile\.lock$/, "bundler", parseGemfileLock],
  [/^go\.mod$/, "go", goLock],
];

const catalogName = "libs.versions.toml";

/** Far more than any has; a YAML parser takes minutes over a megabyte of quotes. */
const workspaceAtMost = 64 * 1024;

function pnpmWorkspace(text: string): Draft {
  if (text.length > workspaceAtMost) throw new Error("it is larger than 64 KiB");
  const workspace = asObject(parse(text, { prettyErrors: false }));
  return { dependencies: [], members: stringsOf(workspace.packages) };
}

function goLock({ path, text }: TextFile): Lock {
  const { locked } = parseGoMod(text);
  const dir = dirOf(path);
  return { dir, version: (name, _range, from) => (from === dir ? locked.get(name) : undefined) };
}

/** Whether a file declares a package, or says what versions one got. */
export function isManifestFile(path: string): boolean {
  const name = baseOf(path);
  return (
    name === catalogName ||
    readers.some((reader) => reader.name.test(name)) ||
    lockReaders.some(([pattern]) => pattern.test(name))
  );
}

/** Reads all manifests of a tree. One that is broken is there with its `problem`. */
export function readManifests(files: readonly TextFile[]): Manifest[] {
  const locks = files.flatMap(readLocks);
  const catalog = catalogOf(files);
  return files.flatMap((file) => {
    const reader = readers.find(({ name }) => name.test(baseOf(file.path)));
    return reader ? [readManifest(file, reader, { locks, catalog })] : [];
  });
}

type OwnedLock = Lock & { readonly ecosystem: Ecosystem };

interface Context {
  readonly locks: readonly OwnedLock[];
  readonly catalog: Catalog;
}

function readManifest(
  { path, text }: TextFile,
  reader: Reader,
  { locks, catalog }: Context,
): Manifest {
  const { ecosystem } = reader;
  const dir = dirOf(path);
  const base = { path, ecosystem, dir, dependencies: [], scripts: [], entries: [], members: [] };
  let draft: Draft;
  try {
    draft = reader.parse({ path, text }, { catalog });
  } catch (error) {
    return { ...base, problem: (error as Error).message.split("\n", 1)[0] ?? "" };
  }
  const near = locks.filter((lock) => lock.ecosystem === ecosystem && isWithin(dir, lock.dir));
  near.sort((a, b) => b.dir.length - a.dir.length);
  const lockedVersion = (name: string, range: string) => {
    for (const lock of near) {
      const version = lock.version(name, range, dir);
      if (version !== undefined) return { locked: version };
    }
    return {};
  };
  const dependencies = draft.dependencies.map((wanted) => ({
    ...wanted,
    ...lockedVersion(wanted.name, wanted.range),
    path,
  }));
  const { name, version, scripts, entries, members } = draft;
  return {
    ...base,
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...(scripts && { scripts }),
    ...(entries && { entries }),
    ...(members && { members }),
    dependencies,
  };
}

function readLocks(file: TextFile): OwnedLock[] {
  const found = lockReaders.find(([pattern]) => pattern.test(baseOf(file.path)));
  if (!found) return [];
  const [, ecosystem, read] = found;
  try {
    return [{ ...read(file), ecosystem }];
  } catch {
    // Without it versions are unknown, which is what its absence says too.
    return [];
  }
}

function catalogOf(files: readonly TextFile[]): Catalog {
  const file = files.find(({ path }) => baseOf(path) === catalogName);
  try {
    return file ? parseCatalog(file.text) : new Map();
  } catch {
    return new Map();
  }
}

/** Whether a folder is another one, or in it. */
export function isWithin(dir: string, outer: string): boolean {
  return outer === "" || dir === outer || dir.startsWith(`${outer}/`);
}
