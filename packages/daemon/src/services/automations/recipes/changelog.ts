import * as z from "zod";
import { gitCliffPath } from "../../../os/git-cliff.ts";
import type { RunOutcome } from "../run-work.ts";
import type { Recipe, RecipeGround } from "./recipe.ts";
import { readReport } from "./report.ts";

export const changelog: Recipe = {
  name: "changelog",
  summary: "what is unreleased, grouped by kind, and the version that it makes",
  trigger: { type: "schedule", cron: "0 9 * * 1", zone: "UTC" },
  run: writeChangelog,
};

const Release = z.object({
  version: z.string().nullable(),
  commits: z.array(
    z.object({
      id: z.string(),
      message: z.string(),
      group: z.string().nullable().default(null),
      breaking: z.boolean().default(false),
    }),
  ),
});
type Release = z.infer<typeof Release>;

async function writeChangelog(ground: RecipeGround): Promise<RunOutcome> {
  const program = gitCliffPath();
  if (program === undefined) {
    const reason = `git-cliff is not there for ${process.platform} ${process.arch}`;
    return { type: "couldNotCheck", reason, advice: "install Heddle with its optional packages" };
  }
  const last = (await ground.git("describe", "--tags", "--abbrev=0"))?.trim();
  const cliff = `'${program}' --offline --unreleased --bump`;
  const { exitCode, output } = await ground.command(`${cliff} --context 2>/dev/null`);
  const releases = readReport(z.array(Release), output);
  if (exitCode !== 0 || releases === undefined) {
    const said = await ground.command(`${cliff} --context 2>&1 >/dev/null | tail -3`);
    const reason = `git-cliff failed: ${said.output.trim()}`;
    return { type: "couldNotCheck", reason, advice: "run it in the repository to see why" };
  }
  return outcomeOf(releases, last);
}

function outcomeOf(releases: readonly Release[], last: string | undefined): RunOutcome {
  const [release] = releases;
  const commits = release?.commits ?? [];
  const figures = { commits: commits.length };
  const since = last ? `since ${last}` : "so far";
  if (release === undefined || commits.length === 0) {
    return { type: "checked", summary: `nothing was changed ${since}`, found: [], figures };
  }
  const version = release.version ?? "0.1.0";
  const text = `## ${version}\n\n${grouped(commits)}`;
  const found = {
    fingerprint: `changelog|${last ?? ""}`,
    severity: "info" as const,
    title: `${version}: ${commits.length} changes are not released`,
    detail: text,
    path: "CHANGELOG.md",
    remedy: `Add this section to CHANGELOG.md, in words that users understand; keep the format of the sections that are there.`,
  };
  const summary = `${commits.length} changes ${since}, next version ${version}`;
  return { type: "checked", summary, found: [found], figures };
}

/** Groups without the comments and pictures by which git-cliff sorts them. */
function grouped(commits: Release["commits"]): string {
  const groups = Map.groupBy(commits, ({ group }) => group ?? "Other");
  const names = [...groups.keys()].sort();
  return names
    .map((name) => {
      const title = name.replace(/<!--.*?-->|\p{Extended_Pictographic}\ufe0f?/gu, "").trim();
      const lines = (groups.get(name) ?? []).map(({ message, breaking, id }) => {
        const line = message.split("\n")[0] ?? "";
        return `- ${breaking ? "**breaking:** " : ""}${line} (${id.slice(0, 7)})`;
      });
      return `### ${title}\n\n${lines.join("\n")}`;
    })
    .join("\n\n");
}
