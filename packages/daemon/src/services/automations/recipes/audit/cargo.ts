import * as z from "zod";
import { readReport } from "../report.ts";
import { type AuditTool, unique, unreachable } from "./audit.ts";

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

/** Its advisories have no severity, and are taken for high. */
export const cargo: AuditTool = {
  program: "cargo-audit",
  command: () => "cargo-audit audit --json",
  host: "github.com",
  read: ({ output }) => {
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
