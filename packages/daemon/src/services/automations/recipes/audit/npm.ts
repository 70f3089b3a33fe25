import * as z from "zod";
import { readReport } from "../report.ts";
import { type Advisory, type AuditTool, severityOf, unique, unreachable } from "./audit.ts";

/** Where npm locks versions; the first of them counts. */
export const npmLockFiles = ["package-lock.json", "npm-shrinkwrap.json"] as const;

const npmVia = z.object({
  source: z.union([z.number(), z.string()]),
  name: z.string(),
  title: z.string(),
  url: z.string().default(""),
  severity: z.string(),
  range: z.string().default("*"),
});
const NpmAudit = z.object({
  auditReportVersion: z.number(),
  vulnerabilities: z.record(
    z.string(),
    z.object({
      via: z.array(z.union([z.string(), npmVia])),
      fixAvailable: z
        .union([z.boolean(), z.object({ name: z.string(), version: z.string() })])
        .default(false),
    }),
  ),
});

/** An offline npm says that all is well; so it is never asked to be offline. */
export const npm: AuditTool = {
  program: "npm",
  command: () => "npm audit --json --package-lock-only --offline=false --fetch-retries=1",
  host: "registry.npmjs.org",
  read: ({ output }) => {
    const report = readReport(NpmAudit, output);
    if (report === undefined) return unreachable(output, "npm audit");
    const advisories = Object.values(report.vulnerabilities).flatMap(({ via, fixAvailable }) =>
      via.flatMap((each) => (typeof each === "string" ? [] : [npmAdvisory(each, fixAvailable)])),
    );
    return { type: "checked", advisories: unique(advisories) };
  },
};

function npmAdvisory(
  { source, name, title, url, severity, range }: z.infer<typeof npmVia>,
  fix: boolean | { name: string; version: string },
): Advisory {
  const known = typeof fix === "object" ? `${fix.name} ${fix.version}` : undefined;
  const id = /GHSA-[\w-]+/.exec(url)?.[0] ?? String(source);
  return { name, id, title, url, range, severity: severityOf(severity), fix: known };
}

const PnpmAudit = z.object({
  advisories: z.record(
    z.string(),
    z.object({
      module_name: z.string(),
      github_advisory_id: z.string().optional(),
      id: z.number(),
      severity: z.string(),
      title: z.string(),
      url: z.string().default(""),
      vulnerable_versions: z.string().default("*"),
      patched_versions: z.string().optional(),
    }),
  ),
});

/** Its advisories are in the form that npm had before its version 7. */
export const pnpm: AuditTool = {
  program: "pnpm",
  command: () => "pnpm audit --json",
  host: "registry.npmjs.org",
  read: ({ output }) => {
    const report = readReport(PnpmAudit, output);
    if (report === undefined) return unreachable(output, "pnpm audit");
    return {
      type: "checked",
      advisories: unique(Object.values(report.advisories).map(classic)),
    };
  },
};

/** Yarn 1 writes a line of JSON for each advisory, and one with the sum at its end. */
export const yarn: AuditTool = {
  program: "yarn",
  command: () => "yarn audit --json",
  host: "registry.yarnpkg.com",
  read: ({ output }) => {
    const lines = output.split("\n").map((line) => readReport(YarnLine, line));
    if (!lines.some((line) => line?.type === "auditSummary")) {
      return unreachable(output, "yarn audit");
    }
    const advisories = lines.flatMap((line) =>
      line?.data.advisory ? classic(line.data.advisory) : [],
    );
    return { type: "checked", advisories: unique(advisories) };
  },
};
const YarnLine = z.object({
  type: z.string(),
  data: z.object({ advisory: PnpmAudit.shape.advisories.valueType.optional() }),
});

function classic(row: z.infer<typeof PnpmAudit>["advisories"][string]): Advisory {
  return {
    name: row.module_name,
    id: row.github_advisory_id ?? String(row.id),
    severity: severityOf(row.severity),
    title: row.title,
    url: row.url,
    range: row.vulnerable_versions,
    fix: row.patched_versions === "<0.0.0" ? undefined : row.patched_versions,
  };
}
