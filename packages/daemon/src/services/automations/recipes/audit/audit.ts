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
  command(lockFile: string): string;
  /** Whom it asks. */
  readonly host: string;
  read(result: CommandResult): Audit;
}

const Trouble = z.object({
  message: z.string().optional(),
  error: z.object({ summary: z.string().optional(), detail: z.string().optional() }).optional(),
});

/** Of an output that is no report. */
export function unreachable(output: string, tool: string): Audit {
  const trouble = readReport(Trouble, output);
  const said = trouble?.error?.summary || trouble?.message || trouble?.error?.detail;
  const reason = said ? `${tool} says: ${said.trim().slice(0, 300)}` : `${tool} gave no report`;
  return { type: "unreachable", reason };
}

export function severityOf(text: string): Severity {
  return Severity.safeParse(text).data ?? "moderate";
}

export function unique(advisories: readonly Advisory[]): Advisory[] {
  return [...new Map(advisories.map((one) => [`${one.name}|${one.id}`, one])).values()];
}
