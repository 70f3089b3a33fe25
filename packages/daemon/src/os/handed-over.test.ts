import { expect, test } from "vitest";
import { takeHandedOver } from "./handed-over.ts";

test("what was meant for another process is left alone, and no process of ours is told of it", () => {
  const env = {
    LISTEN_PID: "4",
    LISTEN_FDS: "1",
    LISTEN_FDNAMES: "x",
    NOTIFY_SOCKET: "/n",
    A: "b",
  };
  expect(takeHandedOver(env, 5).socket).toBeUndefined();
  expect(env).toEqual({ A: "b" });
});

test.each(["0", "2", "x", undefined])("%s descriptors are not one socket", (LISTEN_FDS) => {
  const env = { LISTEN_PID: "5", LISTEN_FDS };
  expect(() => takeHandedOver(env, 5)).toThrow(/one socket is expected/);
});

test("without a service manager there is nobody to tell", async () => {
  expect(await takeHandedOver({}, 5).notify("READY=1")).toBe(true);
});
