import type { CheckCommand } from "@heddle/protocol";
import { kindOfName } from "./command-kind.ts";
import type { Subject } from "./subject.ts";
import { baseOf, folderOf } from "./subject.ts";

const makefiles = new Set(["Makefile", "makefile", "GNUmakefile", "justfile", "Justfile"]);
const textAtMost = 512 * 1024;

/** Targets of make and just that are called after what they check. */
export function makeChecks({ index }: Subject): CheckCommand[] {
  const files = index.files.filter(({ path }) => makefiles.has(baseOf(path)) && isNear(path));
  return files.flatMap(({ path }) => {
    const program = /^[jJ]ust/.test(baseOf(path)) ? "just" : "make";
    const where = folderOf(path);
    const at = where === "" ? "" : ` ${program === "make" ? "-C" : "-d"} ${where}`;
    return targetsOf(index.readText(path, textAtMost) ?? "").flatMap(
      ({ name, line }): CheckCommand[] => {
        const kind = kindOfName(name);
        if (kind === undefined) return [];
        return [
          { kind, command: `${program}${at} ${name}`, place: { path, line }, source: "manifest" },
        ];
      },
    );
  });
}

/** In the root or right below: deeper ones belong to what is vendored or tested. */
function isNear(path: string): boolean {
  return path.split("/").length <= 2;
}

function targetsOf(text: string): { name: string; line: number }[] {
  const seen = new Set<string>();
  return text.split("\n").flatMap((content, at) => {
    const match = /^([A-Za-z][\w.-]*(?:[ ]+[A-Za-z][\w.-]*)*)[ ]*(?:\w+[ ]*)*:(?![=:])/.exec(
      content,
    );
    const names = (match?.[1]?.split(/ +/) ?? []).filter((name) => !seen.has(name));
    for (const name of names) seen.add(name);
    return names.map((name) => ({ name, line: at + 1 }));
  });
}
