/** The values of a directive, `[[name key=value]]`. */
export type Args = Readonly<Record<string, string | undefined>>;

export interface OfferedTool {
  readonly name: string;
  readonly custom: boolean;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ToolResult {
  readonly callId: string;
  readonly tool: string;
  /** What the client answered; empty while it has not. */
  readonly output: string;
}

/** What has happened since the user message that chose the scenario. */
export interface Turn {
  readonly prompt: string;
  readonly args: Args;
  readonly tools: readonly OfferedTool[];
  /** One entry for each response given so far: the results of its calls. */
  readonly responses: readonly (readonly ToolResult[])[];
  readonly results: readonly ToolResult[];
}

export interface ScriptedCall {
  readonly tool: string;
  /** Fields of the call; a string stands as it is, also where it is not valid JSON. */
  readonly input: Readonly<Record<string, unknown>> | string;
  readonly callId?: string;
}

/** One response: any of a reasoning summary, a message and calls, in this order. */
export interface Reply {
  readonly reasoning?: string;
  readonly text?: string;
  readonly calls?: readonly ScriptedCall[];
  /** Waits this long before the first item; Infinity waits until the client has gone. */
  readonly delayMs?: number;
  readonly tokensPerSecond?: number;
}

export interface Scenario {
  readonly name: string;
  /** Chooses the scenario by the user's words, where no directive names one. */
  readonly matches?: RegExp;
  readonly reply: (turn: Turn) => Reply;
}

/** A script that cannot be followed; the client gets it as a 400 with this message. */
export class ScriptError extends Error {}
