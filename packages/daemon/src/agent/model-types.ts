import type { Capabilities, Effort } from "@heddle/protocol";

/** One item of a Responses API input, as plain JSON. */
export interface InputEntry {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A tool as the Responses API wants it on the wire. */
export type ToolSpec =
  | {
      readonly type: "function";
      readonly name: string;
      readonly description: string;
      readonly parameters: Readonly<Record<string, unknown>>;
      readonly strict: boolean;
    }
  | {
      readonly type: "custom";
      readonly name: string;
      readonly description: string;
      readonly format?: Readonly<Record<string, unknown>>;
    };

export interface ModelEndpoint {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  /** What it can do with the model that it is asked for. */
  readonly capabilities: Capabilities;
  /** How long nothing may come before a response is given up; 60 seconds by default. */
  readonly idleTimeoutMs?: number;
}

export interface ModelRequest {
  readonly model: string;
  readonly instructions: string;
  readonly tools: readonly ToolSpec[];
  readonly input: readonly InputEntry[];
  readonly effort?: Effort | undefined;
  /** Requests of one thread carry the same key, so that they meet the same provider cache. */
  readonly cacheKey: string;
}

export interface Usage {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** Set where the endpoint counted nothing. */
  readonly estimated?: true;
}

export type ModelItemKind = "message" | "reasoning" | "functionCall" | "customToolCall";

export interface ModelCall {
  readonly callId: string;
  readonly name: string;
  /** JSON text for a function, free text for a custom tool; neither has been checked. */
  readonly arguments: string;
  readonly custom: boolean;
}

export type ModelEvent =
  | {
      readonly type: "itemStarted";
      readonly index: number;
      readonly kind: ModelItemKind;
      /** Of a call, where the endpoint says it before the arguments. */
      readonly name?: string;
    }
  | { readonly type: "textDelta"; readonly index: number; readonly text: string }
  | { readonly type: "reasoningDelta"; readonly index: number; readonly text: string }
  | {
      readonly type: "itemDone";
      readonly index: number;
      /** What later requests replay, byte for byte. */
      readonly entry: InputEntry;
      readonly call?: ModelCall;
    }
  | {
      readonly type: "completed";
      readonly usage: Usage | undefined;
    };
