import { expect, test } from "vitest";
import { upgradeText } from "./upgrade.ts";

test("a restart is offered now, or once nothing is at work", () => {
  expect(upgradeText({ client: "0.2.0", daemon: "0.1.0", busy: 0 })).toBe(
    "heddle: the daemon is 0.1.0, older than this command line (0.2.0); it is idle, and `heddle daemon restart` brings it up to date",
  );
  expect(upgradeText({ client: "0.2.0", daemon: "0.1.0", busy: 2 })).toMatch(
    /; `heddle daemon restart` brings it up to date once it is idle \(2 at work\)$/,
  );
});
