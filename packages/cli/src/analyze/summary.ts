import type { Facts } from "@heddle/protocol";
import { careSections } from "./care.ts";
import { needsSections } from "./needs.ts";
import { partsSections } from "./parts.ts";
import { pastSections } from "./past.ts";
import { practiceSections } from "./practice.ts";
import { type ReportOptions, reportText } from "./report.ts";
import { shapeSections } from "./shape.ts";

/** What a newcomer would want to be told of a project, in words. */
export function summaryText(facts: Facts, options: ReportOptions): string {
  const sections = [
    ...shapeSections(facts),
    ...partsSections(facts),
    ...needsSections(facts),
    ...careSections(facts),
    ...practiceSections(facts),
    ...pastSections(facts),
  ];
  return reportText(sections, options);
}
