import { DaemonError, type DoctorFinding } from "@heddle/protocol";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { CliError, exitCodes } from "../exit.ts";
import { serviceFindings } from "../service/doctor.ts";
import { paintOut, print, printJson } from "../terminal/output.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import type { Paint } from "../terminal/style.ts";

export function doctorCommand(): Command {
  return command("doctor")
    .description("Check what heddle relies on, and say how to mend what is missing.")
    .option("--json", "print the findings as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const findings = [nodeFinding(), ...(await daemonFindings()), ...(await serviceFindings())];
      if (json) printJson({ findings });
      else print(findings.map((finding) => findingText(finding, paintOut())).join(""));
      if (!findings.every(({ ok }) => ok)) process.exitCode = exitCodes.failed;
    });
}

function nodeFinding(): DoctorFinding {
  const detail = `the command line runs in Node ${process.version} (${process.execPath})`;
  return { name: "node", ok: true, detail, mend: null };
}

/** A daemon that cannot run is a finding too. */
async function daemonFindings(): Promise<DoctorFinding[]> {
  try {
    using daemon = await openDaemon();
    return (await daemon.call("daemon/doctor", {})).findings;
  } catch (error) {
    if (!(error instanceof CliError) && !(error instanceof DaemonError)) throw error;
    const mend = error instanceof CliError ? (error.hint ?? null) : null;
    return [{ name: "daemon", ok: false, detail: error.message, mend }];
  }
}

function findingText({ name, ok, detail, mend }: DoctorFinding, paint: Paint): string {
  const mark = ok ? paint("green", "ok  ") : paint("red", "FAIL");
  const line = `${mark} ${printableLine(name)}: ${printableLine(detail)}\n`;
  if (ok || mend === null) return line;
  return `${line}${printable(mend).replaceAll(/^/gm, "       ")}\n`;
}
