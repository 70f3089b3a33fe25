import type { Access } from "@heddle/protocol";
import { ask } from "./terminal/ask.ts";
import { printableLine } from "./terminal/printable.ts";

/**
 * Asks what may be done in a repository, until the answer is one of the choices: a plain yes does
 * not say how much. Nothing when the user does not want to grant anything.
 */
export async function askAccess(
  path: string,
  put: (question: string) => Promise<string | undefined> = ask,
): Promise<Access | undefined> {
  const choices = "rw (read, branch and land), ro (only read), or no";
  let question = `May heddle work in ${printableLine(path)}? ${choices}: `;
  for (;;) {
    const answer = (await put(question))?.trim().toLowerCase();
    if (answer === "rw" || answer === "ro") return answer;
    if (answer === undefined || ["", "n", "no"].includes(answer)) return undefined;
    question = `Please type ${choices}: `;
  }
}
