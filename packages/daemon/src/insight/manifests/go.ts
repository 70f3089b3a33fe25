import { type Draft, given, type WithoutLock } from "./manifest-file.ts";

interface Directive {
  readonly verb: string;
  readonly words: readonly string[];
  readonly line: number;
  readonly comment: string;
}

/** The lines of go.mod and go.work, those in `verb ( … )` blocks with their verb. */
function directivesOf(text: string): Directive[] {
  let block = "";
  return text.split("\n").flatMap((raw, index) => {
    const [code = "", comment = ""] = raw.split("//", 2);
    const words = code
      .trim()
      .split(/\s+/)
      .map((word) => word.replace(/^["`](.*)["`]$/, "$1"));
    if (words[0] === "") return [];
    if (words[0] === ")") {
      block = "";
      return [];
    }
    if (words.at(-1) === "(") {
      block = words[0] ?? "";
      return [];
    }
    const [verb = "", ...rest] = block === "" ? words : [block, ...words];
    return [{ verb, words: rest, line: index + 1, comment }];
  });
}

/** Reads a go.mod; its versions are the ones that are built. */
export function parseGoMod(text: string): Draft & { readonly locked: ReadonlyMap<string, string> } {
  const directives = directivesOf(text);
  const module = directives.find(({ verb }) => verb === "module")?.words[0];
  const required = directives.filter(({ verb, words }) => verb === "require" && words.length >= 2);
  const dependencies = required.map(
    ({ words: [name = "", range = ""], line, comment }): WithoutLock => {
      const indirect = /^\s*indirect\b/.test(comment);
      return { name, range, kind: indirect ? "optional" : "runtime", line };
    },
  );
  return {
    ...given({ name: module }),
    dependencies,
    locked: new Map(dependencies.map(({ name, range }) => [name, range])),
  };
}

/** The folders of a go.work's modules. */
export function parseGoWork(text: string): string[] {
  return directivesOf(text).flatMap(({ verb, words }) => (verb === "use" ? words.slice(0, 1) : []));
}
