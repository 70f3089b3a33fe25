import type { Severity } from "@heddle/protocol";
import * as z from "zod";
import { readReport } from "../report.ts";
import { type Advisory, type AuditTool, unique, unreachable } from "./audit.ts";

const Vulnerability = z.object({
  id: z.string(),
  summary: z.string().default(""),
  affected: z
    .array(
      z.object({
        package: z.object({ name: z.string() }).optional(),
        ranges: z
          .array(z.object({ events: z.array(z.object({ fixed: z.string().optional() })) }))
          .default([]),
      }),
    )
    .default([]),
});

const OsvReport = z.object({
  results: z.array(
    z.object({
      packages: z.array(
        z.object({
          package: z.object({ name: z.string(), version: z.string().default("") }),
          vulnerabilities: z.array(Vulnerability).default([]),
          groups: z
            .array(z.object({ ids: z.array(z.string()), max_severity: z.string().default("") }))
            .default([]),
        }),
      ),
    }),
  ),
});

type AffectedPackage = z.infer<typeof OsvReport>["results"][number]["packages"][number];

/** Its exit codes with and without vulnerabilities, and, without a report, where nothing is locked. */
const [clean, found, locksNothing] = [0, 1, 128];

/**
 * Knows the lock files of most ecosystems (https://google.github.io/osv-scanner/output). A group is
 * one vulnerability under its several ids.
 */
export const osv: AuditTool = {
  program: "osv-scanner",
  command: (lockFile) => `osv-scanner scan --lockfile=${lockFile} --format=json`,
  host: "api.osv.dev",
  read: ({ output, exitCode }) => {
    if (exitCode === locksNothing) return { type: "checked", advisories: [] };
    const packages = readReport(OsvReport, output)?.results.flatMap((result) => result.packages);
    const advisories = unique(packages?.flatMap(advisoriesOf) ?? []);
    const expected = advisories.length > 0 ? found : clean;
    if (packages === undefined || exitCode !== expected) return unreachable(output, "osv-scanner");
    return { type: "checked", advisories };
  },
};

function advisoriesOf({ package: it, vulnerabilities, groups }: AffectedPackage): Advisory[] {
  return groups.flatMap(({ ids, max_severity }) => {
    const id = ids.find((one) => one.startsWith("GHSA-")) ?? ids[0];
    if (id === undefined) return [];
    const known = vulnerabilities.filter((one) => ids.includes(one.id));
    const named = known.find((one) => one.id === id);
    return {
      name: it.name,
      id,
      severity: severityOfScore(max_severity),
      title: named?.summary || known.find(({ summary }) => summary)?.summary || id,
      url: `https://osv.dev/vulnerability/${id}`,
      range: it.version,
      fix: known.map((one) => fixOf(one, it.name)).find((fix) => fix !== undefined),
    };
  });
}

function fixOf({ affected }: z.infer<typeof Vulnerability>, name: string): string | undefined {
  return affected
    .filter((one) => one.package === undefined || one.package.name === name)
    .flatMap(({ ranges }) => ranges)
    .flatMap(({ events }) => events)
    .findLast(({ fixed }) => fixed !== undefined)?.fixed;
}

/** The bands of CVSS 3: https://www.first.org/cvss/v3.1/specification-document#Qualitative-Severity-Rating-Scale */
function severityOfScore(text: string): Severity {
  const score = Number.parseFloat(text);
  if (Number.isNaN(score)) return "moderate";
  if (score >= 9) return "critical";
  if (score >= 7) return "high";
  return score >= 4 ? "moderate" : "low";
}
