import type { Command } from "commander";
import { command } from "../command.ts";
import { runDemo } from "../demo/run-demo.ts";
import { shellDefinition } from "../demo/shell.ts";
import { checkLines, type DemoDocument, nextSteps, summaryTable } from "../demo/summary.ts";
import { CliError, exitCodes } from "../exit.ts";
import { outputWidth, paintOut, print, printJson } from "../terminal/output.ts";

interface Options {
  readonly json?: boolean;
  readonly keep?: boolean;
  readonly dir?: string;
}

const details = `
Makes a repository, starts a scripted model (no AI) and a daemon of its own, and takes three tasks
at once to landed commits. Nothing of yours is read or changed. Exits with 0 only when everything
that it then checks by itself holds.`;

export function demoCommand(): Command {
  return command("demo")
    .description("See heddle at work on a small repository. No key and no network are needed.")
    .option("--keep", "leave the repository, the daemon and the model for you to look at")
    .option("--dir <directory>", "an empty directory to make it in; else a temporary one")
    .option("--json", "print one JSON document at the end")
    .addHelpText("after", details)
    .action(demo);
}

async function demo({ json, keep = false, dir }: Options): Promise<void> {
  const stop = new AbortController();
  const interrupted = new CliError(exitCodes.interrupted, "interrupted; the demo cleaned up");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => stop.abort(interrupted));
  }
  const document = await runDemo({ directory: dir, keep }, stop.signal);
  if (json) printJson(document);
  else printSummary(document);
  process.exitCode = document.ok ? exitCodes.ok : exitCodes.failed;
}

function printSummary({ ok, model, seconds, threads, checks, kept }: DemoDocument): void {
  const paint = paintOut();
  const verdict = ok
    ? paint(["bold", "green"], "All of it holds")
    : paint("red", "Not all of it holds");
  print(`\n${summaryTable(threads, outputWidth())}\n${checkLines(checks, paint)}`);
  print(`\n${verdict}: ${seconds.toFixed(1)} s, ${model}.\n\n`);
  print(nextSteps({ kept, definition: shellDefinition() }, paint));
}
