import { Severity } from "@heddle/protocol";
import * as z from "zod";
import type { CommandResult } from "../recipe.ts";
import { readReport } from "../report.ts";

export interface Advisory {
  readonly name: string;
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly url: string;
  /** The versions that are affected, or the one that is locked. */
  readonly range: string;
  readonly fix: string | undefined;
  /** How far the project gets to what is affected, in words, where the tool itself knows. */
  readonly reach?: string;
}

export type Audit =
  | { readonly type: "checked"; readonly advisories: readonly Advisory[] }
  /** The registry did not answer, or not with an audit: nothing is known. */
  | { readonly type: "unreachable"; readonly reason: string }
  | { readonly type: "missing" };

export interface AuditTool {
  readonly program: string;
  /** What is run at the root of the tree; its errors are not read. */
  command(lockFile: string): string;
  /** Whom it asks. */
  readonly host: string;
  /** Takes nothing for an all-clear but a report that says so. */
  read(result: CommandResult): Audit;
}

const Trouble = z.object({
  message: z.string().optional(),
  error: z.object({ summary: z.string().optional(), detail: z.string().optional() }).optional(),
});

/** Of an output that is no report. */
export function unreachable(output: string, tool: string): Audit {
  return { type: "unreachable", reason: troubleOf(output, tool) };
}

/** What npm, or a tool like it, says of itself in place of its report. */
export function troubleOf(output: string, tool: string): string {
  const trouble = readReport(Trouble, output);
  const said = trouble?.error?.summary || trouble?.message || trouble?.error?.detail;
  return said ? `${tool} says: ${said.trim().slice(0, 300)}` : `${tool} gave no report`;
}

/** The severity that a tool names; one that we do not know is moderate. */
export function severityOf(text: string): Severity {
  return Severity.safeParse(text).data ?? "moderate";
}

/** Each advisory once for each package, however many ways lead to it. */
export function unique(advisories: readonly Advisory[]): Advisory[] {
  return [...new Map(advisories.map((one) => [`${one.name}|${one.id}`, one])).values()];
}
