import { DaemonError } from "@heddle/protocol";

/** A patch that is not applied, in words that tell the model what to write instead. */
export function refusal(message: string, details: Record<string, unknown> = {}): DaemonError {
  return new DaemonError("patchRefused", message, details);
}

/** A line of text, short enough to stand in a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 160 ? `${text.slice(0, 157)}...` : text);
}
