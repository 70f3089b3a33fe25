import { join } from "node:path";
import { DaemonError, type Project, type Work } from "@heddle/protocol";
import { openTree, type TreeFiles } from "../../../os/tree-files.ts";
import { changelog } from "./changelog.ts";
import { bodyOf } from "./own-recipe.ts";
import type { Recipe } from "./recipe.ts";
import { techDebt } from "./tech-debt.ts";
import { tests } from "./tests.ts";
import { vulnerabilityScan } from "./vulnerability-scan.ts";

export type ResolvedWork =
  | { readonly type: "recipe"; readonly recipe: Recipe }
  | { readonly type: "prompt"; readonly prompt: string };

/** The recipes that come with Heddle. */
export const builtInRecipes: readonly Recipe[] = [vulnerabilityScan, changelog, techDebt, tests];

const ownFolder = ".heddle/automations";
const ownBytes = 64 * 1024;

/** Finds what an automation does: built in, or the user's own file of the project or for all. */
export class RecipeList {
  readonly #configDirectory: string;
  readonly #builtIn: ReadonlyMap<string, Recipe>;

  constructor(configDirectory: string, builtIn: readonly Recipe[] = builtInRecipes) {
    this.#configDirectory = configDirectory;
    this.#builtIn = new Map(builtIn.map((recipe) => [recipe.name, recipe]));
  }

  async resolve(work: Work, project: Pick<Project, "path" | "name">): Promise<ResolvedWork> {
    if (work.type === "prompt") return work;
    const recipe = this.#builtIn.get(work.recipe);
    if (recipe) return { type: "recipe", recipe };
    const text =
      (await readOwn(project.path, `${ownFolder}/${work.recipe}.md`)) ??
      (await readOwn(this.#configDirectory, `automations/${work.recipe}.md`));
    if (text !== undefined) return { type: "prompt", prompt: bodyOf(text, work.recipe) };
    const known = [...this.#builtIn.keys()].join(", ");
    const own = join(ownFolder, `${work.recipe}.md`);
    const message = `${project.name} has no recipe ${work.recipe}: write ${own}, or use one of ${known}`;
    throw new DaemonError("notFound", message, { recipe: work.recipe });
  }

  find(name: string): Recipe | undefined {
    return this.#builtIn.get(name);
  }
}

async function readOwn(root: string, path: string): Promise<string | undefined> {
  using files: TreeFiles | undefined = openIfThere(root);
  const stat = await files?.stat(path);
  if (files === undefined || stat?.kind !== "file") return undefined;
  return (await files.read(path, { maxBytes: ownBytes })).bytes.toString("utf8");
}

function openIfThere(root: string): TreeFiles | undefined {
  try {
    return openTree(root);
  } catch {
    return undefined;
  }
}
