import type { DependencyFact, Facts } from "@heddle/protocol";
import gt from "semver/functions/gt.js";
import valid from "semver/functions/valid.js";
import * as z from "zod";
import type { Found } from "../run-work.ts";
import { troubleOf } from "./audit/audit.ts";
import { npmLockFiles } from "./audit/npm.ts";
import { firstFile, type RecipeGround } from "./recipe.ts";
import { readReport } from "./report.ts";

/** Without `current` where the packages are not installed. One package may be wanted several times. */
const Row = z.object({ current: z.string().optional(), wanted: z.string(), latest: z.string() });
const OutdatedReport = z.record(z.string(), z.union([Row, z.array(Row)]));

export interface Outdated {
  /** What the manifest itself keeps from the newest version. */
  readonly found: Found[];
  /** Packages whose locked version is not the newest; undefined where nobody was asked. */
  readonly count: number | undefined;
  /** Of what nothing is known, and why. */
  readonly missing: string | undefined;
}

/**
 * Asks the registry of npm how old the locked versions of declared packages are. Where they are not
 * installed, npm looks at nothing but what the root's manifest declares for its running.
 */
export async function outdatedPackages(ground: RecipeGround, facts: Facts): Promise<Outdated> {
  const lockFile = await firstFile(ground.files, npmLockFiles);
  if (lockFile === undefined) return { found: [], count: undefined, missing: undefined };
  const { output } = await ground.command(
    "npm outdated --json --offline=false --fetch-retries=0 2>/dev/null",
  );
  const report = readReport(OutdatedReport, output);
  if (report === undefined) {
    const missing = `outdated packages (${troubleOf(output, "npm outdated")})`;
    return { found: [], count: undefined, missing };
  }
  const declared = facts.dependencies.rows.filter(
    ({ ecosystem, use }) => ecosystem === "npm" && use !== "undeclared",
  );
  const locked = new Map(declared.map((row) => [row.name, row]));
  const behind = Object.entries(report).flatMap(([name, rows]) => {
    const [row] = [rows].flat();
    const { locked: version, place } = locked.get(name) ?? {};
    const current = row?.current ?? version ?? row?.wanted;
    const isBehind = row !== undefined && current !== undefined && isOlder(current, row.latest);
    return isBehind ? [{ name, current, place, ...row }] : [];
  });
  const kept = behind.filter(({ wanted, latest }) => isOlder(wanted, latest));
  const found = kept.map(
    ({ name, current, latest, place }): Found => ({
      fingerprint: `outdated|npm|${name}`,
      severity: "low",
      title: `${name} ${current} is old: there is ${latest}`,
      detail: "the manifest does not allow the newest version",
      ...(place && { path: place.path, line: place.line }),
      remedy: `Upgrade ${name} to ${latest}: read what has changed since ${current}, adapt the code, and run the tests.`,
    }),
  );
  const isInstalled = (await ground.files.stat("node_modules")) !== undefined;
  const isAll = isInstalled || declared.every(isSeen);
  const missing = isAll
    ? undefined
    : "outdated packages for development and of other manifests (node_modules is not lent)";
  return { found, count: behind.length, missing };
}

/** Whether npm looks at a package that is not installed. */
function isSeen({ use, place }: DependencyFact): boolean {
  return use === "runtime" && place.path === "package.json";
}

/** Of versions that nobody can compare (a branch, an archive) none is the older one. */
function isOlder(version: string, than: string): boolean {
  return valid(version) !== null && valid(than) !== null && gt(than, version);
}
