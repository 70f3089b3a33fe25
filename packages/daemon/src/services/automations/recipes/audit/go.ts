import type { Severity } from "@heddle/protocol";
import * as z from "zod";
import { readReport } from "../report.ts";
import { type Advisory, type AuditTool, unreachable } from "./audit.ts";

const Frame = z.object({
  module: z.string(),
  version: z.string().default(""),
  package: z.string().optional(),
  function: z.string().optional(),
  position: z.object({ filename: z.string(), line: z.int() }).optional(),
});

/** One message of the stream: https://pkg.go.dev/golang.org/x/vuln/internal/govulncheck#Message */
const Message = z.object({
  config: z.looseObject({}).optional(),
  osv: z.object({ id: z.string(), summary: z.string().default("") }).optional(),
  finding: z
    .object({
      osv: z.string(),
      fixed_version: z.string().optional(),
      /** From what is affected to the code of the project. */
      trace: z.tuple([Frame], Frame),
    })
    .optional(),
});

type Finding = NonNullable<z.infer<typeof Message>["finding"]>;

/**
 * Tells of one vulnerability up to three times: that a module with it is required, that the package
 * is imported, that the function is called. How far it got is how much it matters; the database of
 * Go has no severities.
 */
export const go: AuditTool = {
  program: "govulncheck",
  command: () => "govulncheck -format json ./...",
  host: "vuln.go.dev",
  read: ({ output, exitCode }) => {
    const messages = messagesOf(output);
    const complete = exitCode === 0 && messages.some((message) => message?.config);
    if (!complete || messages.includes(undefined)) return unreachable(output, "govulncheck");
    const titles = new Map(messages.flatMap((one) => (one?.osv ? [[one.osv.id, one.osv]] : [])));
    const furthest = new Map<string, Finding>();
    for (const finding of messages.flatMap((message) => message?.finding ?? [])) {
      const key = `${finding.trace[0].module}|${finding.osv}`;
      const known = furthest.get(key);
      if (known === undefined || levelOf(finding) > levelOf(known)) furthest.set(key, finding);
    }
    const advisories = [...furthest.values()].map((finding) =>
      advisoryOf(finding, titles.get(finding.osv)?.summary),
    );
    return { type: "checked", advisories };
  },
};

/** The stream is of objects that are indented, so that only the whole of one ends a line with `}`. */
function messagesOf(output: string): (z.infer<typeof Message> | undefined)[] {
  return output
    .trim()
    .split(/(?<=^\})\n/m)
    .map((text) => readReport(Message, text));
}

function levelOf({ trace: [affected] }: Finding): 0 | 1 | 2 {
  if (affected.function !== undefined) return 2;
  return affected.package === undefined ? 0 : 1;
}

const severities = ["low", "moderate", "high"] as const satisfies Severity[];

function advisoryOf(finding: Finding, title: string | undefined): Advisory {
  const { osv: id, fixed_version: fix, trace } = finding;
  return {
    name: trace[0].module,
    id,
    severity: severities[levelOf(finding)],
    title: title || id,
    url: `https://pkg.go.dev/vuln/${id}`,
    range: trace[0].version,
    fix,
    reach: reachOf(finding),
  };
}

function reachOf(finding: Finding): string {
  const [affected] = finding.trace;
  switch (levelOf(finding)) {
    case 0:
      return "imported: by nothing; a module that is required has it";
    case 1:
      return `imported: ${affected.package}, of which nothing that is affected is called`;
    case 2: {
      const called = `called: ${affected.package}.${affected.function}`;
      const at = finding.trace.findLast(({ position }) => position !== undefined)?.position;
      return at === undefined ? called : `${called}, from ${at.filename}:${at.line}`;
    }
  }
}
