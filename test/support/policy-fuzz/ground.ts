import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const harmless =
  "[ basename bash cat chmod cp cut dash date dirname echo env expr false find grep head ionice ls mkdir mv nice nohup printf pwd rm seq setsid sh sleep sort stdbuf tail tee test timeout touch tr true uniq wc xargs".split(
    " ",
  );

/** Runs every line in a directory of its own, and says of which ones the marker was run. */
const driver = `
cd /tmp/fuzz
for line in lines/*; do
  rm -rf work home ran; mkdir work home; echo hello > work/README.md
  IFS= read -r -d '' text < "$line"
  (cd work; echo marker | HOME=/tmp/fuzz/home PATH=/tmp/fuzz/bin exec timeout -s KILL 2 /bin/bash -c "$text") &> /dev/null
  # Only the box and this driver are left when all that the line has started is over.
  for ((left = 40; left > 0; left--)); do
    set -- /proc/[0-9]*
    if (($# <= 2)); then break; fi
    sleep 0.05
  done
  kill -KILL -1 2> /dev/null
  if [ -e ran ]; then echo "\${line#lines/}" >> marked; fi
done
`;

/** Which of the lines run the marker when bash runs them, in a box without network. */
export async function linesThatMark(lines: readonly string[]): Promise<Set<number>> {
  const root = await mkdtemp(join(tmpdir(), "heddle-policy-fuzz-"));
  try {
    await furnish(root, lines);
    const box = ["--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev"];
    const places = ["--proc", "/proc", "--tmpfs", "/tmp", "--bind", root, "/tmp/fuzz"];
    await promisify(execFile)("bwrap", [...box, ...places, "/bin/bash", "-c", driver]);
    const marked = await readFile(join(root, "marked"), "utf8");
    return new Set(marked.trim().split("\n").filter(Boolean).map(Number));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function furnish(root: string, lines: readonly string[]): Promise<void> {
  await mkdir(join(root, "bin"));
  await mkdir(join(root, "lines"));
  await writeFile(join(root, "marked"), "");
  await writeFile(join(root, "bin/marker"), "#!/bin/sh\n: > /tmp/fuzz/ran\n");
  await chmod(join(root, "bin/marker"), 0o755);
  for (const name of harmless) await symlink(`/usr/bin/${name}`, join(root, "bin", name));
  for (const [at, line] of lines.entries()) {
    await writeFile(join(root, "lines", String(at)), line.replaceAll("\0", ""));
  }
}
