import { existsSync, readFileSync } from "node:fs";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test, vi } from "vitest";
import { OutputTooLarge, runShort } from "./launcher.ts";
import { processStart } from "./processes.ts";

const node = process.execPath;
const env = { PATH: "/usr/bin:/bin" };
/** Higher ones may come from whoever started the tests. */
const descriptors = "for fd in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$fd ] && echo $fd; done";
const scratch = () => mkdtempDisposable(join(tmpdir(), "heddle-launcher-"));
const sh = (script: string, ...args: string[]) => ["/bin/sh", "-c", script, "sh", ...args];

test("a program gets its arguments, its environment and its input byte for byte", async () => {
  const bytes = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
  const text = Array.from({ length: 0x24f }, (_, index) => String.fromCharCode(index + 1)).join("");
  const print = `process.stdin.pipe(process.stderr);
    process.stdout.write(JSON.stringify([process.argv.slice(1), process.env, process.cwd()]))`;
  const { exitCode, stdout, stderr } = await runShort({
    argv: [node, "-e", print, "--", text, "", "'", "\\", "$(id)\n`id`"],
    env: { TEXT: text, EMPTY: "" },
    cwd: "/usr",
    input: bytes,
  });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout.toString())).toEqual([
    [text, "", "'", "\\", "$(id)\n`id`"],
    { TEXT: text, EMPTY: "" },
    "/usr",
  ]);
  expect(stderr).toEqual(bytes);
});

test("its environment is empty unless something is put there", async () => {
  const { stdout } = await runShort({ argv: ["/bin/cat", "/proc/self/environ"] });
  expect(stdout.toString()).toBe("");
});

test("it finds the files that it is given, a descriptor to report on, and no other one", async () => {
  await using folder = await scratch();
  const file = join(folder.path, "a file");
  await writeFile(file, "content");
  const bare = await runShort({ argv: sh(descriptors), env });
  const given = await runShort({
    argv: sh(`${descriptors}; cat <&3; echo told >&4`),
    env,
    files: { 3: file },
    reportFd: 4,
  });
  expect(bare.stdout.toString()).toBe("0\n1\n2\n");
  expect(given.stdout.toString()).toBe("0\n1\n2\n3\n4\ncontent");
  expect(given.report.toString()).toBe("told\n");
});

test("its outputs are whole, whatever ends them, and belong to it alone", async () => {
  const long = "x".repeat(300_000);
  const calls = Array.from({ length: 24 }, (_, index) =>
    runShort({
      argv: sh('cat; printf "$1" >&2; exit "$1"', String(index)),
      env,
      input: long + index,
    }),
  );
  const ended = await Promise.all(calls);
  expect(
    ended.every(
      ({ exitCode, stdout, stderr }, index) =>
        exitCode === index &&
        stdout.toString() === long + index &&
        stderr.toString() === `${index}`,
    ),
  ).toBe(true);
});

test("what does not start, or is killed, ends as a shell tells it", async () => {
  const code = async (...argv: string[]) => (await runShort({ argv, env })).exitCode;
  expect(await code("/none/such")).toBe(127);
  expect(await code("no-such-program")).toBe(127);
  expect(await code("/etc/passwd")).toBe(126);
  expect(await code(...sh("kill -9 $$"))).toBe(137);
  expect((await runShort({ argv: ["/bin/true"], cwd: "/none" })).exitCode).toBe(126);
  await expect(runShort({ argv: ["/bin/echo", "a\0b"] })).rejects.toThrow("NUL");
});

test("a program that is given up is killed, and the next ones run", async () => {
  await using folder = await scratch();
  const file = join(folder.path, "pid");
  const turn = new AbortController();
  const call = runShort({
    argv: sh('echo $$ >"$1"; exec sleep 60', file),
    env,
    signal: turn.signal,
  });
  const pid = await vi.waitUntil(() => existsSync(file) && Number(readFileSync(file, "utf8")));
  turn.abort(new Error("stop"));
  await expect(call).rejects.toThrow("stop");
  // It writes nothing any more, but somebody has to take what is left of it.
  await vi.waitUntil(() => processStart(pid) === undefined);
  await expect(runShort({ argv: ["/bin/true"], signal: turn.signal })).rejects.toThrow("stop");
  expect((await runShort({ argv: ["/bin/true"] })).exitCode).toBe(0);
});

test("a program that writes without end is killed", async () => {
  const call = runShort({ argv: ["/usr/bin/yes"], maxBytes: 1_000_000 });
  await expect(call).rejects.toBeInstanceOf(OutputTooLarge);
});

/** The shell that a program was started by. */
async function shellOf(script = ":"): Promise<number> {
  const { stdout } = await runShort({ argv: sh(`echo $PPID; ${script}`), env });
  return Number(stdout.toString());
}

test("one shell starts program after program", async () => {
  const shell = await shellOf();
  expect(await shellOf()).toBe(shell);
});

test("a shell is given up whose program has left something behind that writes", async () => {
  const one = await shellOf("(sleep 0.2; echo late) &");
  await vi.waitUntil(() => processStart(one) === undefined);
  const other = await shellOf();
  // Whether it is heard before the program's end is told is left to chance.
  await Promise.allSettled([runShort({ argv: sh("yes & exec true"), env })]);
  await vi.waitUntil(() => processStart(other) === undefined);
  expect([one, other]).not.toContain(await shellOf());
});

test("a shell that is killed fails its program alone", async () => {
  const killed = runShort({ argv: sh("kill -9 $PPID; exec sleep 60"), env });
  await expect(killed).rejects.toThrow("has ended");
  expect((await runShort({ argv: ["/bin/true"] })).exitCode).toBe(0);
});

test("what dies with its parent dies with the daemon", async () => {
  const launcher = join(import.meta.dirname, "launcher.ts");
  await using folder = await scratch();
  const files = ["one", "two"].map((name) => join(folder.path, name));
  const tied = ["/usr/bin/setpriv", "--pdeathsig", "KILL"];
  const programs = files.map((file) => [
    ...tied,
    ...sh('echo $PPID $$ >"$1"; exec sleep 60', file),
  ]);
  const script = `import { runShort } from ${JSON.stringify(launcher)};
    const env = ${JSON.stringify(env)};
    await Promise.all(${JSON.stringify(programs)}.map((argv) => runShort({ argv, env })));`;
  const daemon = execa(node, ["--input-type=module", "-e", script], { reject: false });
  const found = await vi.waitUntil(() => {
    const texts = files.map((file) => existsSync(file) && readFileSync(file, "utf8"));
    return texts.every(Boolean) && texts.join(" ").trim().split(/\s+/).map(Number);
  });
  expect(new Set(found).size).toBe(4);
  daemon.kill("SIGKILL");
  await vi.waitUntil(() => found.every((pid) => processStart(pid) === undefined));
});
