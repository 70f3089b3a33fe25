import type { Command } from "commander";
import { command } from "../command.ts";
import { runPhases } from "../demo/phases.ts";
import { runDemo } from "../demo/run-demo.ts";
import { shellDefinition } from "../demo/shell.ts";
import { checkLines, type DemoDocument, nextSteps, summaryTable } from "../demo/summary.ts";
import { CliError, exitCodes } from "../exit.ts";
import { outputWidth, paintOut, print, printJson } from "../terminal/output.ts";
import type { Paint } from "../terminal/style.ts";

interface Options {
  readonly json?: boolean;
  readonly keep?: boolean;
  readonly phases?: boolean;
  readonly dir?: string;
}

const details = `
Makes a repository, starts a scripted model (no AI) and a daemon of its own, and takes three tasks
at once to landed commits. Nothing of yours is read or changed. Exits with 0 only when everything
that it then checks by itself holds.`;

export function demoCommand(): Command {
  return command("demo")
    .description("See heddle at work on a small repository. No key and no network are needed.")
    .option("--phases", "walk one task through plan, implement, review and document instead")
    .option("--keep", "leave the repository, the daemon and the model for you to look at")
    .option("--dir <directory>", "an empty directory to make it in; else a temporary one")
    .option("--json", "print one JSON document at the end")
    .addHelpText("after", details)
    .action(demo);
}

async function demo({ json, keep = false, dir, phases }: Options): Promise<void> {
  const stop = new AbortController();
  const interrupted = new CliError(exitCodes.interrupted, "interrupted; the demo cleaned up");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => stop.abort(interrupted));
  }
  const stage = { directory: dir, keep };
  if (phases) return await demoPhases(stage, { json, signal: stop.signal });
  const document = await runDemo(stage, stop.signal);
  if (json) printJson(document);
  else printSummary(document);
  process.exitCode = document.ok ? exitCodes.ok : exitCodes.failed;
}

async function demoPhases(
  stage: { directory: string | undefined; keep: boolean },
  { json, signal }: { json: boolean | undefined; signal: AbortSignal },
): Promise<void> {
  const document = await runPhases(stage, signal);
  const { ok, checks, seconds, model, kept } = document;
  process.exitCode = ok ? exitCodes.ok : exitCodes.failed;
  if (json) return printJson(document);
  const paint = paintOut();
  print(`\n${checkLines(checks, paint)}`);
  print(`\n${verdict(ok, paint)}: ${seconds.toFixed(1)} s, ${model}.\n\n`);
  print(nextSteps({ kept, definition: shellDefinition() }, paint));
}

function verdict(ok: boolean, paint: Paint): string {
  return ok ? paint(["bold", "green"], "All of it holds") : paint("red", "Not all of it holds");
}

function printSummary({ ok, model, seconds, threads, checks, kept }: DemoDocument): void {
  const paint = paintOut();
  print(`\n${summaryTable(threads, outputWidth())}\n${checkLines(checks, paint)}`);
  print(`\n${verdict(ok, paint)}: ${seconds.toFixed(1)} s, ${model}.\n\n`);
  print(nextSteps({ kept, definition: shellDefinition() }, paint));
}
