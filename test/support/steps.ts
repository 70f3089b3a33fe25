/** One response of the scripted model, as its `steps` scenario takes it. */
export interface Step {
  readonly reasoning?: string;
  readonly text?: string;
  readonly calls?: readonly { readonly tool: string; readonly input: unknown }[];
  readonly delayMs?: number;
}

/** A prompt that makes the scripted model answer with these responses, one after another. */
export function steps(...responses: readonly Step[]): string {
  return faulty("", ...responses);
}

/** The same with a fault, such as `fault=cut at=5`. */
export function faulty(fault: string, ...responses: readonly Step[]): string {
  return `[[steps ${fault}]]\n\`\`\`json\n${JSON.stringify(responses)}\n\`\`\``;
}

/** A response that runs one command. */
export function exec(cmd: string, more: Readonly<Record<string, unknown>> = {}): Step {
  return { calls: [{ tool: "exec_command", input: { cmd, ...more } }] };
}

/** A response whose command runs until the file `go` exists, or somebody interrupts it. */
export const held = exec("echo held; until test -e go; do sleep 0.02; done", {
  yield_time_ms: 30_000,
});

/** A response that ends a command which runs on, so that the turn can be done. */
export function endSession(sessionId: number | string = "{{session}}"): Step {
  const input = { session_id: sessionId, chars: "\u0003" };
  return { calls: [{ tool: "write_stdin", input }] };
}

/** A response that adds one file by a patch. */
export function addFile(path: string, ...lines: readonly string[]): Step {
  const added = lines.map((line) => `+${line}`);
  return patch(`*** Add File: ${path}`, ...added);
}

/** A response that replaces one line of a file by a patch. */
export function replaceLine(path: string, before: string, after: string): Step {
  return patch(`*** Update File: ${path}`, "@@", `-${before}`, `+${after}`);
}

function patch(...lines: readonly string[]): Step {
  const input = ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");
  return { calls: [{ tool: "apply_patch", input }] };
}
