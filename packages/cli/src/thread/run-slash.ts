import { parseSlash } from "@heddle/protocol";
import { say } from "../terminal/output.ts";
import type { Ground } from "./ground.ts";

/** Does what a line with a slash asks for; false for one that is none. */
export async function runSlash(ground: Ground, line: string): Promise<boolean> {
  const parsed = parseSlash(line);
  if (parsed === undefined) return false;
  if ("unknown" in parsed) {
    const near = parsed.near.map((name) => `/${name}`).join(", ");
    say(
      `there is no /${parsed.unknown}${near === "" ? "" : `; did you mean ${near}?`} /help lists all`,
    );
    return true;
  }
  // What they need is a good part of the program, and a thread is shown without it.
  const { handlers } = await import("./slash.ts");
  await handlers[parsed.command.name](ground, parsed.rest);
  return true;
}
