import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AutomationOptions, type Methods, type ParamsOf } from "@heddle/protocol";
import { parse, YAMLParseError } from "yaml";
import { usageError } from "../exit.ts";
import { parseWhen, type When } from "./sentence.ts";

export type GivenOptions = NonNullable<ParamsOf<Methods, "automation/add">["options"]>;

/** Where recipes of the user's own are: in the project, then beside the configuration. */
export interface OwnFolders {
  readonly project: string;
  readonly config: string;
}

/** What the front matter of a recipe's file says: `when` in words, and options of an automation. */
export async function readOwnRecipe(
  recipe: string,
  { project, config }: OwnFolders,
): Promise<{ when: When; options: GivenOptions }> {
  const inProject = join(project, ".heddle", "automations", `${recipe}.md`);
  const forAll = join(config, "automations", `${recipe}.md`);
  const hint = `say when as well: "every weekday at 9, run recipe ${recipe}"`;
  for (const path of [inProject, forAll]) {
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const { when: words, ...given } = frontMatter(text, path);
    const when = typeof words === "string" ? parseWhen(words) : undefined;
    if (when === undefined) throw usageError(`${path} has no \`when\` that I understand`, hint);
    return { when, options: optionsIn(given, path) };
  }
  throw usageError(`neither ${inProject} nor ${forAll} is there to say when`, hint);
}

function frontMatter(text: string, path: string): Record<string, unknown> {
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1] ?? "";
  try {
    const read: unknown = parse(front);
    return isObject(read) ? read : {};
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw usageError(`the front matter of ${path} is no YAML: ${error.message}`);
  }
}

/** Refuses a value that no option takes, and a key that none has: a misspelt limit is no limit. */
function optionsIn(given: Record<string, unknown>, path: string): GivenOptions {
  const { data, error } = AutomationOptions.partial().safeParse(given);
  const [issue] = error?.issues ?? [];
  if (issue) throw usageError(`${path}: \`${issue.path.join(".")}\`: ${issue.message}`);
  const options = data ?? {};
  const key = unknownKey(given, options);
  if (key === undefined) return options;
  const known = Object.keys(AutomationOptions.shape).join(", ");
  throw usageError(`${path} has \`${key}\`, which is no option`, `the options are ${known}`);
}

function unknownKey(given: object, taken: object): string | undefined {
  const known = new Map<string, unknown>(Object.entries(taken));
  for (const [key, value] of Object.entries(given)) {
    if (!known.has(key)) return key;
    const inner = known.get(key);
    const deeper = isObject(value) && isObject(inner) ? unknownKey(value, inner) : undefined;
    if (deeper !== undefined) return `${key}.${deeper}`;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
