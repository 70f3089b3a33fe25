import { note } from "./notes.ts";

/** Told once, where two patches in a row have failed: the tools change from here on. */
export const changedEditTool = note(
  "tools",
  "Two patches in a row could not be applied. From here on, change files with edit and write_file; apply_patch is no longer offered.",
);
