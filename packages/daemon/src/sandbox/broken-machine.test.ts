import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const stateDir = realpathSync(mkdtempSync(join(tmpdir(), "heddle-broken-")));
afterAll(() => rmSync(stateDir, { recursive: true }));

const prove = `
import { createSandbox } from ${JSON.stringify(new URL("sandbox.ts", import.meta.url).href)};
const sandbox = createSandbox({ allowRoot: true, stateDir: ${JSON.stringify(stateDir)} });
const proofs = await sandbox.prove().catch(({ kind, message, details }) => ({ kind, message, ...details }));
console.log(JSON.stringify(proofs));
`;

/** What proving the box says on a machine of its own, in which something was broken first. */
function proveAfter(breakage: string): unknown {
  const node = [process.execPath, "--conditions=@heddle/source", "--input-type=module", "-e"];
  const script = `${breakage} && exec "$@"`;
  const args = ["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", ...node, prove];
  return JSON.parse(execFileSync("unshare", args, { encoding: "utf8" }));
}

const hide = (path: string) => `mount --bind /dev/null ${path}`;

test("a whole machine proves the box", () => {
  const proofs = proveAfter("true") as { passed: boolean }[];
  expect(proofs.filter(({ passed }) => passed)).toHaveLength(9);
});

test.each([
  [
    "user namespaces",
    "echo 0 > /proc/sys/user/max_user_namespaces",
    /allow unprivileged user namespaces/,
    /sysctl -w user.max_user_namespaces/,
  ],
  ["bash", hide("/bin/bash"), /install bash/, /install bash/],
])("without %s there is no box, and the mend is said", (_, breakage, message, mend) => {
  expect(proveAfter(breakage)).toMatchObject({
    kind: "sandboxUnavailable",
    message: expect.stringMatching(message),
    mend: expect.stringMatching(mend),
  });
});

test.each([
  ["mkfifo", hide("/usr/bin/mkfifo"), /install coreutils/],
  ["a bubblewrap that can be run", hide("/usr/bin/bwrap"), /bwrap cannot be run: .*chmod/],
])("without %s there is no box, and the message says what to do", (_, breakage, message) => {
  expect(proveAfter(breakage)).toMatchObject({
    kind: "sandboxUnavailable",
    message: expect.stringMatching(message),
  });
});
