import type { PolicySize, PolicyTarget } from "@heddle/protocol";
import { limit } from "./numbers.ts";
import { namedPath, pathsFrom, pathsOf } from "./paths.ts";
import { NotUnderstood, type Reader } from "./reader.ts";
import { automations } from "./when.ts";

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
    [...["since the last approval", "since my last approval", "in total", "altogether", "in all"]],
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
  if (count === undefined) return { ...target, ...needPlace(reader, kind) };
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
    if (reader.sees(...automations)) return undefined;
    const inside = reader.eat("in", "of", "to", "under", "below", "within", "inside", "matching");
    const outside = inside === undefined && reader.eat("outside", "outside of");
    if (!inside && !outside) return undefined;
    const isPeriod = reader.sees("a", "one", "any", "total", "all", "the last", "my last");
    if (reader.ended || isPeriod) return undefined;
    const paths = pathsOf(reader);
    return outside ? { paths, outside: true as const } : { paths };
  });
}

const wholeFiles = ["files", "any file", "any files", "a file", "new files", "existing files"];
const things = [...wholeFiles, "the file", "the files", "anything", "something", "code"];
const every = ["any file", "any files", "a file", "files", "anything", "code"];
const everyKind = { add: "new files", delete: "existing files" } as const;

const announcing = [
  ...["in", "under", "below", "within", "inside", "inside of", "matching", "named", "called", "to"],
];

/** The files that are meant; a verb alone has to be told of what. */
function needPlace(reader: Reader, kind: Kind): Place {
  const thing = reader.eat(...things);
  refuseOdd(thing, kind);
  if (thing !== undefined && reader.sees(...automations)) return whole(reader, { thing, kind });
  if (reader.eat("outside", "outside of", "other than", "but", "anywhere but in")) {
    return { paths: pathsOf(reader), outside: true };
  }
  if (reader.sees("the folder", "the folders", "the directory")) return { paths: pathsOf(reader) };
  const announced = reader.eat(...announcing);
  if (announced === "to" && kind === "add" && !wholeFiles.includes(thing ?? "")) {
    throw new NotUnderstood('what is added to a file changes it; say "changing", and of what');
  }
  const isNamed = /^(?:named|called)$/.test(announced ?? "") || thing === "the file";
  const name = isNamed ? namedPath(reader, false) : undefined;
  if (name !== undefined) return { paths: [name] };
  if (announced) return { paths: pathsOf(reader) };
  const paths = pathsFrom(reader);
  if (paths) return { paths };
  return whole(reader, { thing, kind });
}

/** Every file, where that is said. */
function whole(reader: Reader, { thing, kind }: { thing: string | undefined; kind: Kind }): Place {
  // "Adding anything" may as well be lines, or packages.
  const isVague = thing === "anything" && kind === "add";
  const isEvery = thing !== undefined && (every.includes(thing) || isOfKind(thing, kind));
  if (isEvery && !isVague) return {};
  throw reader.stuck("files, such as src/, '*.sql' or \"files\"");
}

function isOfKind(thing: string, kind: Kind): boolean {
  return kind !== undefined && everyKind[kind] === thing;
}

/** What would be taken for more, or for less, than it says. */
function refuseOdd(thing: string | undefined, kind: Kind): void {
  if (thing === "code" && kind !== undefined) {
    throw new NotUnderstood(
      'files are added or deleted as a whole; say "files", or count: "more than 20 lines"',
    );
  }
  const isPart = thing === "new files" || thing === "existing files";
  if (!isPart || isOfKind(thing, kind)) return;
  throw new NotUnderstood(
    `no rule tells ${thing} from others that are changed; say "adding files" or "deleting files"`,
  );
}
