import { environmentEntry, environmentOpening } from "./context/environment.ts";
import { note, phaseOpening, textOf } from "./context/notes.ts";
import { openingMap } from "./context/opening-map.ts";
import { instructionsOpening, projectInstructions } from "./context/project-instructions.ts";
import { inputEntry } from "./context/user-input.ts";
import type { InputEntry } from "./model-types.ts";
import { unanswered } from "./recovery.ts";
import type { TurnHost, UserMessage } from "./turn-host.ts";

/** Adds what the user sent to the history; before it, what an earlier turn left open. */
export async function begin(host: TurnHost): Promise<void> {
  const past = host.history();
  const messages = host.unread();
  const [project, entries, map] = await Promise.all([
    projectInstructions(host.files),
    Promise.all(messages.map((message) => entryOf(host, message))),
    past.length === 0 ? openingMap(host.code, textsOf(messages)) : [],
  ]);
  const surroundings = [
    ...renewed(past, instructionsOpening, project),
    ...renewed(past, environmentOpening, environmentEntry(host.environment)),
    ...map,
    ...renewed(past, phaseOpening, phaseEntry(host, past)),
  ];
  host.signal.throwIfAborted();
  const before = [...unanswered(past), ...surroundings];
  host.atomically(() => take(host, messages, [...before, ...entries]));
}

/** Work is told of its phase where the model was told of another one before. */
function phaseEntry({ phase }: TurnHost, past: readonly InputEntry[]): InputEntry | undefined {
  const before = past.some((entry) => textOf(entry).startsWith(phaseOpening));
  const brief = phase.brief ?? (before ? "This turn is free to change files again." : undefined);
  return brief === undefined ? undefined : note("phase", brief);
}

/** What the messages say and name, for the code around them. */
function textsOf(messages: readonly UserMessage[]): string {
  const parts = messages.flatMap(({ input }) => input);
  return parts.map((part) => (part.type === "text" ? part.text : part.path)).join("\n");
}

/** What a thread stands in is told when it begins, and again, behind all that was said, when it has changed. */
function renewed(
  past: readonly InputEntry[],
  opening: string,
  entry: InputEntry | undefined,
): InputEntry[] {
  if (entry === undefined) return [];
  const told = past.findLast((one) => one.role === "user" && textOf(one).startsWith(opening));
  return told !== undefined && textOf(told) === textOf(entry) ? [] : [entry];
}

/** Tells the model what the user has sent meanwhile: it joins the history once, and is then read. */
export async function readMessages(host: TurnHost): Promise<void> {
  const messages = host.unread();
  if (messages.length === 0) return;
  const entries = await Promise.all(messages.map((message) => entryOf(host, message)));
  host.signal.throwIfAborted();
  host.atomically(() => take(host, messages, entries));
}

/** One that names what cannot be read fails the turn, and does not wait for the next. */
async function entryOf(host: TurnHost, message: UserMessage): Promise<InputEntry> {
  try {
    return await inputEntry(message.input, host.files);
  } catch (error) {
    if (message.state === "running") host.completeItem(message, "failed");
    throw error;
  }
}

function take(host: TurnHost, messages: readonly UserMessage[], entries: InputEntry[]): void {
  host.remember(entries);
  const waiting = messages.filter(({ state }) => state === "running");
  for (const message of waiting) host.completeItem(message, "completed");
}
