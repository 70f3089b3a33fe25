import type { CodeAnswer } from "@heddle/protocol";
import { printableLine } from "../terminal/printable.ts";
import { type ReportOptions, wrapped } from "./report.ts";
import { counted } from "./words.ts";

/** What the model said and could show, and how much it could not. */
export function answerText(
  { claims, dropped, model }: CodeAnswer,
  { width, paint }: ReportOptions,
): string {
  const lines = claims.flatMap(({ text, places }) => {
    const shown = places.map(({ path, line }) => `${printableLine(path)}:${line}`).join(", ");
    return [
      ...wrapped(printableLine(text), "", width),
      ...wrapped(shown, "  ", width).map((line) => paint("dim", line)),
      "",
    ];
  });
  const left =
    dropped === 0
      ? ""
      : ` ${counted(dropped, "statement")} without a place that exists ${dropped === 1 ? "was" : "were"} left out.`;
  const none = claims.length === 0 ? "Nothing that it said could be shown. " : "";
  return [
    ...lines,
    ...wrapped(
      `${none}Said by ${printableLine(model)}; the places are checked, the words are not.${left}`,
      "",
      width,
    ),
  ].join("\n");
}
