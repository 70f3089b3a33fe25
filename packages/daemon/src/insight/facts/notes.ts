import type { SkipReason, TreeIndex } from "../index-types.ts";

const reasons: Readonly<Record<SkipReason, string>> = {
  binary: "are binary",
  minified: "are minified",
  tooLarge: "are too large",
  symlink: "are symbolic links",
  special: "are no regular files",
  submodule: "are submodules",
  nestedRepository: "are repositories of their own",
  unreadable: "could not be read",
  vanished: "were gone before they could be read",
  caseCollision: "have a name that differs from another's by case alone",
  overLimit: "are beyond the limit",
};

const examplesAtMost = 2;

/** What the facts do not speak of, and why. */
export function notesOf({ skipped, partial, manifests }: TreeIndex): string[] {
  const incomplete = partial
    ? [`only ${partial.indexed} of ${partial.listed} files are in the index: ${partial.reason}`]
    : [];
  const skips = Object.entries(skipped).map(([reason, { count, examples }]) => {
    const some = examples.slice(0, examplesAtMost).join(", ");
    return `${count} not read because they ${reasons[reason as SkipReason]}: ${some}${count > examplesAtMost ? ", …" : ""}`;
  });
  const broken = manifests
    .filter(({ problem }) => problem !== undefined)
    .map(({ path, problem }) => `${path} could not be read as a manifest: ${problem}`);
  return [...incomplete, ...skips, ...broken];
}
