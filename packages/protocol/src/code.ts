import * as z from "zod";
import { CodePlace, Facts } from "./code-facts.ts";
import { AbsolutePath } from "./common.ts";
import { method, unordered } from "./define.ts";
import { ProjectId, ThreadId } from "./ids.ts";

/** Which tree is meant: a project's own checkout, by id or by a path in it, or a thread's worktree. */
const where = {
  projectId: ProjectId.optional(),
  path: AbsolutePath.optional().describe("Any path inside the project."),
  threadId: ThreadId.optional().describe("The worktree of this thread."),
};

const oneTree = ({ projectId, path, threadId }: Record<keyof typeof where, unknown>): boolean =>
  [projectId, path, threadId].filter((value) => value !== undefined).length === 1;
const expectOneTree = "expected one of projectId, path and threadId";

function inTree<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .object({ ...where, ...shape })
    .refine((params) => oneTree(params as never), expectOneTree);
}

const file = z.string().min(1).max(4096).describe("Relative to the root, or absolute inside it.");

export const CodeReference = z.object({
  place: CodePlace,
  kind: z.enum(["definition", "import", "use"]),
  text: z.string().describe("The line, without its indentation; at most 200 characters."),
});
export type CodeReference = z.infer<typeof CodeReference>;

export const ImportEdge = z.object({
  place: CodePlace.describe("The import itself."),
  specifier: z.string().describe("As it is written."),
  kind: z
    .enum(["files", "package", "builtin", "unresolved"])
    .describe("`builtin` is part of the language."),
  targets: z.array(z.string()).describe("The files it leads to, or the name of the package."),
});
export type ImportEdge = z.infer<typeof ImportEdge>;

export const CodeClaim = z.object({
  text: z.string(),
  places: z.array(CodePlace).describe("At least one; all of them exist."),
});
export type CodeClaim = z.infer<typeof CodeClaim>;

export const CodeAnswer = z.object({
  claims: z.array(CodeClaim),
  dropped: z.int().describe("Claims left out: they cite nothing, or what is not there."),
  model: z.string(),
});
export type CodeAnswer = z.infer<typeof CodeAnswer>;

export const codeMethods = {
  "code/index": method({
    summary:
      "Bring the index of a tree up to date. Answers when it is, or after `waitMs` with how far it has come; reading goes on, and the next call waits again. The other code methods wait by themselves.",
    params: inTree({ waitMs: z.int().min(0).max(30_000).default(1000) }),
    result: z.object({
      ready: z.boolean(),
      files: z.int().describe("Files found so far."),
      read: z.int().describe("Of these, how many are read or did not change."),
    }),
    mutates: false,
    scope: unordered,
  }),
  "code/analyze": method({
    summary: "What a newcomer wants to know of a project, counted, without a model.",
    params: inTree({}),
    result: Facts,
    mutates: false,
    scope: unordered,
  }),
  "code/ask": method({
    summary:
      "Ask the main model about a project. It sees the facts and excerpts, has no tools, and is asked once; what it says without a place that exists is dropped.",
    params: inTree({ question: z.string().trim().min(1).max(4000) }),
    result: CodeAnswer,
    mutates: false,
    scope: unordered,
  }),
  "code/map": method({
    summary: "The most used definitions around some files, as `path: line symbol`, up to a budget.",
    params: inTree({
      budget: z.int().min(100).max(50_000).default(1500).describe("In tokens."),
      focus: z.array(file).max(100).default([]).describe("Files that the work is about."),
    }),
    result: z.object({ text: z.string(), files: z.int(), symbols: z.int() }),
    mutates: false,
    scope: unordered,
  }),
  "code/refs": method({
    summary: "Where a name is defined, imported and used.",
    params: inTree({
      symbol: z.string().min(1).max(500),
      limit: z.int().min(1).max(1000).default(200),
    }),
    result: z.object({
      total: z.int(),
      data: z.array(CodeReference),
      more: z.int().describe("Further files that use it and were not looked at."),
    }),
    mutates: false,
    scope: unordered,
  }),
  "code/imports": method({
    summary: "What a file imports.",
    params: inTree({ file }),
    result: z.object({ data: z.array(ImportEdge) }),
    mutates: false,
    scope: unordered,
  }),
  "code/importers": method({
    summary: "Which files import a file.",
    params: inTree({ file }),
    result: z.object({ data: z.array(ImportEdge) }),
    mutates: false,
    scope: unordered,
  }),
  "code/why": method({
    summary: "The shortest chain of imports from one file to another; none if there is no way.",
    params: inTree({ from: file, to: file }),
    result: z.object({ data: z.array(ImportEdge) }),
    mutates: false,
    scope: unordered,
  }),
};
