import { Findings } from "../findings.ts";
import type { Scanner } from "../scanner.ts";
import { readCalls } from "./imports.ts";
import { readStatements } from "./statements.ts";
import { countStyle } from "./style.ts";

export function readScript(scanner: Scanner): Findings {
  const findings = new Findings(scanner);
  const exportedNames = new Set<string>();
  readStatements(findings, exportedNames);
  readCalls(findings);
  countStyle(findings);
  findings.isEntryPoint = scanner.text.startsWith("#!");
  if (exportedNames.size > 0) markExported(findings, exportedNames);
  return findings;
}

function markExported(findings: Findings, exportedNames: ReadonlySet<string>): void {
  const { definitions } = findings;
  for (const [index, definition] of definitions.entries()) {
    const root = definition.container ?? definition.name;
    if (definition.exported || definition.name.startsWith("#") || !exportedNames.has(root))
      continue;
    definitions[index] = { ...definition, exported: true };
  }
}
