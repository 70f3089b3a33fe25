import type { SkipReason, TreeIndex } from "../index-types.ts";

const reasons: Readonly<Record<SkipReason, readonly [one: string, many: string]>> = {
  binary: ["binary file", "binary files"],
  minified: ["minified file", "minified files"],
  tooLarge: ["file that is too large", "files that are too large"],
  symlink: ["symbolic link", "symbolic links"],
  special: ["entry that is no regular file", "entries that are no regular files"],
  submodule: ["submodule", "submodules"],
  nestedRepository: ["repository of its own", "repositories of their own"],
  unreadable: ["file that could not be read", "files that could not be read"],
  vanished: ["file that was gone again", "files that were gone again"],
  caseCollision: [
    "file whose name differs from another's by case alone",
    "files whose names differ from others' by case alone",
  ],
  overLimit: ["file beyond the limit", "files beyond the limit"],
};

const examplesAtMost = 2;

/** What the facts do not speak of, and why. */
export function notesOf({ skipped, partial, manifests }: TreeIndex): string[] {
  const incomplete = partial
    ? [`only ${partial.indexed} of ${partial.listed} files are in the index: ${partial.reason}`]
    : [];
  const skips = Object.entries(skipped).map(([reason, { count, examples }]) => {
    const [one, many] = reasons[reason as SkipReason];
    const some = examples.slice(0, examplesAtMost).join(", ");
    const more = count > examplesAtMost ? ", …" : "";
    return `${count} ${count === 1 ? one : many}: ${some}${more}`;
  });
  const broken = manifests
    .filter(({ problem }) => problem !== undefined)
    .map(({ path, problem }) => `what ${path} declares: ${problem}`);
  return [...incomplete, ...skips, ...broken];
}
