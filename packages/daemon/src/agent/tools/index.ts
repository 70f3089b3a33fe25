import { applyPatchTool } from "./apply-patch.ts";
import { askUser } from "./ask-user.ts";
import { execCommand } from "./exec-command.ts";
import { finish } from "./finish.ts";
import { readFile } from "./read-file.ts";
import { search } from "./search.ts";
import type { Tool } from "./tool.ts";
import { updatePlan } from "./update-plan.ts";
import { writeStdin } from "./write-stdin.ts";

/** The tools in the order in which every request names them; the provider caches that prefix. */
export const tools: readonly Tool[] = [
  execCommand,
  writeStdin,
  applyPatchTool,
  readFile,
  search,
  updatePlan,
  askUser,
  finish,
];
