import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Facts, messageOf } from "@heddle/protocol";
import type { Command } from "commander";
import { answerText } from "../analyze/answer.ts";
import { pictureOf } from "../analyze/picture/picture.ts";
import { summaryText } from "../analyze/summary.ts";
import { findPath, whileRead } from "../code/tree.ts";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { CliError, exitCodes } from "../exit.ts";
import { outputWidth, paintOut, print, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";

interface Options {
  readonly json?: boolean;
  readonly svg?: string;
  readonly question?: string;
}

export function analyzeCommand(): Command {
  return command("analyze")
    .description(
      "Tell what a newcomer should know of a project. Counted, not guessed; no model is asked.",
    )
    .argument("[path]", "in the project", ".")
    .option("--svg <file>", "also draw the parts and who imports whom")
    .option("-q, --question <question>", "ask the model, which has to say where it has it from")
    .option("--json", "print the facts as JSON")
    .action(async (path: string, options: Options) => {
      using daemon = await openDaemon();
      const tree = await findPath(daemon, resolve(path));
      const facts = await whileRead(daemon, tree, daemon.call("code/analyze", tree));
      if (options.svg !== undefined) await draw(facts, options.svg);
      const { question } = options;
      const answer =
        question === undefined ? undefined : await daemon.call("code/ask", { ...tree, question });
      if (options.json) return printJson(answer === undefined ? facts : { ...facts, answer });
      const shown = { width: outputWidth(), paint: paintOut() };
      print(answer === undefined ? summaryText(facts, shown) : answerText(answer, shown));
    });
}

async function draw(facts: Facts, file: string): Promise<void> {
  try {
    await writeFile(file, pictureOf(facts));
  } catch (error) {
    const reason = messageOf(error);
    throw new CliError(exitCodes.failed, `the picture could not be written: ${reason}`);
  }
  say(`drew ${printableLine(file)}`);
}
