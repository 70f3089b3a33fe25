import type { Facts } from "@heddle/protocol";
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
  const row = rows.find((one) => one.ecosystem === indexed && sameName(one.name, name, indexed));
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

/** Python's index takes names for the same that differ in case and separators only (PEP 503). */
function sameName(one: string, other: string, ecosystem: string): boolean {
  const plain = (name: string) =>
    ecosystem === "python" ? name.toLowerCase().replace(/[-_.]+/g, "-") : name;
  return plain(one) === plain(other);
}
