import { expect, test } from "vitest";
import { grantRequest } from "./project-grant.ts";

test.each([
  ["/opt/tool", {}, { access: "ro", resource: { kind: "root", value: "/opt/tool" } }],
  [
    "/opt/node/",
    { toolchain: true },
    { access: "ro", resource: { kind: "toolchain", value: "/opt/node" } },
  ],
  [
    undefined,
    { host: "registry.npmjs.org:443" },
    { access: "ro", resource: { kind: "host", value: "registry.npmjs.org:443" } },
  ],
  [
    undefined,
    { host: "example.org:80", for: "2h", thread: "fix" },
    { access: "ro", resource: { kind: "host", value: "example.org:80" }, expiresAt: 7_200_001 },
  ],
  [undefined, { env: "CI" }, { access: "ro", resource: { kind: "env", value: "CI" } }],
  [undefined, { rw: true }, { access: "rw" }],
] as const)("%s with %j grants exactly that", (path, options, request) => {
  expect(grantRequest(path, options, 1)).toEqual(request);
});
