// Makes docs/demo.svg: runs a command in a pseudo terminal and draws its screen as it was when a text
// first stood on it, or else the one that it leaves.
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { Screen } from "./picture/screen.ts";
import { svgOf } from "./picture/svg.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: {
    command: { type: "string", default: "heddle demo" },
    columns: { type: "string", default: "100" },
    rows: { type: "string", default: "40" },
    title: { type: "string", default: "heddle demo — scripted model, no AI" },
    until: { type: "string", default: "on the merged tree" },
    out: { type: "string", default: join(root, "docs", "demo.svg") },
  },
});
const columns = Number(values.columns);
const rows = Number(values.rows);

const output = await recorded(values.command);
const screen = new Screen(columns);
screen.write(`\x1b[1m$ ${values.command}\x1b[0m\n`);
screen.write(withoutPaths(upTo(output, values.until)));
await writeFile(values.out, svgOf({ title: values.title, columns, lines: screen.lines(rows) }));

/** What the command wrote to a terminal, which ends when the command fails. */
async function recorded(command: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "picture-"));
  try {
    await installHeddle(folder);
    const env = {
      ...process.env,
      PATH: [folder, dirname(process.execPath), process.env.PATH].join(delimiter),
      TERM: "xterm-256color",
      NO_COLOR: "",
    };
    const inTerminal = `stty cols ${columns} rows ${rows}; ${command}`;
    const options = { env, maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await run("script", ["-qec", inTerminal, "/dev/null"], options);
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A user has the command on the path. */
async function installHeddle(folder: string): Promise<void> {
  const file = join(folder, "heddle");
  const entry = join(root, "packages", "cli", "bin", "heddle.js");
  await writeFile(file, `#!/bin/sh\nexec "${process.execPath}" "${entry}" "$@"\n`);
  await chmod(file, 0o755);
}

/** The output as far as the frame in which the text first stands. */
function upTo(output: string, text: string): string {
  const at = output.indexOf(text);
  const nextFrame = at < 0 ? -1 : output.indexOf("\x1b[J", at);
  return nextFrame < 0 ? output : output.slice(0, output.lastIndexOf("\x1b[", nextFrame - 1));
}

/** Where this machine keeps its temporary files is nobody's business. */
function withoutPaths(output: string): string {
  return output.replaceAll(`${tmpdir()}/heddle-demo-`, "/tmp/heddle-demo-").replaceAll(root, "");
}
