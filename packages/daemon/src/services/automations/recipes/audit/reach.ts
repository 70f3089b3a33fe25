import type { DependencyFact, Facts } from "@heddle/protocol";
import { distributionOf, normalName } from "../../../../insight/facts/python-names.ts";
import type { Advisory } from "./audit.ts";
import type { Ecosystem } from "./ecosystems.ts";

/**
 * How far the project gets to what is affected: as the tool says, else as the imports of the code
 * index do. Undefined where neither tells.
 */
export function reachOf(
  { name, reach }: Advisory,
  { indexed }: Ecosystem,
  facts: Facts | undefined,
): string | undefined {
  if (reach) return reach;
  if (indexed === undefined || facts === undefined) return undefined;
  const { rows, total } = facts.dependencies;
  const row = rows.find((one) => one.ecosystem === indexed && isOf(one, name));
  if (row === undefined) {
    if (rows.length < total) return undefined;
    return "imported: by no file of the project; another dependency brings it";
  }
  if (row.importedBy === null) return undefined;
  const { importedBy, firstImport } = row;
  if (firstImport === null) return "imported: by no file of the project";
  const files = importedBy === 1 ? "1 file" : `${importedBy} files`;
  return `imported: by ${files}, first at ${firstImport.path}:${firstImport.line}`;
}

/** Whether a row is about a package: one that no manifest names has the name that it is imported by. */
function isOf({ name, ecosystem, use }: DependencyFact, wanted: string): boolean {
  if (ecosystem !== "python") return name === wanted;
  const names = use === "undeclared" ? distributionOf(name) : [normalName(name)];
  return names.includes(normalName(wanted));
}
