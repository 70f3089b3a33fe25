/** One commit of the log, with what it did to each file. */
export interface LoggedCommit {
  readonly at: number;
  readonly author: string;
  readonly changes: readonly FileChange[];
}

export interface FileChange {
  readonly path: string;
  readonly added: number;
  readonly deleted: number;
}

const mark = "\u0001";

/**
 * What git is asked: merges are left out, since their changes are those of what they merge; renames
 * are not followed. Nothing that the repository configures is run.
 */
export function logArguments(commits: number): string[] {
  return [
    "log",
    "-z",
    "--numstat",
    "--no-merges",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--no-show-signature",
    "--no-color",
    "--ignore-submodules=all",
    `--max-count=${commits}`,
    `--format=%x01%at%x00%ae%x00`,
    "HEAD",
  ];
}

/** Reads what git wrote for `logArguments`. Binary files count as changed, without lines. */
export function parseLog(output: string): LoggedCommit[] {
  return output.split(mark).slice(1).map(parseCommit);
}

function parseCommit(text: string): LoggedCommit {
  const [seconds = "0", author = "", ...rest] = text.split("\0");
  const changes = rest.flatMap((field): FileChange[] => {
    const match = /^\n*(\d+|-)\t(\d+|-)\t([\s\S]+)$/.exec(field);
    if (match?.[3] === undefined) return [];
    return [{ path: match[3], added: lines(match[1]), deleted: lines(match[2]) }];
  });
  return { at: Number(seconds) * 1000, author, changes };
}

function lines(field: string | undefined): number {
  return field === undefined || field === "-" ? 0 : Number(field);
}
