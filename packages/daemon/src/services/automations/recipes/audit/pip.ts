import * as z from "zod";
import { readReport } from "../report.ts";
import { type AuditTool, unique, unreachable } from "./audit.ts";

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

/** Its advisories have no severity, and are taken for high. */
export const pip: AuditTool = {
  program: "pip-audit",
  command: (lockFile) => `pip-audit --format json --progress-spinner off --requirement ${lockFile}`,
  host: "pypi.org",
  read: ({ output }) => {
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
