import type { Access } from "@heddle/protocol";
import { ask } from "./terminal/ask.ts";
import { printableLine } from "./terminal/printable.ts";

/** Asks what may be done in a repository; nothing when the user does not want to grant anything. */
export async function askAccess(path: string): Promise<Access | undefined> {
  const choices = "[rw] read, branch and land, [ro] only read, [n]o";
  const question = `May heddle work in ${printableLine(path)}? ${choices}: `;
  const answer = (await ask(question))?.trim().toLowerCase();
  if (answer === "rw" || answer === "ro") return answer;
  return undefined;
}
