import type { EditTool } from "@heddle/protocol";
import type { ToolSpec } from "../model-types.ts";
import { applyPatchTool } from "./apply-patch.ts";
import { askUser } from "./ask-user.ts";
import { codeMap } from "./code-map.ts";
import { edit, writeFile } from "./edit.ts";
import { execCommand } from "./exec-command.ts";
import { finish } from "./finish.ts";
import { readFile } from "./read-file.ts";
import { search } from "./search.ts";
import type { Tool } from "./tool.ts";
import { updatePlan } from "./update-plan.ts";
import { writeStdin } from "./write-stdin.ts";

const editTools: Readonly<Record<EditTool, readonly Tool[]>> = {
  apply_patch: [applyPatchTool],
  edit: [edit, writeFile],
};

/** The tools in the order in which every request names them; the provider caches that prefix. */
function toolsWith(editTool: EditTool): readonly Tool[] {
  return [
    execCommand,
    writeStdin,
    ...editTools[editTool],
    readFile,
    search,
    codeMap,
    updatePlan,
    askUser,
    finish,
  ];
}

const specs = {
  apply_patch: toolsWith("apply_patch").map(({ spec }) => spec),
  edit: toolsWith("edit").map(({ spec }) => spec),
} as const;

/** What a model is offered that edits with this tool. */
export const specsWith = (editTool: EditTool): readonly ToolSpec[] => specs[editTool];

/** Every tool, by name: also one that a thread is no longer offered, but had called before. */
export const toolsByName: ReadonlyMap<string, Tool> = new Map(
  [...toolsWith("apply_patch"), ...editTools.edit].map((tool) => [tool.spec.name, tool]),
);
