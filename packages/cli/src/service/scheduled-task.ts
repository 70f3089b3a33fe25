import type { ServiceManager } from "./manager.ts";
import type { ServicePlan } from "./plan.ts";
import { mustRun, run } from "./run.ts";

/** A task of the Windows scheduler. Written by the book: it has not run on Windows. */
export function scheduledTask(plan: ServicePlan): ServiceManager {
  const task = ["/tn", plan.name];
  const query = () => run("schtasks", ["/query", ...task, "/fo", "csv", "/nh"]);
  return {
    name: "the task scheduler",
    tested: false,
    check: async () => void (await mustRun("schtasks", ["/?"])),
    install: async () => {
      await mustRun("schtasks", createArguments(plan));
      await mustRun("schtasks", ["/run", ...task]);
    },
    uninstall: async () => {
      if ((await query()).code !== 0) return false;
      await run("schtasks", ["/end", ...task]);
      await mustRun("schtasks", ["/delete", ...task, "/f"]);
      return true;
    },
    start: async () => (await run("schtasks", ["/run", ...task])).code === 0,
    stop: async () => void (await run("schtasks", ["/end", ...task])),
    state: async () => {
      const { code, stdout } = await query();
      const running = /"Running"/.test(stdout);
      return {
        manager: "the task scheduler",
        name: plan.name,
        installed: code === 0,
        listening: null,
        running,
        detail: code === 0 ? `the task ${plan.name} ${running ? "runs" : "rests"}` : "no such task",
        files: [],
      };
    },
  };
}

export function createArguments({ name, command }: ServicePlan): string[] {
  const line = command.map((word) => `"${word}"`).join(" ");
  return ["/create", "/tn", name, "/sc", "onlogon", "/rl", "limited", "/f", "/tr", line];
}
