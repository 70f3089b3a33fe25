import type { Facts } from "@heddle/protocol";
import type { Found, RunOutcome } from "../run-work.ts";
import { oldNotes } from "./old-notes.ts";
import { optionalTools } from "./optional-tools.ts";
import { outdatedPackages } from "./outdated.ts";
import type { Recipe, RecipeGround } from "./recipe.ts";

export const techDebt: Recipe = {
  name: "tech-debt",
  summary:
    "complex files that change often, cycles, dead files, old TODOs and packages, and the trend of them",
  trigger: { type: "schedule", cron: "0 7 1 * *", zone: "UTC" },
  run: audit,
};

async function audit(ground: RecipeGround): Promise<RunOutcome> {
  const facts = await ground.facts();
  const notes = await oldNotes(ground);
  const tools = await optionalTools(ground);
  const outdated = await outdatedPackages(ground, facts);
  const found = [
    ...hotspots(facts),
    ...cycles(facts),
    ...deadFiles(facts),
    ...undeclared(facts),
    ...notes.found,
    ...tools.found,
    ...outdated.found,
  ];
  const figures = {
    hotspots: facts.history?.hotspots.total ?? 0,
    cycles: facts.cycles.total,
    deadFiles: facts.deadFiles.total,
    undeclared: facts.dependencies.rows.filter(({ use }) => use === "undeclared").length,
    notes: notes.count,
    untested: facts.tests.untested.total,
    codeLines: facts.codeLines,
    ...tools.figures,
    ...(outdated.count !== undefined && { outdated: outdated.count }),
  };
  const trend = trendOf(figures, ground.previous?.figures);
  const missing = [...tools.missing, ...(outdated.missing ? [outdated.missing] : [])];
  const left = missing.length > 0 ? `; not looked for: ${missing.join(", ")}` : "";
  const covers = [...tools.covers, ...(outdated.missing ? [] : ["outdated|"])];
  return { type: "checked", summary: `${trend}${left}`, found, figures, covers };
}

/** How the figures have changed since the last run. */
function trendOf(now: Record<string, number>, before: Record<string, number> = {}): string {
  return Object.entries(now)
    .map(([name, value]) => {
      const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
      const by = value - (before[name] ?? value);
      return `${words} ${value}${by === 0 ? "" : ` (${by > 0 ? "+" : ""}${by})`}`;
    })
    .join(", ");
}

const shownHotspots = 5;

function hotspots({ history }: Facts): Found[] {
  return (history?.hotspots.rows ?? []).slice(0, shownHotspots).map((spot) => ({
    fingerprint: `hotspot|${spot.path}`,
    severity: "moderate",
    title: `changes often and is complex: ${spot.path}`,
    detail: `${spot.commits} commits, ${spot.branches} branches in ${spot.codeLines} lines of code`,
    path: spot.path,
    remedy: `Split ${spot.path} into parts that change for one reason each, without a change of behaviour.`,
  }));
}

function cycles({ cycles: all }: Facts): Found[] {
  return all.rows
    .filter(({ typesOnly }) => !typesOnly)
    .map(({ path, size }) => {
      const files = path.map((place) => place.path);
      const [first] = path;
      return {
        fingerprint: `cycle|${files.toSorted().join("|")}`.slice(0, 1000),
        severity: "moderate",
        title: `${size} files import one another in a circle`,
        detail: [...files, files[0]].join(" -> "),
        ...(first && { path: first.path, line: first.line }),
        remedy: "Break the circle: move what both sides need to a file that imports neither.",
      };
    });
}

function deadFiles({ deadFiles: all }: Facts): Found[] {
  return all.rows.map(({ place, codeLines }) => ({
    fingerprint: `dead|${place.path}`,
    severity: "low",
    title: `nothing imports ${place.path}`,
    detail: `${codeLines} lines of code that nothing imports and nothing declares to be run`,
    path: place.path,
    remedy: `Make sure that nothing loads ${place.path} by its name, then remove it.`,
  }));
}

function undeclared({ dependencies }: Facts): Found[] {
  return dependencies.rows
    .filter(({ use }) => use === "undeclared")
    .map(({ name, place }) => ({
      fingerprint: `undeclared|${name}`,
      severity: "low",
      title: `${name} is imported, but no manifest names it`,
      detail: `first imported at ${place.path}:${place.line}`,
      path: place.path,
      line: place.line,
      remedy: `Declare ${name} in the manifest, with the version that is installed.`,
    }));
}
