import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isInside, refuseGrant } from "./refuse.ts";

const places = { home: "/home/ada", stateDir: "/home/ada/.local/state/heddle" };

test.each([
  "/",
  "/home",
  "/home/ada",
  "/tmp",
  "/var",
  "/etc/shadow",
  "/run/user/1000",
  "/proc/1",
  "/home/ada/.ssh",
  "/home/ada/.ssh/id_ed25519",
  "/home/ada/.config",
  "/home/ada/.config/gcloud/x",
  "/home/ada/.local",
  "/home/ada/.local/state/heddle",
  "/home/ada/.local/state/heddle/heddle.db",
  "relative",
])("%s is never granted", (path) => {
  expect(refuseGrant(path, places)).toBeTypeOf("string");
});

test.each(["/home/ada/project", "/home/ada/.nvm/versions/node/v24", "/opt/jdk", "/tmp/project"])(
  "%s may be granted",
  (path) => {
    expect(refuseGrant(path, places)).toBeUndefined();
  },
);

test("a link is judged by where it leads", () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "heddle-refuse-")));
  const home = join(root, "home");
  mkdirSync(join(home, ".ssh"), { recursive: true });
  symlinkSync(join(home, ".ssh"), join(root, "innocent"));
  expect(refuseGrant(join(root, "innocent"), { home, stateDir: join(root, "state") })).toContain(
    ".ssh",
  );
  rmSync(root, { recursive: true });
});

test("further secrets, and credentials that are there, are refused with what holds them", () => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "heddle-refuse-")));
  const own = { home, stateDir: "/state", secrets: ["/srv/heddle/config.toml"] };
  expect(refuseGrant("/srv/heddle", own)).toContain("/srv/heddle/config.toml");
  expect(refuseGrant("/srv/heddle/config.toml", own)).toBeTypeOf("string");
  expect(refuseGrant("/srv/other", own)).toBeUndefined();
  mkdirSync(join(home, ".cargo/bin"), { recursive: true });
  expect(refuseGrant(join(home, ".cargo"), own)).toBeUndefined();
  writeFileSync(join(home, ".cargo/credentials.toml"), "");
  expect(refuseGrant(join(home, ".cargo"), own)).toContain("credentials.toml");
  expect(refuseGrant(join(home, ".cargo/bin"), own)).toBeUndefined();
  rmSync(home, { recursive: true });
});

test("a name that only begins alike is not inside", () => {
  expect(isInside("/p-evil/x", "/p")).toBe(false);
  expect(isInside("/p/x", "/p")).toBe(true);
  expect(isInside("/x", "/")).toBe(true);
});
