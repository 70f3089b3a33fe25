import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalPlan, PlanContent } from "@heddle/protocol";
import { CliError, exitCodes, usageError } from "../exit.ts";
import { parsePlanFile, planFile } from "../thread/plan-file.ts";

/** Lets the user change a plan in their editor; undefined when it is as it was. */
export async function editPlan(content: PlanContent): Promise<PlanContent | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-plan-"));
  try {
    const file = join(folder, "plan.md");
    await writeFile(file, planFile(content), { mode: 0o600 });
    await openEditor(file);
    const edited = PlanContent.safeParse(parsePlanFile(await readFile(file, "utf8")));
    if (!edited.success) {
      const lines = edited.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
      throw usageError(`this is no plan any more: ${lines.join("; ")}`, "edit it again");
    }
    return canonicalPlan(edited.data) === canonicalPlan(content) ? undefined : edited.data;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function openEditor(file: string): Promise<void> {
  const editor = process.env.VISUAL || process.env.EDITOR || "vi";
  // A variable such as `code --wait` is a command line, for which a shell is the only reader.
  const child = spawn("sh", ["-c", `${editor} "$1"`, "sh", file], { stdio: "inherit" });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.on("error", reject);
  child.on("exit", (code) => {
    if (code === 0) return resolve();
    reject(new CliError(exitCodes.failed, `${editor} ended with ${code}; the plan is as it was`));
  });
  await promise;
}
