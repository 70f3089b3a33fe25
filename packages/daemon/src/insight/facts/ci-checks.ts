import type { CheckCommand } from "@heddle/protocol";
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { kindOfCommand } from "./command-kind.ts";
import type { Subject } from "./subject.ts";

const workflows = /^\.github\/workflows\/[^/]+\.ya?ml$/;
const textAtMost = 256 * 1024;
const filesAtMost = 50;

/** What the `run` steps of GitHub's workflows check. */
export function ciChecks({ index }: Subject): CheckCommand[] {
  return index.files
    .filter(({ path }) => workflows.test(path))
    .slice(0, filesAtMost)
    .flatMap(({ path }) =>
      runLines(index.readText(path, textAtMost) ?? "").flatMap(
        ({ command, line }): CheckCommand[] => {
          const kind = kindOfCommand(command);
          // What depends on the matrix of the job is no command that can be repeated elsewhere.
          if (kind === undefined || command.includes("${{")) return [];
          return [{ kind, command, place: { path, line }, source: "ci" }];
        },
      ),
    );
}

interface RunLine {
  readonly command: string;
  readonly line: number;
}

function runLines(text: string): RunLine[] {
  const lines = new LineCounter();
  // A workflow of aliases that multiply must not fill the memory.
  const document = parseDocument(text, { lineCounter: lines, logLevel: "silent" });
  return stepsOf(document.contents).flatMap((step) => {
    const run = isMap(step) ? step.get("run", true) : undefined;
    if (!isScalar(run) || typeof run.value !== "string" || !run.range) return [];
    const start = lines.linePos(run.range[0]).line;
    const first = run.type === "BLOCK_LITERAL" || run.type === "BLOCK_FOLDED" ? start + 1 : start;
    return commandsIn(run.value, first);
  });
}

function stepsOf(root: Node | null): unknown[] {
  const jobs = isMap(root) ? root.get("jobs") : undefined;
  if (!isMap(jobs)) return [];
  return jobs.items.flatMap(({ value }) => {
    const steps = isMap(value) ? value.get("steps") : undefined;
    return isSeq(steps) ? steps.items : [];
  });
}

/** One command a line; lines that are continued are put together, and told by their first. */
function commandsIn(script: string, first: number): RunLine[] {
  const found: RunLine[] = [];
  let open: RunLine | undefined;
  for (const [at, raw] of script.split("\n").entries()) {
    const text = raw.trim();
    const line: RunLine = open
      ? { ...open, command: `${open.command} ${text}` }
      : { command: text, line: first + at };
    open = undefined;
    if (text.endsWith("\\")) open = { ...line, command: line.command.slice(0, -1).trim() };
    else if (line.command !== "" && !line.command.startsWith("#")) found.push(line);
  }
  return found;
}
