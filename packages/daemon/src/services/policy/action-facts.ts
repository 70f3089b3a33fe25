import type { ApprovalSubject, ChangedFile } from "@heddle/protocol";
import type { EffectSubject } from "../../agent/turn-host.ts";
import {
  type CommandLine,
  commandParts,
  type FileFact,
  fileParts,
  inputParts,
  type Part,
  toolPart,
} from "../../policy/facts.ts";

/** What a patch says of a file; a move is a deletion in one place and an addition in another. */
export function filesOf(changes: readonly ChangedFile[]): FileFact[] {
  return changes.flatMap(({ path, oldPath, kind, additions, deletions }): FileFact[] => {
    if (kind !== "move" || oldPath === undefined) {
      return [
        { path, kind: kind === "move" ? "update" : kind, added: additions, deleted: deletions },
      ];
    }
    return [
      { path: oldPath, kind: "delete", added: 0, deleted: deletions },
      { path, kind: "add", added: additions, deleted: 0 },
    ];
  });
}

/** Files of two changes that follow one another: what is touched twice counts twice. */
export function merged(before: readonly FileFact[], after: readonly FileFact[]): FileFact[] {
  const byPath = new Map(before.map((file) => [file.path, file]));
  for (const file of after) {
    const known = byPath.get(file.path);
    const added = file.added + (known?.added ?? 0);
    const deleted = file.deleted + (known?.deleted ?? 0);
    byPath.set(file.path, { ...file, added, deleted });
  }
  return [...byPath.values()];
}

/** What an action does, part by part. */
export function partsOf(
  action: EffectSubject,
  line: Omit<CommandLine, "cmd" | "cwd"> & { readonly confined?: boolean },
): Part[] {
  switch (action.type) {
    case "command":
      return commandParts({ ...line, cmd: action.cmd, cwd: action.cwd });
    case "input":
      return inputParts(action.chars, { ...line, cmd: action.cmd, cwd: action.cwd });
    case "mcpTool":
      return [toolPart(action, line)];
    case "patch":
      return fileParts(filesOf(action.changes));
  }
}

export type Changes = Extract<ApprovalSubject, { type: "changes" }>;

const listedAtMost = 500;

/** What a person is asked about of a change; its files beyond some hundreds are only counted. */
export function changesOf(
  change: readonly FileFact[],
  { cmd, fromTree, toTree }: Pick<Changes, "cmd" | "fromTree" | "toTree">,
): Changes {
  const sum = (of: (file: FileFact) => number) =>
    change.reduce((total, file) => total + of(file), 0);
  return {
    type: "changes",
    cmd,
    changes: change.slice(0, listedAtMost).map(({ path, kind, added, deleted }) => ({
      path,
      kind,
      additions: added,
      deletions: deleted,
    })),
    totals: {
      files: change.length,
      additions: sum(({ added }) => added),
      deletions: sum(({ deleted }) => deleted),
    },
    fromTree,
    toTree,
  };
}
