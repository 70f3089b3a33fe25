import { CommanderError } from "commander";
import { describe, expect, test } from "vitest";
import { commandList } from "./command-list.ts";
import { makeProgram } from "./program.ts";

/** Parses without a daemon: only what fails before one is needed. */
async function fails(argv: string[]): Promise<{ error: unknown; said: string }> {
  const program = await makeProgram(argv);
  let said = "";
  const writeErr = (text: string) => {
    said += text;
  };
  const quiet = (command: typeof program) => {
    command.configureOutput({ writeErr, writeOut: writeErr });
    for (const inner of command.commands) quiet(inner);
  };
  quiet(program);
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    return { error, said };
  }
  throw new Error("the command did not fail");
}

describe("wrong usage", () => {
  test.each([
    [["thread"], "heddle: unknown command 'thread'\n(Did you mean threads?)\n"],
    [["run"], "heddle: missing required argument 'task'\n"],
    [
      ["run", "x", "--polic", "ask"],
      "heddle: unknown option '--polic'\n(Did you mean --policy?)\n",
    ],
    [["project", "lst"], "heddle: unknown command 'lst'\n(Did you mean list?)\n"],
  ])("%j is explained", async (argv, said) => {
    expect(await fails(argv)).toEqual({ error: expect.any(CommanderError), said });
  });

  test.each([
    [["run", "x", "--policy", "yolo"], "Allowed choices are workspace, ask, readOnly."],
    [["run", "x", "--json", "--jsonl"], "cannot be used with option"],
    [["undo", "x", "--turns", "0"], "Give a whole number from 1 to 100."],
    [["history", "-n", "abc"], "Give a whole number from 1 to 200."],
    [["history", "-n", "500"], "Give a whole number from 1 to 200."],
    [["approve"], "missing required argument 'approval'"],
  ])("%j is refused", async (argv, reason) => {
    expect((await fails(argv)).said).toContain(reason);
  });

  test.each([
    [["run", "  "], "the task is empty"],
    [["run", "x", "--detach", "--land"], "--detach and --land exclude each other"],
    [["project", "grant"], "nothing was named to grant"],
    [["project", "grant", "--ro", "--rw"], "--ro and --rw exclude each other"],
    [["project", "grant", "/a", "--host", "h:1"], "grant one thing at a time"],
    [["project", "grant", "--toolchain"], "--toolchain needs a path"],
    [
      ["project", "grant", "--rw", "--for", "2h"],
      "--thread and --for need something to grant besides access to the project",
    ],
    [["project", "grant", "--host", "h:1", "--for", "2"], "2 is no span of time up to a year"],
  ])("%j says: %s", async (argv, message) => {
    const { error } = await fails(argv);
    expect(error).toMatchObject({ message, exitCode: 2 });
  });
});

test.each(commandList.map(({ name }) => name))(
  "`heddle %s --help` explains itself",
  async (name) => {
    const { error, said } = await fails([name, "--help"]);
    expect(error).toMatchObject({ exitCode: 0 });
    expect(said).toMatch(new RegExp(`^Usage: heddle ${name} .*\\n\\n[A-Z]`));
  },
);

test("only the command that is called is loaded", async () => {
  const loaded: string[] = [];
  const watched = commandList.map((entry) => ({
    ...entry,
    load: () => {
      loaded.push(entry.name);
      return entry.load();
    },
  }));
  await makeProgram(["status", "--json"], watched);
  expect(loaded).toEqual(["status"]);
});
