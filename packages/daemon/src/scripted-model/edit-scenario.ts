import { ending } from "./ending.ts";
import { applyChanges, type FileChange, patchText } from "./patch.ts";
import { type Reply, type Scenario, ScriptError, type ScriptedCall, type Turn } from "./types.ts";

/** `[[edit path= find= replace= check=]]`: reads the file, patches it, runs the check, ends. */
export const editScenario: Scenario = {
  name: "edit",
  reply: (turn) => {
    const last = turn.results.at(-1);
    if (!last) return { calls: [readCall(turn)] };
    return patched(turn) ? afterPatch(turn) : patchFrom(turn, last.output);
  },
};

/** `[[write path= text= check=]]`: adds a file, runs the check, ends. */
export const writeScenario: Scenario = {
  name: "write",
  reply: (turn) => {
    if (patched(turn)) return afterPatch(turn);
    const change = { path: required(turn, "path"), add: turn.args.text ?? "" };
    return { calls: changeCalls(turn, {}, [change]) };
  },
};

/** The calls that make all the changes, by the tool that is offered for it. */
export function changeCalls(
  { tools }: Pick<Turn, "tools">,
  files: Readonly<Record<string, string>>,
  changes: readonly FileChange[],
): ScriptedCall[] {
  const offersEdit = tools.some(({ name }) => name === "edit");
  if (offersEdit && !tools.some(({ name }) => name === "apply_patch")) return changes.map(editCall);
  return [patchCall(files, changes)];
}

export function patchCall(
  files: Readonly<Record<string, string>>,
  changes: readonly FileChange[],
): ScriptedCall {
  return { tool: "apply_patch", input: { input: patchText(files, changes) } };
}

function editCall(change: FileChange): ScriptedCall {
  const { path } = change;
  if ("add" in change) return { tool: "write_file", input: { path, content: change.add } };
  const { find, replace } = change;
  return { tool: "edit", input: { path, old_string: find, new_string: replace } };
}

const changesFiles = (tool: string): boolean =>
  tool === "apply_patch" || tool === "edit" || tool === "write_file";

function patched({ results }: Turn): boolean {
  return results.some(({ tool }) => changesFiles(tool));
}

function readCall(turn: Turn): ScriptedCall {
  const path = required(turn, "path");
  if (turn.tools.some(({ name }) => name === "read_file")) {
    return { tool: "read_file", input: { path } };
  }
  return catCall(path);
}

function catCall(path: string): ScriptedCall {
  return { tool: "exec_command", input: { cmd: `cat -- '${path.replaceAll("'", "'\\''")}'` } };
}

function patchFrom(turn: Turn, output: string): Reply {
  const path = required(turn, "path");
  const change = { path, find: required(turn, "find"), replace: turn.args.replace ?? "" };
  for (const content of [withoutLineNumbers(output), output]) {
    if (applies(content, change))
      return { calls: changeCalls(turn, { [path]: content }, [change]) };
  }
  // The numbers of read_file may stand in another form than those known here.
  const read = turn.results.at(-1)?.tool === "read_file";
  if (read && turn.tools.some(({ name }) => name === "exec_command")) {
    return { calls: [catCall(path)] };
  }
  return { text: `I could not find "${change.find}" once in ${path}.` };
}

function applies(content: string, change: FileChange): boolean {
  try {
    applyChanges({ [change.path]: content }, [change]);
    return true;
  } catch (error) {
    if (error instanceof ScriptError) return false;
    throw error;
  }
}

const numberedLine = /^ *\d+(?:\t|: ?|\| ?|→)(.*)$/;

/** Lines without a number are the tool's own words, not the file's. */
function withoutLineNumbers(output: string): string {
  const lines = output.split("\n").map((line) => numberedLine.exec(line)?.[1]);
  return lines.filter((line) => line !== undefined).join("\n");
}

function afterPatch(turn: Turn): Reply {
  const { check, path } = turn.args;
  const last = turn.results.at(-1);
  if (check && last && changesFiles(last.tool)) {
    return { calls: [{ tool: "exec_command", input: { cmd: check } }] };
  }
  return ending(turn, `Changed ${path}.`, check && `${check} passes`);
}

function required({ args }: Turn, key: string): string {
  const value = args[key];
  if (value === undefined) throw new ScriptError(`the directive needs ${key}=`);
  return value;
}
