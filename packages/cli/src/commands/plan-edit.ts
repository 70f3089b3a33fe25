import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  canonicalPlan,
  DaemonError,
  messageOf,
  type Plan,
  type PlanContent,
} from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { CliError, exitCodeOfKind, exitCodes, usageError } from "../exit.ts";
import { shortId } from "../names.ts";
import { onInterrupt } from "../terminal/interrupts.ts";
import { planFile, readPlanFile } from "../thread/plan-file.ts";

export interface PlanEditing {
  readonly daemon: HeddleClient;
  /** As it was shown. */
  readonly plan: Plan;
  /** Runs what needs the terminal for itself. */
  readonly lend: (work: () => Promise<void>) => Promise<void>;
  /** Whether the file is to be opened again after a mistake; false where nobody can be asked. */
  readonly again: (mistake: string) => Promise<boolean>;
}

/**
 * Lets the user change a plan in their editor, and saves it; undefined when it is as it was. Where
 * that fails, what they have written stays in its file, which the error names.
 */
export async function editPlan(editing: PlanEditing): Promise<Plan | undefined> {
  const { plan } = editing;
  refuseDecided(plan);
  const file = join(await mkdtemp(join(tmpdir(), "heddle-plan-")), "plan.md");
  const written = planFile(plan.content).toWellFormed();
  await writeFile(file, written, { mode: 0o600 });
  try {
    const saved = await edited(editing, file, written);
    await remove(file);
    return saved;
  } catch (error) {
    if ((await textOf(file, written)) !== written) throw kept(error, plan, file);
    await remove(file);
    throw error;
  }
}

/** Saves a plan that somebody has written into a file; undefined when it is as it was. */
export async function savePlanFile(
  { daemon, plan }: Pick<PlanEditing, "daemon" | "plan">,
  file: string,
): Promise<Plan | undefined> {
  refuseDecided(plan);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw usageError(`${file} cannot be read: ${messageOf(error)}`);
  });
  return await save(daemon, plan, readPlanFile(text));
}

/** An editor is not opened for what could not be saved. */
function refuseDecided({ threadId, state }: Plan): void {
  if (state === "proposed" || state === "approved") return;
  const short = shortId(threadId);
  const hint = `make a new one with: heddle plan -t ${short} "…"`;
  throw new CliError(exitCodes.failed, `the plan of ${short} is ${state}`, hint);
}

async function edited(
  { daemon, plan, lend, again }: PlanEditing,
  file: string,
  written: string,
): Promise<Plan | undefined> {
  for (;;) {
    await lend(() => openEditor(file));
    const text = await readFile(file, "utf8");
    if (text === written) return undefined;
    const read = contentOf(text);
    if (!(read instanceof CliError)) return await save(daemon, plan, read);
    if (!(await again(read.message))) throw read;
  }
}

function contentOf(text: string): PlanContent | CliError {
  try {
    return readPlanFile(text);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}

async function save(
  daemon: HeddleClient,
  { threadId, hash, content: before }: Plan,
  content: PlanContent,
): Promise<Plan | undefined> {
  if (canonicalPlan(content) === canonicalPlan(before)) return undefined;
  return await daemon.call("plan/edit", { threadId, hash, content });
}

/** The same error, which now says where the work is that was not saved. */
function kept(error: unknown, { threadId }: Plan, file: string): CliError {
  const code =
    error instanceof CliError
      ? error.exitCode
      : exitCodeOfKind(error instanceof DaemonError ? error.kind : "internal");
  const again = `heddle plan edit ${shortId(threadId)} --file ${file}`;
  const hint = `what you wrote is kept in ${file}; go on with: ${again}`;
  return new CliError(code, messageOf(error), hint);
}

function textOf(file: string, otherwise: string): Promise<string> {
  return readFile(file, "utf8").catch(() => otherwise);
}

async function remove(file: string): Promise<void> {
  await rm(dirname(file), { recursive: true, force: true });
}

async function openEditor(file: string): Promise<void> {
  const editor = process.env.VISUAL || process.env.EDITOR || "vi";
  // Ctrl+C is for the editor alone, after which there is still a file to look after.
  using _ = onInterrupt(() => {});
  // A variable such as `code --wait` is a command line, for which a shell is the only reader.
  const line = `trap : INT; ${editor} "$1"`;
  const child = spawn("sh", ["-c", line, "sh", file], { stdio: "inherit" });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.on("error", reject);
  child.on("exit", (code, signal) => {
    if (code === 0) return resolve();
    const end = `${editor} ended with ${code ?? signal}; the plan is as it was`;
    reject(new CliError(exitCodes.failed, end));
  });
  await promise;
}
