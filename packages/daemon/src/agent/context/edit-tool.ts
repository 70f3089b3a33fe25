import type { InputEntry } from "../model-types.ts";
import { userEntry } from "./environment.ts";

/** Told once, where two patches in a row have failed: the tools change from here on. */
export const changedEditTool: InputEntry = userEntry([
  {
    type: "input_text",
    text: "<tools_changed>\nTwo patches in a row could not be applied. From here on, change files with edit and write_file; apply_patch is no longer offered.\n</tools_changed>",
  },
]);
