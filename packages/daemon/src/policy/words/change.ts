import type { PolicySize, PolicyTarget } from "@heddle/protocol";
import { following, pathOf, pathsOf } from "./lists.ts";
import { limit } from "./numbers.ts";
import { NotUnderstood, type Reader } from "./reader.ts";

type Change = Extract<PolicyTarget, { type: "change" }>;
type Kind = Change["kind"];

/** Verbs of files, with the kind of change that they mean. */
const verbs: readonly (readonly [Kind, readonly string[]])[] = [
  [
    undefined,
    [
      ...["change", "changing", "edit", "editing", "modify", "modifying", "alter", "altering"],
      ...["update", "updating", "rewrite", "rewriting", "patch", "patching", "touch", "touching"],
      ...["write", "writing", "write to", "writing to", "make changes", "making changes"],
      ...["make a change", "making a change", "changes", "a change", "any change", "any changes"],
    ],
  ],
  ["add", ["add", "adding", "create", "creating"]],
  ["delete", ["delete", "deleting", "remove", "removing"]],
];

const lines = ["lines", "line", "lines of code", "changed lines", "lines changed"];
const files = ["files", "file", "changed files", "files changed"];

const periods: readonly (readonly [PolicySize["per"], readonly string[]])[] = [
  ["file", ["in one file", "in a file", "in a single file", "in any file", "per file", "a file"]],
  [
    "change",
    [
      ...["in one change", "in a single change", "in one patch", "in a patch", "in a single patch"],
      ...["at once", "in one go", "in one step", "per change", "per patch", "at a time"],
    ],
  ],
  [
    "sinceLastApproval",
    [
      ...["since the last approval", "since my last approval", "in total", "altogether", "in all"],
      ...["without approval", "without my approval"],
    ],
  ],
];

/** A rule about files: `changing 'src/'`, `deleting more than 3 files`, `changes over 50 lines`. */
export function changeTarget(reader: Reader): Change | undefined {
  return reader.try(() => {
    const kind = verbs.find(([, words]) => reader.eat(...words) !== undefined);
    return kind && changeOf(reader, kind[0]);
  });
}

/** What follows the verb. */
export function changeOf(reader: Reader, kind: Kind): Change | undefined {
  const count = limit(reader);
  const target: Change = { type: "change", ...(kind && { kind }) };
  if (count === undefined) return { ...target, ...needPlace(reader) };
  const of = lineOrFile(reader);
  const place = placeAfter(reader);
  const per = period(reader, of);
  return { ...target, ...(place ?? placeAfter(reader)), over: { count, of, per } };
}

/** `more than 50 lines are changed`, as in "ask when …". */
export function passiveChange(reader: Reader): Change | undefined {
  const count = limit(reader);
  if (count === undefined) return undefined;
  const of = lineOrFile(reader);
  reader.eat("are", "get", "would be", "have been", "were");
  const verb = reader.need('"change"', "change", "changed", "added", "deleted", "removed");
  const kind = verb === "added" ? "add" : /^(?:deleted|removed)$/.test(verb) ? "delete" : undefined;
  const target: Change = { type: "change", ...(kind && { kind }) };
  const place = placeAfter(reader);
  return { ...target, ...place, over: { count, of, per: period(reader, of) } };
}

function lineOrFile(reader: Reader): PolicySize["of"] {
  if (reader.eat(...lines)) return "lines";
  if (reader.eat(...files)) return "files";
  throw reader.stuck('"lines" or "files"');
}

function period(reader: Reader, of: PolicySize["of"]): PolicySize["per"] {
  const [per] = periods.find(([, words]) => reader.eat(...words)) ?? ["sinceLastApproval" as const];
  if (per === "file" && of === "files") throw new NotUnderstood("one file has no number of files");
  return per;
}

type Place = Pick<Change, "paths" | "outside">;

/** The files that are counted: `in src/`, `outside tests/`. */
function placeAfter(reader: Reader): Place | undefined {
  return reader.try(() => {
    const inside = reader.eat("in", "of", "to", "under", "below", "within", "inside", "matching");
    const outside = inside === undefined && reader.eat("outside", "outside of");
    if (!inside && !outside) return undefined;
    reader.eat("the folder", "the folders", "folder", "files in", "the file", "the files");
    const first = reader.next;
    if (first === undefined || reader.sees("a", "one", "any", "total", "all", "the")) {
      return undefined;
    }
    const paths = pathsOf(reader);
    return outside ? { paths, outside: true as const } : { paths };
  });
}

const things = [
  "files",
  "any file",
  "any files",
  "a file",
  "the file",
  "the files",
  "anything",
  "code",
  "new files",
  "existing files",
  "something",
];
const every = ["any file", "any files", "a file", "files", "anything", "new files", "code"];

/** The files that are meant; a verb alone has to be told of what. */
function needPlace(reader: Reader): Place {
  const thing = reader.eat(...things);
  if (reader.eat("outside", "outside of", "other than", "but", "anywhere but in")) {
    return { paths: pathsOf(reader), outside: true };
  }
  const announced = reader.eat(
    ...["in", "under", "below", "within", "inside", "inside of", "matching", "named", "called"],
    ...["the folder", "the folders", "the directory", "in the folder", "in the directory", "to"],
  );
  if (announced) return { paths: pathsOf(reader) };
  const path = pathOf(reader, thing === "the file" || thing === "the files");
  if (path !== undefined)
    return { paths: [path, ...following(reader, (from) => pathOf(from, false))] };
  if (thing !== undefined && every.includes(thing)) return {};
  throw reader.stuck("files, such as src/, '*.sql' or \"files\"");
}
