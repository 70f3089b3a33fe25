import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { judge, lingerFinding, serviceFindings } from "./doctor.ts";
import type { ServiceState } from "./manager.ts";
import { lingers } from "./systemd.ts";

const state: ServiceState = {
  manager: "systemd --user",
  name: "heddle",
  installed: true,
  listening: true,
  running: false,
  detail: "heddle.socket is active, heddle.service is inactive",
  files: [],
};

test("a service that listens is well, also while nothing runs", () => {
  expect(judge(state, undefined)).toEqual({
    name: "service",
    ok: true,
    detail: state.detail,
    mend: null,
  });
});

test("one that does neither is restarted, one of another installation is installed again", () => {
  const dead = { ...state, listening: false };
  expect(judge(dead, undefined)).toMatchObject({ ok: false, mend: "heddle service restart" });
  const finding = judge(state, "it starts another installation");
  expect(finding).toMatchObject({ ok: false, mend: "heddle service install" });
  expect(finding.detail).toBe("it starts another installation");
});

test("a home without a service is told how to get one", async () => {
  const root = mkdtempSync(join(tmpdir(), "heddle-doctor-"));
  const [service] = await serviceFindings({ HOME: root, HEDDLE_HOME: join(root, "h") });
  expect(service).toMatchObject({ name: "service", ok: true });
  expect(service?.detail).toContain("heddle service install");
  rmSync(root, { recursive: true });
});

test("whether services outlive the last logout is read where systemd runs", () => {
  expect(lingerFinding(true)[0]?.detail).toMatch(/^on: /);
  expect(lingerFinding(false)[0]?.detail).toContain("loginctl enable-linger");
  expect(lingerFinding(undefined)).toEqual([]);
  const root = mkdtempSync(join(tmpdir(), "heddle-linger-"));
  mkdirSync(join(root, "run"));
  writeFileSync(join(root, "ann"), "");
  const of = (user: string, booted: string) => lingers(user, { booted, directory: root });
  expect([of("ann", root), of("bob", root), of("ann", join(root, "none"))]).toEqual([
    true,
    false,
    undefined,
  ]);
  rmSync(root, { recursive: true });
});
