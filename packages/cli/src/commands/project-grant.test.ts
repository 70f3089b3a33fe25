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
  [undefined, { env: "CI" }, { access: "ro", resource: { kind: "env", value: "CI" } }],
  [undefined, { rw: true }, { access: "rw" }],
] as const)("%s with %j grants exactly that", (path, options, request) => {
  expect(grantRequest(path, options)).toEqual(request);
});
