import * as z from "zod";
import { CommitHash } from "./common.ts";

export const DiffHunk = z.object({
  header: z.string(),
  oldStart: z.int(),
  oldLines: z.int(),
  newStart: z.int(),
  newLines: z.int(),
  lines: z.array(z.string()).describe("Each with its prefix: space, `+`, `-` or `\\`."),
});
export type DiffHunk = z.infer<typeof DiffHunk>;

export const FileDiff = z.object({
  path: z.string(),
  oldPath: z.string().optional(),
  kind: z.enum(["added", "modified", "deleted", "renamed", "modeChanged", "typeChanged"]),
  oldMode: z.string(),
  newMode: z.string(),
  binary: z.boolean(),
  additions: z.int(),
  deletions: z.int(),
  hunks: z.array(DiffHunk),
  truncated: z.boolean().describe("Too large to show; the numbers are true."),
});
export type FileDiff = z.infer<typeof FileDiff>;

export const Diff = z.object({
  baseCommit: CommitHash,
  treeHash: CommitHash.describe("What `thread/land` takes as reviewed."),
  files: z.array(FileDiff),
  omitted: z
    .object({ files: z.int(), additions: z.int(), deletions: z.int() })
    .nullable()
    .describe("Further files that changed, too many to be listed."),
  nestedRepositories: z
    .array(z.string())
    .describe("Folders that are repositories of their own: their files are not part of it."),
  truncated: z.boolean(),
});
export type Diff = z.infer<typeof Diff>;
