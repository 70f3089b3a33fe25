import type { Found } from "../run-work.ts";
import type { RecipeGround } from "./recipe.ts";

const dayMs = 86_400_000;
const oldDays = 90;
/** So many notes are dated; each costs a look at a file's history. */
const dated = 50;
const shown = 10;

/** Notes such as TODO, with how old they are by the history. */
export async function oldNotes({
  git,
  now,
}: Pick<RecipeGround, "git" | "now">): Promise<{ count: number; found: Found[] }> {
  const listing = await git("grep", "-n", "-w", "-I", "-E", "TODO|FIXME|HACK", "HEAD");
  const notes = (listing ?? "").split("\n").flatMap(parseNote);
  const aged: (Note & { days: number })[] = [];
  for (const note of notes.slice(0, dated)) {
    const days = await ageOf(git, note, now);
    if (days !== undefined && days >= oldDays) aged.push({ ...note, days });
  }
  const oldest = aged.sort((a, b) => b.days - a.days).slice(0, shown);
  return { count: notes.length, found: oldest.map(foundOf) };
}

interface Note {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

function parseNote(row: string): Note[] {
  const match = /^HEAD:(.+?):(\d+):(.*)$/.exec(row);
  if (match === null) return [];
  const [, path = "", line, text = ""] = match;
  return [{ path, line: Number(line), text: text.trim().slice(0, 200) }];
}

async function ageOf(
  git: RecipeGround["git"],
  { path, line }: Note,
  now: number,
): Promise<number | undefined> {
  const range = `${line},${line}`;
  const blame = await git("blame", "--porcelain", "-L", range, "HEAD", "--", path);
  const time = /^author-time (\d+)$/m.exec(blame ?? "")?.[1];
  return time === undefined ? undefined : Math.floor((now - Number(time) * 1000) / dayMs);
}

function foundOf({ path, line, text, days }: Note & { days: number }): Found {
  return {
    fingerprint: `note|${path}|${text}`,
    severity: "info",
    title: `a note of ${Math.floor(days / 30)} months: ${text.slice(0, 80)}`,
    detail: `${path}:${line}\n${text}`,
    path,
    line,
    remedy: "Do what the note says, or remove it where it no longer holds.",
  };
}
