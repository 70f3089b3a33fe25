import type { CodePlace, DependencyFact } from "@heddle/protocol";
import { distributionOf } from "./python-names.ts";
import type { Subject } from "./subject.ts";

/** A line of a program or list that installs, which names a package. */
export interface SetUpLine {
  readonly name: string;
  readonly place: CodePlace;
  readonly use: DependencyFact["use"];
}

const files =
  /^(?:setup\.(?:py|cfg)|tox\.ini|[^/]*requirements[^/]*\/?[^/]*\.(?:txt|in)|docs\/requirements\.txt)$/;
const requirement = /^\s*["']?([A-Za-z][\w.-]*)\s*(?:\[[^\]]*\]\s*)?(?:["',;=<>~!]|$)/;
const install = /\binstall_requires\s*=\s*\[?\s*["']([A-Za-z][\w.-]*)/;
const textAtMost = 256 * 1024;

/** What set-up files name that are programs, or are not in the form that manifests have. */
export function pythonSetUps({ index }: Subject): SetUpLine[] {
  return index.files
    .filter(({ path }) => files.test(path))
    .flatMap(({ path }) => {
      const use = path.startsWith("setup.") ? "runtime" : "dev";
      const lines = (index.readText(path, textAtMost) ?? "").split("\n");
      return lines.flatMap((line, at): SetUpLine[] => {
        const name = (install.exec(line) ?? requirement.exec(line))?.[1];
        if (name === undefined) return [];
        return [{ name: distributionOf(name)[0] ?? name, place: { path, line: at + 1 }, use }];
      });
    })
    .sort((a, b) => Number(a.use === "dev") - Number(b.use === "dev"));
}

export function declaredBy(lines: readonly SetUpLine[], imported: string): SetUpLine | undefined {
  const names = distributionOf(imported);
  return lines.find(({ name }) => names.includes(name));
}
