import { DaemonError } from "@heddle/protocol";

/**
 * What the model is told by a recipe of the user's own: the text below the front matter. The front
 * matter says how an automation is set up; it is read when one is added, and shown to the user then.
 */
export function bodyOf(text: string, name: string): string {
  const match = /^---\r?\n[\s\S]*?\r?\n---\r?\n?([\s\S]*)$/.exec(text);
  const body = (match?.[1] ?? text).trim();
  if (body !== "") return body;
  const message = `the recipe ${name}.md says nothing below its front matter; write what to do`;
  throw new DaemonError("invalidConfig", message, { recipe: name });
}
