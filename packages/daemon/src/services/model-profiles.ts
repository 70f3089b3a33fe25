import type { EditTool } from "@heddle/protocol";

/** Which tool the models of a family edit with, by the beginning of the model's own name. */
export type EditTools = Readonly<Record<string, EditTool>>;

/** Families that were trained on patches of this format. */
const trainedOnPatches = /^(?:gpt-(?:4\.1|5|6|oss)|codex|o3|o4)/;

/**
 * What a model edits with: what the user says of the longest name that it begins with, else a patch
 * where its family was trained on it, else the replacement that every model understands.
 */
export function editToolOf(model: string, own: EditTools): EditTool {
  // `org/model` and `model:tag` are of the family of `model`.
  const name = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
  const starts = Object.keys(own).filter((start) =>
    [model, name].some((it) => it.startsWith(start)),
  );
  const [longest] = starts.sort((a, b) => b.length - a.length);
  const said = longest === undefined ? undefined : own[longest];
  return said ?? (trainedOnPatches.test(name) ? "apply_patch" : "edit");
}
