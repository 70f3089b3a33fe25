import { existsSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import type { DoctorFinding } from "@heddle/protocol";
import type { ServiceState } from "./manager.ts";
import { servicePlan } from "./plan.ts";
import { isInstalled, serviceManager } from "./service.ts";
import { lingers, unitFiles } from "./systemd.ts";
import { serviceUnit } from "./systemd-unit.ts";

/** Whether the daemon is there at login, and outlives it. */
export async function serviceFindings(
  env: NodeJS.ProcessEnv = process.env,
): Promise<DoctorFinding[]> {
  return [await serviceFinding(env), ...lingerFinding(lingers(userInfo().username))];
}

async function serviceFinding(env: NodeJS.ProcessEnv): Promise<DoctorFinding> {
  if (!isInstalled(env)) {
    const detail = "not installed; `heddle service install` has the daemon start at login";
    return { name: "service", ok: true, detail, mend: null };
  }
  return judge(await serviceManager(env).state(), staleProgram(env));
}

export function judge(state: ServiceState, stale: string | undefined): DoctorFinding {
  const ok = stale === undefined && (state.running || state.listening === true);
  const detail = stale ?? state.detail;
  const mend = stale === undefined ? "heddle service restart" : "heddle service install";
  return { name: "service", ok, detail, mend: ok ? null : mend };
}

/** A unit may name a program that has moved since, or another installation than this. */
function staleProgram(env: NodeJS.ProcessEnv): string | undefined {
  const [, file] = unitFiles(env);
  if (!existsSync(file)) return undefined;
  const wanted = programLine(serviceUnit(servicePlan(env)));
  const present = programLine(readFileSync(file, "utf8"));
  return present === wanted ? undefined : `${file} starts another installation: ${present}`;
}

function programLine(unit: string): string | undefined {
  return /^ExecStart=(.+)$/m.exec(unit)?.[1];
}

export function lingerFinding(lingering: boolean | undefined): DoctorFinding[] {
  if (lingering === undefined) return [];
  const detail = lingering
    ? "on: the service outlives your last logout"
    : "off: at your last logout the service ends; `loginctl enable-linger` has it go on";
  return [{ name: "linger", ok: true, detail, mend: null }];
}
