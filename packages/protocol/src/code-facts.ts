import * as z from "zod";
import { AbsolutePath, CommitHash, Timestamp } from "./common.ts";

export const CodePlace = z.object({
  path: z.string().describe("Relative to the root that was analyzed, with `/`."),
  line: z.int().positive(),
});
export type CodePlace = z.infer<typeof CodePlace>;

/** The most telling rows of a fact, and how many there are in all. */
function top<Row extends z.ZodType>(row: Row) {
  return z.object({ total: z.int().nonnegative(), rows: z.array(row) });
}

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);

export const LanguageFact = z.object({
  language: z.string(),
  files: count,
  codeLines: count,
  commentLines: count,
  share: share.describe("Of all lines of code."),
  largest: CodePlace.describe("The file with the most lines of code."),
});
export type LanguageFact = z.infer<typeof LanguageFact>;

export const EntryPoint = z.object({
  kind: z
    .enum(["command", "library", "program", "script"])
    .describe(
      "`command` and `library` are declared by a manifest, `program` has a main function or block, `script` a shebang.",
    ),
  name: z.string(),
  path: z.string().describe("The file that is run or imported."),
  place: CodePlace.describe("Where that is said."),
});
export type EntryPoint = z.infer<typeof EntryPoint>;

export const PackageFact = z.object({
  name: z.string(),
  folder: z.string().describe("Empty for the root."),
  place: CodePlace.describe("Its manifest, or its first file where it is a folder alone."),
  files: count,
  codeLines: count,
  layer: count.describe("0 imports none of the others; each further layer only those below it."),
  importedBy: count.describe("How many of the others import it."),
});
export type PackageFact = z.infer<typeof PackageFact>;

export const PackageArrow = z.object({
  from: z.string().describe("The folder of the package that imports."),
  to: z.string(),
  imports: count.describe("How many imports lead this way."),
  place: CodePlace.describe("The first of them."),
  cyclic: z.boolean().describe("There is a way back."),
});
export type PackageArrow = z.infer<typeof PackageArrow>;

const parts = { packages: top(PackageFact), arrows: top(PackageArrow) };

export const PackageMap = z.object({
  split: z
    .enum(["manifests", "folders"])
    .describe("What parts the project: manifests of its own, or its folders."),
  ...parts,
  insides: z
    .array(z.object({ folder: z.string(), ...parts }))
    .describe("The folders of those that have several, likewise."),
});
export type PackageMap = z.infer<typeof PackageMap>;

export const DependencyFact = z.object({
  name: z.string(),
  ecosystem: z.string(),
  wanted: z.string().nullable().describe("As the manifest asks for it."),
  locked: z.string().nullable().describe("As the lock file has it."),
  use: z
    .enum(["runtime", "dev", "peer", "optional", "build", "undeclared"])
    .describe("`undeclared`: imported, but no manifest names it so."),
  place: CodePlace.describe("Where it is declared, else first imported."),
  importedBy: count
    .nullable()
    .describe("Files that import it by that name; null where imports do not tell."),
  firstImport: CodePlace.nullable(),
});
export type DependencyFact = z.infer<typeof DependencyFact>;

export const CycleFact = z.object({
  size: count.describe("Files that can all reach one another by imports."),
  path: z
    .array(CodePlace)
    .describe(
      "A shortest way round: each place is the import of the next file; the last leads back.",
    ),
  typesOnly: z.boolean().describe("Without imports of types alone there is no cycle."),
});
export type CycleFact = z.infer<typeof CycleFact>;

export const HubFact = z.object({
  path: z.string(),
  importedBy: count,
  imports: count,
  example: CodePlace.describe("One file that imports it."),
});
export type HubFact = z.infer<typeof HubFact>;

export const DeadFile = z.object({ place: CodePlace, codeLines: count });
export type DeadFile = z.infer<typeof DeadFile>;

export const TestFact = z.object({
  files: count,
  codeLines: count,
  pairs: top(
    z.object({
      test: CodePlace,
      source: z.string(),
      by: z.enum(["import", "name"]).describe("How the one was found to test the other."),
    }),
  ),
  untested: top(CodePlace).describe(
    "Sources that no test reaches by imports, however many lie between; the longest first.",
  ),
});
export type TestFact = z.infer<typeof TestFact>;

export const CheckCommand = z.object({
  kind: z.enum(["test", "lint", "types", "format", "build", "check"]),
  command: z.string().describe("To be run in the folder of `place`, unless that is a CI file's."),
  place: CodePlace,
  source: z.enum(["manifest", "ci", "convention"]),
});
export type CheckCommand = z.infer<typeof CheckCommand>;

export const StyleFact = z.object({
  language: z.string(),
  aspect: z.enum(["indent", "quotes", "semicolons", "naming", "modules", "tests", "fileNames"]),
  choice: z.string().nullable().describe("Null where no choice has a clear majority."),
  first: z.string().describe("What got most votes, clear or not."),
  share: share.describe("How much of the files do mostly that."),
  votes: count.describe("Files that tell."),
  example: CodePlace,
});
export type StyleFact = z.infer<typeof StyleFact>;

export const HistoryFact = z.object({
  commits: count.describe("Commits that were read."),
  since: Timestamp.nullable().describe("The oldest of them."),
  whole: z.boolean().describe("Whether that is all of the history."),
  authors: count,
  churn: top(z.object({ path: z.string(), commits: count, added: count, deleted: count })).describe(
    "What changes most often.",
  ),
  hotspots: top(
    z.object({ path: z.string(), commits: count, branches: count, codeLines: count }),
  ).describe("Complex files that change often."),
  coChange: top(
    z.object({
      path: z.string(),
      other: z.string(),
      together: count,
      share: share.describe("Of the commits of the one that changed less often."),
      imports: z.boolean().describe("Whether one imports the other."),
    }),
  ).describe("Files that change in the same commits."),
});
export type HistoryFact = z.infer<typeof HistoryFact>;

/** What a newcomer wants to know of a project. All of it is counted, nothing is guessed. */
export const Facts = z.object({
  root: AbsolutePath,
  commit: CommitHash.nullable().describe(
    "What HEAD was; files that differ from it count as they are.",
  ),
  about: z
    .object({ text: z.string(), place: CodePlace })
    .nullable()
    .describe("The first paragraph of the README."),
  notes: z.array(z.string()).describe("What was left out, and why; empty if nothing was."),
  files: count.describe("All files that git knows or would add."),
  bytes: count,
  sources: count.describe("Files in languages that the index reads."),
  codeLines: count,
  others: top(z.object({ ending: z.string(), files: count })).describe(
    "Files that it does not read.",
  ),
  languages: z.array(LanguageFact),
  entryPoints: top(EntryPoint),
  packages: PackageMap,
  dependencies: top(DependencyFact),
  cycles: top(CycleFact),
  hubs: top(HubFact),
  deadFiles: top(DeadFile).describe(
    "Sources that nothing imports and nothing declares to be run; what loads files by name is not seen.",
  ),
  unresolved: top(z.object({ place: CodePlace, specifier: z.string() })).describe(
    "Relative imports of files that are not there.",
  ),
  tests: TestFact,
  checks: z.array(CheckCommand),
  style: z.array(StyleFact),
  history: HistoryFact.nullable().describe("Null where there is no git history."),
});
export type Facts = z.infer<typeof Facts>;
