import { Severity } from "@heddle/protocol";
import * as z from "zod";
import { readReport } from "./report.ts";

export type Audit =
  | {
      readonly type: "checked";
      readonly advisories: readonly {
        readonly name: string;
        readonly id: string;
        readonly severity: Severity;
        readonly title: string;
        readonly url: string;
        readonly range: string;
        readonly fix: string | undefined;
      }[];
    }
  /** The registry did not answer, or not with an audit: nothing is known. */
  | { readonly type: "unreachable"; readonly reason: string }
  | { readonly type: "missing" };

export interface AuditTool {
  readonly ecosystem: string;
  readonly program: string;
  readonly lockFiles: readonly string[];
  readonly command: string;
  /** Whom it asks. */
  readonly host: string;
  read(output: string): Audit;
}

type Checked = Extract<Audit, { type: "checked" }>;
type Advisory = Checked["advisories"][number];

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
const npm: AuditTool = {
  ecosystem: "npm",
  program: "npm",
  lockFiles: ["package-lock.json", "npm-shrinkwrap.json"],
  command: "npm audit --json --package-lock-only --offline=false --fetch-retries=1",
  host: "registry.npmjs.org",
  read: (output) => {
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

const pnpm: AuditTool = {
  ecosystem: "pnpm",
  program: "pnpm",
  lockFiles: ["pnpm-lock.yaml"],
  command: "pnpm audit --json",
  host: "registry.npmjs.org",
  read: (output) => {
    const report = readReport(PnpmAudit, output);
    if (report === undefined) return unreachable(output, "pnpm audit");
    return {
      type: "checked",
      advisories: unique(Object.values(report.advisories).map(classic)),
    };
  },
};

/** Yarn 1 writes a line of JSON for each advisory, and one with the sum at its end. */
const yarn: AuditTool = {
  ecosystem: "yarn",
  program: "yarn",
  lockFiles: ["yarn.lock"],
  command: "yarn audit --json",
  host: "registry.yarnpkg.com",
  read: (output) => {
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

const PipAudit = z.object({
  dependencies: z.array(
    z.object({
      name: z.string(),
      version: z.string().default(""),
      vulns: z
        .array(
          z.object({
            id: z.string(),
            fix_versions: z.array(z.string()).default([]),
            description: z.string().default(""),
          }),
        )
        .default([]),
    }),
  ),
});

const pip: AuditTool = {
  ecosystem: "pip",
  program: "pip-audit",
  lockFiles: ["requirements.txt"],
  command: "pip-audit --format json --progress-spinner off --requirement requirements.txt",
  host: "pypi.org",
  read: (output) => {
    const report = readReport(PipAudit, output);
    if (report === undefined) return unreachable(output, "pip-audit");
    const advisories = report.dependencies.flatMap(({ name, version, vulns }) =>
      vulns.map(({ id, fix_versions, description }) => ({
        name,
        id,
        severity: "high" as const,
        title: description.split("\n")[0]?.slice(0, 120) || id,
        url: `https://osv.dev/vulnerability/${id}`,
        range: version,
        fix: fix_versions[0],
      })),
    );
    return { type: "checked", advisories: unique(advisories) };
  },
};

const CargoAudit = z.object({
  vulnerabilities: z.object({
    list: z.array(
      z.object({
        advisory: z.object({ id: z.string(), title: z.string(), url: z.string().nullable() }),
        versions: z.object({ patched: z.array(z.string()) }),
        package: z.object({ name: z.string(), version: z.string() }),
      }),
    ),
  }),
});

const cargo: AuditTool = {
  ecosystem: "cargo",
  program: "cargo-audit",
  lockFiles: ["Cargo.lock"],
  command: "cargo-audit audit --json",
  host: "github.com",
  read: (output) => {
    const report = readReport(CargoAudit, output);
    if (report === undefined) return unreachable(output, "cargo audit");
    const advisories = report.vulnerabilities.list.map(({ advisory, versions, package: it }) => ({
      name: it.name,
      id: advisory.id,
      severity: "high" as const,
      title: advisory.title,
      url: advisory.url ?? "",
      range: it.version,
      fix: versions.patched[0],
    }));
    return { type: "checked", advisories: unique(advisories) };
  },
};

export const auditTools: readonly AuditTool[] = [npm, pnpm, yarn, pip, cargo];

const Trouble = z.object({
  message: z.string().optional(),
  error: z.object({ summary: z.string().optional(), detail: z.string().optional() }).optional(),
});

function unreachable(output: string, tool: string): Audit {
  const trouble = readReport(Trouble, output);
  const said = trouble?.error?.summary || trouble?.message || trouble?.error?.detail;
  const reason = said ? `${tool} says: ${said.trim().slice(0, 300)}` : `${tool} gave no report`;
  return { type: "unreachable", reason };
}

function severityOf(text: string): Severity {
  return Severity.safeParse(text).data ?? "moderate";
}

function unique(advisories: readonly Advisory[]): Advisory[] {
  return [...new Map(advisories.map((one) => [`${one.name}|${one.id}`, one])).values()];
}
