import { expect, test } from "vitest";
import { serviceName, servicePlan } from "./plan.ts";
import { serviceUnit, socketUnit } from "./systemd-unit.ts";

const program = ["/opt/node 24/bin/node", "/opt/heddle/main.js"];

test("the units of the usual instance", () => {
  const env = {
    HOME: "/home/ann",
    XDG_RUNTIME_DIR: "/run/user/7",
    PATH: "/usr/bin",
    OPENAI_API_KEY: "sk-1",
  };
  const plan = servicePlan(env, program);
  expect(socketUnit(plan)).toBe(`# Written by heddle, which also removes it.
[Unit]
Description=Heddle daemon: its socket

[Socket]
ListenStream=/run/user/7/heddle/heddle.sock
SocketMode=0600
DirectoryMode=0700

[Install]
WantedBy=sockets.target
`);
  expect(serviceUnit(plan)).toBe(`# Written by heddle, which also removes it.
[Unit]
Description=Heddle daemon
Requires=heddle.socket
After=heddle.socket

[Service]
Type=notify
NotifyAccess=all
ExecStart="/opt/node 24/bin/node" "/opt/heddle/main.js"
WorkingDirectory=-/home/ann/.local/state/heddle
Environment="PATH=/usr/bin"
EnvironmentFile=-/home/ann/.config/heddle/environment
Restart=on-failure
RestartPreventExitStatus=75 78
TimeoutStartSec=5min
KillMode=mixed
Delegate=yes
OOMPolicy=continue

[Install]
WantedBy=default.target
`);
});

test("what systemd would read as its own in a path is escaped", () => {
  const env = { HEDDLE_HOME: '/h/a b%n$X"\\c', PATH: "/bin" };
  const plan = servicePlan(env, ["/n$x/node", '/m%h$y"\\z.js']);
  expect(socketUnit(plan)).toContain('\nListenStream=/h/a b%%n$X"\\c/run/heddle.sock\n');
  const unit = serviceUnit(plan);
  expect(unit).toContain('\nExecStart="/n$x/node" "/m%%h$$y\\"\\\\z.js"\n');
  expect(unit).toContain('\nEnvironment="HEDDLE_HOME=/h/a b%%n$X\\"\\\\c"\n');
});

test.each(["/a\nExecStart=/bin/evil", "/a\\"])("%j cannot be written into a unit", (home) => {
  const plan = servicePlan({ HEDDLE_HOME: home }, program);
  expect(() => serviceUnit(plan)).toThrow(/a unit of systemd cannot hold/);
});

test("each home has a name of its own, which is the same for all that name it", () => {
  const [one, other, same] = ["/h/one", "/h/other", "/h/./one/"].map((HEDDLE_HOME) =>
    serviceName({ HEDDLE_HOME }),
  );
  expect(one).toMatch(/^heddle-[0-9a-f]{8}$/);
  expect(other).not.toBe(one);
  expect(same).toBe(one);
  expect(serviceName({})).toBe("heddle");
});
