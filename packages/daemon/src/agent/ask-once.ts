import { DaemonError } from "@heddle/protocol";
import { userEntry } from "./context/environment.ts";
import { type ModelEndpoint, streamModel } from "./model.ts";
import { ModelError } from "./model-error.ts";

export interface Question {
  readonly instructions: string;
  readonly text: string;
  readonly cacheKey: string;
  readonly signal: AbortSignal;
}

/** Asks a model once, without tools, and returns all that it says. */
export async function askOnce(
  { endpoint, model }: { endpoint: ModelEndpoint; model: string },
  { instructions, text, cacheKey, signal }: Question,
): Promise<string> {
  const input = [userEntry([{ type: "input_text", text }])];
  let answer = "";
  try {
    const request = { model, instructions, tools: [], input, cacheKey };
    for await (const event of streamModel(endpoint, request, { signal })) {
      if (event.type === "textDelta") answer += event.text;
    }
    return answer;
  } catch (cause) {
    if (!(cause instanceof ModelError)) throw cause;
    const kind = cause.kind === "unauthorized" ? "noCredentials" : "providerUnavailable";
    const message = `${model} at ${endpoint.baseUrl}: ${cause.message}`;
    throw new DaemonError(kind, message, { reason: cause.kind }, { cause });
  }
}
