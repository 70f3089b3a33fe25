import * as z from "zod";
import type { Found } from "../run-work.ts";
import { type RecipeGround, readText } from "./recipe.ts";
import { readReport } from "./report.ts";

export interface ToolFindings {
  readonly found: Found[];
  readonly figures: Record<string, number>;
  /** What nothing is known of, in words. */
  readonly missing: string[];
  /** Fingerprints that were looked for. */
  readonly covers: string[];
}

const own = ["hotspot|", "cycle|", "dead|", "undeclared|", "note|"];

/** Asks the tools that the project itself has; one that it has not is said to be missing. */
export async function optionalTools(ground: RecipeGround): Promise<ToolFindings> {
  const all: ToolFindings = { found: [], figures: {}, missing: [], covers: [...own] };
  await knip(ground, all);
  await jscpd(ground, all);
  return all;
}

async function hasTool({ command }: RecipeGround, name: string): Promise<boolean> {
  const { exitCode } = await command(`node_modules/.bin/${name} --version >/dev/null 2>&1`);
  return exitCode === 0;
}

const KnipReport = z.object({
  issues: z.array(
    z.object({
      file: z.string(),
      dependencies: z
        .array(z.object({ name: z.string(), line: z.number().optional() }))
        .default([]),
      exports: z.array(z.object({ name: z.string(), line: z.number().optional() })).default([]),
    }),
  ),
});

async function knip(ground: RecipeGround, all: ToolFindings): Promise<void> {
  if (!(await hasTool(ground, "knip"))) {
    all.missing.push("unused exports (knip is not installed in the project)");
    return;
  }
  const { output } = await ground.command(
    "node_modules/.bin/knip --reporter json --no-exit-code 2>/dev/null",
  );
  const report = readReport(KnipReport, output);
  if (report === undefined) {
    all.missing.push("unused exports (knip failed)");
    return;
  }
  all.covers.push("knip|");
  let count = 0;
  for (const { file, dependencies, exports } of report.issues) {
    const unused = [
      ...dependencies.map((one) => ({ ...one, what: "dependency" })),
      ...exports.map((one) => ({ ...one, what: "export" })),
    ];
    for (const { name, line, what } of unused) {
      count += 1;
      all.found.push({
        fingerprint: `knip|${file}|${what}|${name}`,
        severity: "low",
        title: `unused ${what}: ${name}`,
        detail: `knip finds no use of ${name}`,
        path: file,
        ...(line !== undefined && { line }),
        remedy: `Remove the unused ${what} ${name}.`,
      });
    }
  }
  all.figures.unused = count;
}

const ClonePlace = z.object({ name: z.string(), start: z.number() });
const JscpdReport = z.object({
  duplicates: z.array(
    z.object({ firstFile: ClonePlace, secondFile: ClonePlace, lines: z.number() }),
  ),
});
const cloneReport = ".heddle-jscpd/jscpd-report.json";

/** Its platform package may be missing although it is installed, so it is tried first. */
async function jscpd(ground: RecipeGround, all: ToolFindings): Promise<void> {
  if (!(await hasTool(ground, "jscpd"))) {
    all.missing.push("duplicates (jscpd is not installed in the project)");
    return;
  }
  await ground.command(
    "node_modules/.bin/jscpd --silent --gitignore --reporters json --output .heddle-jscpd . >/dev/null 2>&1",
  );
  const report = readReport(JscpdReport, (await readText(ground.files, cloneReport)) ?? "");
  if (report === undefined) {
    all.missing.push("duplicates (jscpd failed)");
    return;
  }
  all.covers.push("clone|");
  all.figures.duplicates = report.duplicates.length;
  const longest = report.duplicates.sort((a, b) => b.lines - a.lines).slice(0, 10);
  for (const { firstFile, secondFile, lines } of longest) {
    all.found.push({
      fingerprint: `clone|${[firstFile.name, secondFile.name].sort().join("|")}`,
      severity: "low",
      title: `${lines} lines are there twice`,
      detail: `${firstFile.name}:${firstFile.start} and ${secondFile.name}:${secondFile.start}`,
      path: firstFile.name,
      line: firstFile.start,
      remedy: "Let both places use one definition.",
    });
  }
}
